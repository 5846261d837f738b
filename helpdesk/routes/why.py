"""Why this deadline: the count of each promised time, interval by interval, and how the promise came to be."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.clock_words import WORDS
from helpdesk.errors import BadToken, NotFound
from helpdesk.models import Ticket
from helpdesk.models.codes import SlaTargetKind
from helpdesk.routes.access import EVERYBODY, allow, me, public
from helpdesk.routes.reporter import gone, ticket_of
from helpdesk.sla.clock import clocks_of
from helpdesk.sla.explanation import explain
from helpdesk.tickets.access import find_ticket

bp = Blueprint("why", __name__)


@bp.get("/desk/<number>/why")
@allow(*EVERYBODY)
def page(number: str) -> ResponseReturnValue:
    ticket = find_ticket(number, me())
    return _show(ticket, url_for("desk.ticket", number=ticket.number))


@bp.get("/t/<token>/why")
@public
def of_link(token: str) -> ResponseReturnValue:
    try:
        ticket = ticket_of(token)
    except (BadToken, NotFound) as error:
        return gone(error)
    return _show(ticket, url_for("reporter.page", token=token))


def _show(ticket: Ticket, back: str) -> str:
    clocks = clocks_of(ticket)
    explained = [explain(clocks[kind]) for kind in SlaTargetKind if kind in clocks]
    return render_template("why.html", ticket=ticket, back=back, explained=explained, **WORDS)
