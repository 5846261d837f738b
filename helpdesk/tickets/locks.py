"""The lock of a ticket: taken before that of its alert, by everybody."""

from helpdesk.extensions import db
from helpdesk.models import Ticket


def hold_ticket(ticket: Ticket) -> None:
    """The ticket as it is now, locked until the transaction ends: somebody may just be taking it. Not against
    foreign keys to it: the worker writes events while it holds the alert's row."""
    db.session.refresh(ticket, with_for_update={"key_share": True, "of": Ticket})
