"""Which tickets somebody may answer."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification, Ticket, User
from helpdesk.models.codes import OPEN_STATUSES, AttemptState, Channel, NotificationEvent, Priority
from helpdesk.oncall.further_people import still_ask

ASKED = (NotificationEvent.ALERT, NotificationEvent.NEW_TICKET, NotificationEvent.STILL_YOURS)
# One that was not confirmed in time may have arrived all the same; these have not.
NEVER_SEEN = (AttemptState.FAILED, AttemptState.EXPIRED, AttemptState.CANCELLED)


@dataclass(frozen=True)
class Sender:
    """Whoever texts or calls: one of the staff and the number that they use now; they may have others."""

    user: User
    number: str


def tickets_asked_about(sender: Sender) -> list[Ticket]:
    """Tickets that this number or this person was told of and asked to take, newest message first."""
    query = (
        sa.select(Ticket, sa.func.max(Notification.id).label("last"))
        .join(Notification, Notification.ticket_id == Ticket.id)
        .where(_is_for(sender), Notification.event.in_(ASKED))
        .group_by(Ticket.id)
        .order_by(sa.desc("last"))
        .limit(20)
    )
    return [row[0] for row in db.session.execute(query)]


def heard_of(sender: Sender, tickets: list[Ticket]) -> list[Ticket]:
    """Of these, in their order, what the sender has had an SMS or a call about; all of them if it had none yet. An
    alert that is still held back is not what somebody answers."""
    told = _told_of(sender, tickets)
    return [ticket for ticket in tickets if ticket in told] or tickets


def waiting_for_somebody(tickets: list[Ticket], user: User) -> list[Ticket]:
    """Those that nobody has taken, or that wait for this person too; urgent ones first, else in their order."""
    asked = still_ask(tickets, user)
    waiting = [t for t in tickets if (t.acknowledged_at is None or t.id in asked) and t.is_open]
    return sorted(waiting, key=lambda ticket: ticket.priority is not Priority.URGENT)


def meant_without_a_number(sender: Sender, waiting: list[Ticket]) -> list[Ticket]:
    """What an answer can be about that names no ticket; several: it must be asked.

    A notice that waits for the morning was never seen, so it cannot be meant. An alert is meant before notices
    that are older than it, but not before another alert.
    """
    told = _told_of(sender, waiting)
    alerts = [ticket for ticket in told if ticket.priority is Priority.URGENT]
    if alerts and alerts == told[:1]:
        return alerts
    return [ticket for ticket in waiting if ticket in told or not told]


def also_meant_by(notification: Notification) -> list[Ticket]:
    """Other tickets that wait and that its reader was told of: with them a bare "1" in answer to this one would
    not be clear. An alert is meant before notices."""
    if notification.user is None:
        return []
    sender = Sender(notification.user, notification.address)
    others = [ticket for ticket in tickets_asked_about(sender) if ticket.id != notification.ticket_id]
    told = _told_of(sender, waiting_for_somebody(others, notification.user))
    is_alert = notification.event is NotificationEvent.ALERT
    return [ticket for ticket in told if ticket.priority is Priority.URGENT or not is_alert]


def all_that_were_meant(sender: Sender, waiting: list[Ticket]) -> list[Ticket]:
    """What "all" is about: the alerts that the sender was told of; without any, the notices."""
    told = _told_of(sender, waiting)
    return [ticket for ticket in told if ticket.priority is Priority.URGENT] or told


def _told_of(sender: Sender, tickets: list[Ticket]) -> list[Ticket]:
    """Those whose SMS or call reached the sender or still may, the last one first."""
    last = sa.func.max(Attempt.sending_at)
    query = (
        sa.select(Notification.ticket_id)
        .join(Notification.attempts)
        .where(
            _is_for(sender),
            Notification.event.in_(ASKED),
            Notification.ticket_id.in_([ticket.id for ticket in tickets]),
            Attempt.sending_at.is_not(None),
            Attempt.state.not_in(NEVER_SEEN),
            sa.or_(Attempt.state != AttemptState.UNDELIVERED, _has_rung()),
        )
        .group_by(Notification.ticket_id)
        .order_by(last.desc())
    )
    by_id = {ticket.id: ticket for ticket in tickets}
    return [by_id[found] for found in db.session.scalars(query) if found is not None]


def told_since(sender: Sender, at: datetime) -> bool:
    """Whether the sender was alerted or told of a ticket after that instant."""
    query = (
        sa.select(Attempt.id)
        .join(Notification, Notification.id == Attempt.notification_id)
        .where(_is_for(sender), Notification.event.in_(ASKED), Attempt.sending_at > at)
    )
    return db.session.scalar(query.limit(1)) is not None


def _is_for(sender: Sender) -> sa.ColumnElement[bool]:
    """To the number, whoever of those who share it was meant, or to another phone of the same person."""
    is_own = sa.and_(Notification.user_id == sender.user.id, Notification.channel != Channel.EMAIL)
    return sa.or_(Notification.address == sender.number, is_own)


def _has_rung() -> sa.ColumnElement[bool]:
    """A call in vain was heard of, if it rang."""
    return sa.and_(Attempt.channel == Channel.VOICE, Attempt.sent_at.is_not(None))


def open_ticket_of_reporter(number: str) -> Ticket | None:
    """The newest open ticket that was filed with this number."""
    query = (
        sa.select(Ticket)
        .where(Ticket.reporter_phone == number, Ticket.status.in_(OPEN_STATUSES))
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()
