"""Brakes on the mails that go out by themselves: to one address about one ticket, and receipts of mails in all.

What is too much is put off until there is room again, never thrown away: the health page and the ticket say so.
What a person wrote, alerts and codes are never held.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification, Ticket
from helpdesk.models.codes import AttemptState, Channel, Lane, NotificationEvent, TicketSource

Limits = tuple[tuple[timedelta, int], ...]
LIMITS: Limits = ((timedelta(minutes=10), 10), (timedelta(hours=1), 25), (timedelta(hours=10), 100))
RECEIPTS_OF_MAILS: Limits = ((timedelta(hours=1), 600),)  # in all: a flood of mails is not passed on
# To one address: a machine may open a ticket with each answer to a receipt. A person waits a little for the third.
RECEIPTS_TO_ONE: Limits = ((timedelta(minutes=10), 2), (timedelta(hours=1), 6))
HELD = "brake"  # the word in the attempt that waits
# A person wrote these for the reader: an "out of office" in answer to them says something.
BY_PEOPLE = frozenset({NotificationEvent.REPLY})
NEVER_HELD = (Lane.ALERT, Lane.SECURITY)


def when_there_is_room(
    event: NotificationEvent, lane: Lane, *, address: str, ticket_id: int | None, wanted: datetime
) -> datetime:
    """`wanted` (aware UTC) itself, or when the brakes let the mail go."""
    if ticket_id is None or event in BY_PEOPLE or lane in NEVER_HELD:
        return wanted
    brakes = [(_times_of(address, ticket_id), LIMITS)]
    if event is NotificationEvent.RECEIPT and _is_by_mail(ticket_id):
        is_theirs = Ticket.reporter_email == address
        brakes += [
            (_opened_by_mail_before(ticket_id, wanted), RECEIPTS_OF_MAILS),
            (_opened_by_mail_before(ticket_id, wanted, is_theirs), RECEIPTS_TO_ONE),
        ]
    return max(after_brakes(times, limits, wanted) for times, limits in brakes)


def after_brakes(times: Iterable[datetime], limits: Limits, wanted: datetime) -> datetime:
    """Pure: the first instant from `wanted` on before which each span holds fewer than its limit of `times`."""
    newest = sorted(times, reverse=True)
    full = [newest[most - 1] + span for span, most in limits if len(newest) >= most]
    return max([wanted, *full])


def count_held() -> int:
    """Mails that a brake holds now."""
    query = sa.select(sa.func.count(Attempt.id)).where(
        Attempt.state == sa.literal_column(f"'{AttemptState.DUE}'"),
        Attempt.channel == Channel.EMAIL,
        Attempt.due_at > clock.now(),
        Attempt.provider_status == HELD,
    )
    return db.session.scalar(query) or 0


def _times_of(address: str, ticket_id: int) -> list[datetime]:
    """When the mails of that kind left or will leave, the newest ones."""
    query = (
        sa.select(Attempt.due_at)
        .join(Attempt.notification)
        .where(
            Notification.ticket_id == ticket_id,
            Notification.address == address,
            Notification.channel == Channel.EMAIL,
            Notification.event.not_in(BY_PEOPLE),
            Attempt.ordinal == 0,
            Attempt.lane.not_in(NEVER_HELD),
        )
        .order_by(Attempt.due_at.desc())
        .limit(max(most for _span, most in LIMITS))
    )
    return list(db.session.scalars(query))


def _is_by_mail(ticket_id: int) -> bool:
    return db.session.get_one(Ticket, ticket_id).source is TicketSource.EMAIL


def _opened_by_mail_before(ticket_id: int, wanted: datetime, *which: sa.ColumnElement[bool]) -> list[datetime]:
    """When other tickets were opened by mail, each with its receipt; the newest ones."""
    span = max(span for span, _most in RECEIPTS_OF_MAILS)
    query = (
        sa.select(Ticket.created_at)
        .where(Ticket.created_at > wanted - span, Ticket.source == TicketSource.EMAIL, Ticket.id != ticket_id)
        .where(*which)
        .order_by(Ticket.created_at.desc())
        .limit(max(most for _span, most in RECEIPTS_OF_MAILS))
    )
    return list(db.session.scalars(query))
