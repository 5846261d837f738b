"""An urgent ticket goes on: to a named person, back, or without further people."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.errors import NotAllowed
from helpdesk.forms.desk import EmptyForm, HandOverForm
from helpdesk.models import Ticket, User
from helpdesk.models.codes import STAFF, RoleName
from helpdesk.oncall import expiry, ticket_handover
from helpdesk.oncall.acknowledgement import enough
from helpdesk.routes import desk
from helpdesk.routes.access import allow, me
from helpdesk.routes.holding import offered
from helpdesk.routes.ticket_actions import Rule, perform
from helpdesk.sentences import _
from helpdesk.tickets.access import find_ticket

bp = Blueprint("further", __name__, url_prefix="/desk/<number>")


@bp.post("/hand-over")
@allow(*STAFF)
def hand_over(number: str) -> ResponseReturnValue:
    people = {user.id: user for user in offered(find_ticket(number, me()))}
    form = HandOverForm().offer(list(people.values()))

    def rule(ticket: Ticket, by: User) -> str:
        to = people[form.hand_to.data]
        ticket_handover.hand_over(ticket, to, by)
        return _("%(who)s is being alerted. Until somebody takes it nothing changes.", who=to.name)

    if not form.validate():
        flash(_("Choose to whom."), "error")
        return desk.show(find_ticket(number, me())), 422
    return _act(number, rule)


@bp.post("/give-back")
@allow(*STAFF)
def give_back(number: str) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User) -> str:
        if not expiry.give_back(ticket, by):
            raise NotAllowed("not_asked")
        return _("You gave it back; somebody else is being looked for.")

    return _act(number, rule)


@bp.post("/enough")
@allow(RoleName.MANAGER)
def end_search(number: str) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User) -> str:
        enough(ticket, by)
        return _("No further people are alerted.")

    return _act(number, rule)


def _act(number: str, rule: Rule) -> ResponseReturnValue:
    """Do it and go back to where the button was; when refused, the ticket's page says why."""
    if not EmptyForm().validate():
        return desk.show(find_ticket(number, me())), 422
    result = perform(number, rule)
    flash(result.sentence, "error" if result.code else "success")
    if result.code:
        return desk.show(find_ticket(number, me())), 409
    place = {"duty": url_for("duty.now")}.get(request.form.get("back", ""))
    return redirect(place or url_for("desk.ticket", number=number), 303)
