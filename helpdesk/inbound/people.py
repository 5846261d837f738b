"""Which tickets a number may answer."""

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Notification, Ticket
from helpdesk.models.codes import OPEN_STATUSES, NotificationEvent

ASKED = (NotificationEvent.ALERT, NotificationEvent.NEW_TICKET)


def tickets_asked_about(number: str) -> list[Ticket]:
    """Tickets that this number was told of and asked to take, newest message first."""
    query = (
        sa.select(Ticket, sa.func.max(Notification.id).label("last"))
        .join(Notification, Notification.ticket_id == Ticket.id)
        .where(Notification.address == number, Notification.event.in_(ASKED))
        .group_by(Ticket.id)
        .order_by(sa.desc("last"))
        .limit(20)
    )
    return [row[0] for row in db.session.execute(query)]


def waiting_for_somebody(tickets: list[Ticket]) -> list[Ticket]:
    return [ticket for ticket in tickets if ticket.acknowledged_at is None and ticket.is_open]


def open_ticket_of_reporter(number: str) -> Ticket | None:
    """The newest open ticket that was filed with this number."""
    query = (
        sa.select(Ticket)
        .where(Ticket.reporter_phone == number, Ticket.status.in_(OPEN_STATUSES))
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()
