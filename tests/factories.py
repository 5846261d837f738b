"""Tickets put straight into the database, in any state a test needs."""

from typing import Any

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.models.codes import Category, Priority, TicketStatus
from helpdesk.tickets.numbering import next_number
from helpdesk.transaction import transaction
from tests.cast import Cast

FINISHED = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


def make_ticket(cast: Cast, **overrides: Any) -> Ticket:
    """A normal, new ticket of the OSP reported by Jan; `overrides` are columns of Ticket.

    `assignee` given, it is acknowledged by that person; a finished status brings its time.
    """
    with transaction():
        ticket = Ticket(**{**_defaults(cast, overrides), **overrides})
        db.session.add(ticket)
    return ticket


def _defaults(cast: Cast, overrides: dict[str, Any]) -> dict[str, Any]:
    unit, reporter = overrides.get("unit", cast.osp), overrides.get("reporter_user", cast.jan)
    created_at = overrides.get("created_at", clock.now())
    holder = overrides.get("assignee")
    status = overrides.get("status", TicketStatus.NEW)
    return {
        "number": overrides.get("number") or next_number(unit.municipality),
        "municipality_id": unit.municipality_id,
        "unit": unit,
        "category": Category.HELD_POST,
        "priority": Priority.NORMAL,
        "summary": "Wstrzymany post o ćwiczeniach",
        "reporter_user": reporter,
        "reporter_name": reporter.name,
        "reporter_phone": "+48500000000",
        "reporter_email": reporter.email,
        "created_at": created_at,
        "acknowledged_by": holder,
        "acknowledged_at": created_at if holder else None,
        "resolved_at": clock.now() if status in FINISHED else None,
    }
