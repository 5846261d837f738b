"""People in copy of a ticket: staff add, accept and take off."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from helpdesk.forms.desk import EmptyForm
from helpdesk.forms.participants import ParticipantForm
from helpdesk.models import Ticket, User
from helpdesk.models.codes import STAFF
from helpdesk.routes import desk
from helpdesk.routes.access import allow
from helpdesk.sentences import _
from helpdesk.tickets import participants

bp = Blueprint("participants", __name__, url_prefix="/desk/<number>/people")


@bp.post("/add")
@allow(*STAFF)
def add(number: str) -> ResponseReturnValue:
    form = ParticipantForm()

    def rule(ticket: Ticket, by: User) -> str:
        participants.add(ticket, form.participant.address, by)
        return _("%(address)s gets the answers from now on.", address=form.participant.address)

    return desk.act(number, form, rule, name="participant")


@bp.post("/<int:participant_id>/accept")
@allow(*STAFF)
def accept(number: str, participant_id: int) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User) -> str:
        participants.accept(ticket, participant_id, by)
        return _("Added. The next answer goes there too.")

    return desk.act(number, EmptyForm(), rule)


@bp.post("/<int:participant_id>/take-off")
@allow(*STAFF)
def take_off(number: str, participant_id: int) -> ResponseReturnValue:
    def rule(ticket: Ticket, by: User) -> str:
        participants.take_off(ticket, participant_id, by)
        return _("No answer will go there.")

    return desk.act(number, EmptyForm(), rule)
