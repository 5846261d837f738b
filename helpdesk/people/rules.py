"""What a person wants to hear, over what and when: written down as a whole, or put back to the standard."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

import sqlalchemy as sa

from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, NotifyRule, User
from helpdesk.models.codes import Channel, Priority

LONGEST_QUIET_MINUTES = 14 * 60  # longer, and what can wait until morning would wait for ever


@dataclass(frozen=True)
class Wanted:
    """Over `channel`, `minutes` after the beginning, between two local times of the day."""

    channel: Channel
    minutes: int
    from_time: time
    until_time: time


def rules_of(user: User, priority: Priority) -> Sequence[NotifyRule]:
    """Empty: the standard."""
    query = sa.select(NotifyRule).filter_by(user_id=user.id, priority=priority).order_by(NotifyRule.id)
    return db.session.scalars(query).all()


def set_urgent(user: User, wanted: Iterable[Wanted]) -> None:
    """Instead of whatever was there. Rules that leave the phone quiet too long are completed in each alert
    (helpdesk/oncall/personal.py)."""
    rows = [
        NotifyRule(
            user_id=user.id,
            priority=Priority.URGENT,
            channel=each.channel,
            minutes=each.minutes,
            from_time=each.from_time,
            until_time=each.until_time,
        )
        for each in wanted
    ]
    _replace(user, Priority.URGENT, rows)


def set_normal(user: User, channels: Iterable[Channel], quiet: tuple[time, time] | None) -> None:
    """Notices of normal tickets, and the hours in which no SMS of them comes (None: those of the house).

    Raises:
        NotAllowed: "no_channel", "quiet_too_long".
    """
    chosen = list(dict.fromkeys(channels))
    if not chosen:
        raise NotAllowed("no_channel")
    if quiet is not None and not 0 < _minutes_between(*quiet) <= LONGEST_QUIET_MINUTES:
        raise NotAllowed("quiet_too_long")
    user.quiet_from, user.quiet_until = quiet or (None, None)
    rows = [NotifyRule(user_id=user.id, priority=Priority.NORMAL, channel=channel) for channel in chosen]
    _replace(user, Priority.NORMAL, rows)


def reset(user: User) -> None:
    """Back to the standard, for both urgencies."""
    user.quiet_from = user.quiet_until = None
    for priority in Priority:
        _replace(user, priority, [])


def _replace(user: User, priority: Priority, rows: list[NotifyRule]) -> None:
    db.session.execute(sa.delete(NotifyRule).filter_by(user_id=user.id, priority=priority))
    db.session.add_all(rows)
    said = [f"{row.channel}:{row.minutes or 0}" for row in rows]
    data = {"priority": priority.value, "rules": said}
    db.session.add(AuditEntry(user_id=user.id, action="rules_changed", subject=f"user:{user.id}", data=data))


def _minutes_between(start: time, end: time) -> int:
    """Over midnight where the end is the earlier one."""
    return ((end.hour - start.hour) * 60 + end.minute - start.minute) % (24 * 60)
