"""Reminders of normal tickets, gathered for each person and channel and sent as one message.

An item waits for the next digest, or goes sooner where that would be too late (digest_times.py); an SMS also waits
for the end of the quiet hours. When one goes, all that wait for the same person and channel go along. What has
become moot is left out; what is somebody else's by then goes to them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from helpdesk import clock, outbox
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Clock, DigestItem, Ticket, User
from helpdesk.models.codes import Channel, Lane, NotificationEvent
from helpdesk.oncall.people import address_of
from helpdesk.outbox import Letter
from helpdesk.quiet import when_awake
from helpdesk.sla.calendars import business_calendar
from helpdesk.sla.clock import remaining
from helpdesk.sla.digest_times import DigestTimes
from helpdesk.sla.reminder_rules import WAYS, Said, rules_for, ways_to, whom

LISTED = 50  # tickets in a mail
# Another run may have been a little late: an item of 8:00 goes into the digest of 8:00.
GRACE = timedelta(minutes=5)
# So long is remembered what was told, so that nothing is told twice.
KEPT_FOR = timedelta(days=90)

# ON CONFLICT waits for a transaction that writes the same key. What was sent before this reminder was due was about
# an earlier promise, as before a reopening.
_PUT = sa.text(
    "INSERT INTO digest_item (user_id, clock_id, channel, share, said_again, due_at) "
    "VALUES (:user_id, :clock_id, :channel, :share, :said_again, :due_at) "
    "ON CONFLICT (user_id, clock_id, channel, share, said_again) DO UPDATE "
    "SET due_at = excluded.due_at, sent_at = NULL WHERE digest_item.sent_at < :since"
).bindparams(
    sa.bindparam("due_at", type_=DigestItem.due_at.type),
    sa.bindparam("since", type_=DigestItem.due_at.type),
)


def put(user: User, said: Said) -> None:
    """Into the person's next digest, over every channel that the rule names for them."""
    for channel in ways_to(user, said.clock.ticket, said.rule):
        _put(user, channel, said, _when(said))


def due(limit: int = 100) -> list[tuple[int, Channel]]:
    """People, by their ids, and channels for whose digest it is time, the longest overdue first."""
    query = (
        sa.select(DigestItem.user_id, DigestItem.channel)
        .where(DigestItem.sent_at.is_(None), DigestItem.due_at <= clock.now())
        .group_by(DigestItem.user_id, DigestItem.channel)
        .order_by(sa.func.min(DigestItem.due_at))
        .limit(limit)
    )
    return [(user_id, channel) for user_id, channel in db.session.execute(query)]


def send(whose: tuple[int, Channel]) -> None:
    """One message with all that waits for the person over the channel; none where nothing is left to say."""
    user_id, channel = whose
    now, items = clock.now(), _held(user_id, channel)
    if not any(item.due_at <= now for item in items):
        return  # another run was first
    user = db.session.get_one(User, user_id)
    mine = [item for item in items if _is_still_theirs(user, item)]
    for item in items:
        if item in mine:
            item.sent_at = now
        else:
            db.session.delete(item)
    _forget(user_id, now)
    if mine:
        _write(user, channel, mine)


def _when(said: Said) -> datetime:
    house, row = settings(), said.clock
    times = DigestTimes(house.digest_times, house.zone)
    at = max(said.due_at, clock.now() - GRACE)
    if said.again:
        return times.next_after(at)  # no news
    if said.is_breach:
        return times.for_breach(at, is_open=business_calendar(row.calendar).is_open(at))
    return times.for_reminder(at, row.due_at)


def _put(user: User, channel: Channel, said: Said, at: datetime) -> None:
    values = {
        "user_id": user.id,
        "clock_id": said.clock.id,
        "channel": channel.value,
        "share": said.share,
        "said_again": said.again,
        "due_at": when_awake(user, at) if channel is Channel.SMS else at,
        "since": said.due_at,
    }
    db.session.execute(_PUT, values)


def _held(user_id: int, channel: Channel) -> Sequence[DigestItem]:
    """All that wait, locked: whoever comes second finds nothing."""
    query = (
        sa.select(DigestItem)
        .join(DigestItem.clock)
        .options(contains_eager(DigestItem.clock).joinedload(Clock.ticket).joinedload(Ticket.unit))
        .where(DigestItem.user_id == user_id, DigestItem.channel == channel, DigestItem.sent_at.is_(None))
        .order_by(DigestItem.id)
        .with_for_update(of=DigestItem)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()


def _is_still_theirs(user: User, item: DigestItem) -> bool:
    """Whether it is still wanted, and by this person; others whom the rule means by now get it in their digest."""
    row = item.clock
    rule = rules_for(row.ticket).get(item.share)
    if rule is None or not row.is_running or not row.ticket.is_open:
        return False
    people = whom(row.ticket, rule)
    if user in people:
        return True
    for other in people:
        put_for = Said(row, item.share, item.due_at, item.said_again, rule)
        for channel in ways_to(other, row.ticket, rule):
            _put(other, channel, put_for, clock.now())
    return False


def _forget(user_id: int, now: datetime) -> None:
    old = sa.delete(DigestItem).where(DigestItem.user_id == user_id, DigestItem.sent_at < now - KEPT_FOR)
    db.session.execute(old)


def _write(user: User, channel: Channel, items: Sequence[DigestItem]) -> None:
    way = next((each for each in (channel, *WAYS) if address_of(user, each)), None)
    if way is None:
        return  # the managers are told that the person cannot be reached
    outbox.enqueue(
        Letter(
            event=NotificationEvent.DIGEST,
            channel=way,
            address=address_of(user, way) or "",
            dedupe_key=f"digest:{user.id}:{channel}:{items[-1].id}:{clock.now():%Y%m%d%H%M%S}",
            locale=user.locale,
            lane=Lane.NOTICE,
            user_id=user.id,
            params=_params(items),
        )
    )


def _params(items: Sequence[DigestItem]) -> dict[str, Any]:
    """Codes and values for the template: tickets with the targets that were reached, what presses most first."""
    by_ticket: dict[Ticket, list[Clock]] = {}
    for item in sorted(items, key=_pressing):
        rows = by_ticket.setdefault(item.clock.ticket, [])
        if item.clock not in rows:
            rows.append(item.clock)
    late = sum(any(_is_late(row) for row in rows) for rows in by_ticket.values())
    listed = [_entry(ticket, rows) for ticket, rows in list(by_ticket.items())[:LISTED]]
    return {"tickets": listed, "late": late, "near": len(by_ticket) - late, "more": len(by_ticket) - len(listed)}


def _pressing(item: DigestItem) -> tuple[bool, datetime, int]:
    row = item.clock
    return not row.ticket.is_urgent, row.due_at or item.due_at, row.ticket_id


def _entry(ticket: Ticket, rows: Sequence[Clock]) -> dict[str, Any]:
    holder = ticket.assignee or ticket.acknowledged_by
    return {
        "number": ticket.number,
        "unit": ticket.unit.short_name,
        "holder": holder.name if holder else "",
        "targets": [_target(row) for row in rows],
    }


def _target(row: Clock) -> dict[str, Any]:
    """`left`: whole minutes of business time, how much late where it `is_late`."""
    return {
        "target": row.kind.value,
        "due_at": row.due_at.isoformat() if row.due_at else "",
        "is_late": _is_late(row),
        "left": abs(remaining(row)) // timedelta(minutes=1),
        "is_always": row.calendar.always_open,
    }


def _is_late(row: Clock) -> bool:
    return row.due_at is not None and row.due_at <= clock.now()
