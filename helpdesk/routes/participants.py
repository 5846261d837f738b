"""People in copy of a ticket: staff add, accept and take off."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from helpdesk.errors import NotAllowed
from helpdesk.forms.desk import EmptyForm
from helpdesk.forms.participants import ParticipantForm
from helpdesk.models import Ticket, User
from helpdesk.models.codes import STAFF
from helpdesk.routes import desk
from helpdesk.routes.access import allow, me
from helpdesk.routes.ticket_actions import Rule, perform
from helpdesk.sentences import _
from helpdesk.tickets import participants
from helpdesk.tickets.access import find_ticket
from helpdesk.users import person_with_email

bp = Blueprint("participants", __name__, url_prefix="/desk/<number>/people")


@bp.post("/add")
@allow(*STAFF)
def add(number: str) -> ResponseReturnValue:
    form = ParticipantForm()

    def rule(ticket: Ticket, by: User) -> str:
        user = person_with_email(form.participant.address)
        if user is not None and user.is_staff:
            raise NotAllowed("is_of_staff")
        participants.add(ticket, form.participant.address, user, by)
        return _("%(address)s gets the answers from now on.", address=form.participant.address)

    return desk.act(number, form, rule, name="participant")


@bp.post("/<int:participant_id>/accept")
@allow(*STAFF)
def accept(number: str, participant_id: int) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User) -> str:
        participants.accept(ticket, participant_id, by)
        return _("Added. The next answer goes there too.")

    return _act(number, rule)


@bp.post("/<int:participant_id>/take-off")
@allow(*STAFF)
def take_off(number: str, participant_id: int) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User) -> str:
        participants.take_off(ticket, participant_id, by)
        return _("No answer goes there any more.")

    return _act(number, rule)


def _act(number: str, rule: Rule) -> ResponseReturnValue:
    if not EmptyForm().validate():
        return desk.show(find_ticket(number, me())), 422
    result = perform(number, rule)
    flash(result.sentence, "error" if result.code else "success")
    return redirect(url_for("desk.ticket", number=number), 303)
