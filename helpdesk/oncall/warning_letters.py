"""Warnings about the duty to the managers, 7, 3 and 1 days ahead: one letter with all that is new, in the morning.

A warning has reached a mark when so many local days or fewer are left to it; one that turns up late has reached the
nearest mark at once. Each warning and mark is told once, however many schedulers run.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import User, WarningTold
from helpdesk.models.codes import Channel, Lane, NotificationEvent, RoleName, WarningKind
from helpdesk.oncall.people import address_of, people_with
from helpdesk.oncall.warnings import AHEAD, PlanWarning, warnings
from helpdesk.outbox import Letter
from helpdesk.quiet import after_quiet_hours, when_awake

MARKS = (1, 3, 7)  # local days, the nearest first
NEAR = MARKS[0]
# What lasts for months is told again.
KEPT_FOR = timedelta(days=90)

# ON CONFLICT waits for a transaction that writes the same key, so that of two schedulers one tells.
_CLAIM = sa.text(
    "INSERT INTO warning_told (key, at) VALUES (:key, :at) ON CONFLICT (key) DO NOTHING RETURNING key"
).bindparams(sa.bindparam("at", type_=WarningTold.at.type))


@dataclass(frozen=True)
class Reached:
    """A warning with the mark that it has reached."""

    warning: PlanWarning
    mark: int

    @property
    def key(self) -> str:
        return f"{self.warning.key}@{self.mark}"


def untold() -> list[Reached]:
    """What the managers are to be told now; nothing in the quiet hours, and nothing without a manager."""
    now, house = clock.now(), settings()
    is_quiet = after_quiet_hours(now, house.quiet_hours, house.zone) != now
    if is_quiet or not people_with(RoleName.MANAGER):
        return []
    marked = [(each, mark_of(each, now.astimezone(house.zone).date())) for each in warnings(now, now + AHEAD)]
    reached = [Reached(each, mark) for each, mark in marked if mark is not None]
    known = _known([each.key for each in reached], now)
    return [each for each in reached if each.key not in known and not _is_told_by_others(each)]


def _known(keys: Sequence[str], now: datetime) -> set[str]:
    query = sa.select(WarningTold.key).where(WarningTold.key.in_(keys), WarningTold.at >= now - KEPT_FOR)
    return set(db.session.scalars(query))


def mark_of(warning: PlanWarning, today: date) -> int | None:
    """The nearest mark that it has reached; None while it is further away than all of them. What is so for good is
    not pressing."""
    if warning.kind is WarningKind.ALONE:
        return MARKS[-1]
    left = (warning.starts_at.astimezone(settings().zone).date() - today).days
    return next((mark for mark in MARKS if left <= mark), None)


def tell(reached: Sequence[Reached]) -> None:
    """One letter to every manager, and an SMS where something is near."""
    now = clock.now()
    db.session.execute(sa.delete(WarningTold).where(WarningTold.at < now - KEPT_FOR))
    keys = sorted(each.key for each in reached)
    claimed = {key for key in keys if db.session.scalar(_CLAIM, {"key": key, "at": now}) is not None}
    mine = [each for each in reached if each.key in claimed]
    for manager in people_with(RoleName.MANAGER) if mine else ():
        for channel in _ways(manager, mine):
            _write(manager, channel, mine, now)


def _is_told_by_others(reached: Reached) -> bool:
    """Who cannot be reached and is on duty within a day: helpdesk/oncall/contacts.py tells of that."""
    return reached.mark == NEAR and reached.warning.kind is WarningKind.UNREACHABLE


def _ways(manager: User, told: Sequence[Reached]) -> list[Channel]:
    """By mail, and by SMS too where something is near; by SMS alone where there is no mail."""
    can_mail = address_of(manager, Channel.EMAIL) is not None
    is_near = any(each.mark == NEAR for each in told)
    wanted = [(Channel.EMAIL, can_mail), (Channel.SMS, is_near or not can_mail)]
    return [channel for channel, is_wanted in wanted if is_wanted and address_of(manager, channel)]


def _write(manager: User, channel: Channel, told: Sequence[Reached], now: datetime) -> None:
    outbox.enqueue(
        Letter(
            event=NotificationEvent.DUTY_WARNING,
            channel=channel,
            address=address_of(manager, channel) or "",
            dedupe_key=f"plan:{_digest(told, now)}:{manager.id}:{channel}",
            locale=manager.locale,
            user_id=manager.id,
            lane=Lane.NOTICE,
            params=_params(told),
            due_at=when_awake(manager, now) if channel is Channel.SMS else now,
        )
    )


def _digest(told: Sequence[Reached], now: datetime) -> str:
    return hashlib.sha256("\n".join([now.isoformat(), *(each.key for each in told)]).encode()).hexdigest()[:32]


def _params(told: Sequence[Reached]) -> dict[str, Any]:
    near = sum(each.mark == NEAR for each in told)
    return {"count": len(told), "near": near, "warnings": [each.warning.params() for each in told]}
