"""The proof of notification as a page of its own, to be printed or kept as a PDF."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from helpdesk.models import Ticket, User
from helpdesk.models.codes import STAFF
from helpdesk.notify.render import DISCREET
from helpdesk.routes import proof_words
from helpdesk.routes.access import allow, me
from helpdesk.tickets.access import find_ticket
from helpdesk.tickets.proof import proof_of

bp = Blueprint("proof", __name__, url_prefix="/desk")


@bp.get("/<number>/proof")
@allow(*STAFF)
def page(number: str) -> ResponseReturnValue:
    ticket = find_ticket(number, me())
    return render_template("proof/page.html", **contents(ticket, me()), is_sensitive=ticket.category in DISCREET)


def contents(ticket: Ticket, reader: User) -> dict[str, Any]:
    """What the table of the proof needs, on this page and on the ticket's.

    Raises:
        NotFound: the reader is not of the staff.
    """
    proof = proof_of(ticket, reader)
    return {"proof": proof, "clock": proof_words.clock_of(proof), "words": proof_words}
