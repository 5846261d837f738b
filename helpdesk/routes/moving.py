"""Give a ticket to another unit: a search, and a button for each unit that it finds."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.base import read_id
from helpdesk.forms.desk import EmptyForm
from helpdesk.models import Ticket, User
from helpdesk.models.codes import STAFF
from helpdesk.routes.access import allow, me
from helpdesk.routes.ticket_actions import perform
from helpdesk.sentences import _
from helpdesk.tickets.access import find_ticket
from helpdesk.tickets.moving import move_ticket
from helpdesk.tickets.units import find_unit, units_page

bp = Blueprint("moving", __name__, url_prefix="/desk")
MOST_FOUND = 20


@bp.get("/<number>/unit")
@allow(*STAFF)
def page(number: str) -> ResponseReturnValue:
    return _show(find_ticket(number, me()))


@bp.post("/<number>/unit")
@allow(*STAFF)
def move(number: str) -> ResponseReturnValue:
    unit_id = read_id(request.form.get("unit"))
    if not EmptyForm().validate() or unit_id is None:
        flash(_("Choose the unit first."), "error")
        return _show(find_ticket(number, me())), 422
    unit = find_unit(unit_id, me())

    def rule(ticket: Ticket, by: User) -> str:
        move_ticket(ticket, unit, by)
        return _("%(number)s belongs to %(unit)s now.", number=ticket.number, unit=unit.name)

    result = perform(number, rule)
    flash(result.sentence, "error" if result.code else "success")
    return redirect(url_for("desk.ticket", number=number))


def _show(ticket: Ticket) -> str:
    text = request.values.get("q", "").strip()[:100]
    found = units_page(me(), text=text, size=MOST_FOUND) if text else None
    units = [unit for unit in found.units if unit.active and unit.id != ticket.unit_id] if found else []
    return render_template(
        "desk/move.html", ticket=ticket, units=units, text=text, has_more=bool(found and found.next_key)
    )
