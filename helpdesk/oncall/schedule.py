"""Who is on duty at a moment: layers of rotations, the higher one wins, overrides above all."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Override, Rotation, Schedule, User
from helpdesk.oncall.rotation import Rotation as Turns

HORIZON = timedelta(days=40)


@dataclass(frozen=True)
class Shift:
    """`user` is on duty in [starts_at, ends_at)."""

    user: User
    starts_at: datetime
    ends_at: datetime


def main_schedule() -> Schedule | None:
    """The schedule that serves where none is named: the first one made."""
    return db.session.scalars(sa.select(Schedule).order_by(Schedule.id).limit(1)).first()


def who_is_on_call(schedule: Schedule, at: datetime) -> User | None:
    """The person on duty at that instant; None if nobody is or the person has left."""
    return _on_duty(schedule, at, _overrides(schedule, at, at + timedelta(seconds=1)))


def shifts(schedule: Schedule, since: datetime, until: datetime) -> list[Shift]:
    """The shifts in [since, until), cut to it, neighbours of one person joined; gaps where nobody is on duty."""
    overrides = _overrides(schedule, since, until)
    borders = _borders(schedule, overrides, since, until)
    found: list[Shift] = []
    for start, end in pairwise(borders):
        user = _on_duty(schedule, start, overrides)
        if user is None:
            continue
        if found and found[-1].user is user and found[-1].ends_at == start:
            found[-1] = Shift(user, found[-1].starts_at, end)
        else:
            found.append(Shift(user, start, end))
    return found


def current_shift(schedule: Schedule, at: datetime) -> Shift | None:
    """The shift that runs at `at`, from `at` to its end (at most 40 days ahead)."""
    ahead = shifts(schedule, at, at + HORIZON)
    return ahead[0] if ahead and ahead[0].starts_at == at else None


def next_shift(schedule: Schedule, at: datetime) -> Shift | None:
    """The first shift after `at` of somebody who is not on duty at `at`."""
    now_on_duty = who_is_on_call(schedule, at)
    ahead = shifts(schedule, at, at + HORIZON)
    return next((shift for shift in ahead if shift.user is not now_on_duty), None)


def gaps(schedule: Schedule, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Spans [from, to) in which nobody is on duty."""
    found, free_from = [], since
    for shift in shifts(schedule, since, until):
        if shift.starts_at > free_from:
            found.append((free_from, shift.starts_at))
        free_from = shift.ends_at
    if free_from < until:
        found.append((free_from, until))
    return found


def _overrides(schedule: Schedule, since: datetime, until: datetime) -> list[Override]:
    """Newest first: the last word wins."""
    query = (
        sa.select(Override)
        .where(Override.schedule_id == schedule.id, Override.starts_at < until, Override.ends_at > since)
        .order_by(Override.id.desc())
    )
    return list(db.session.scalars(query))


def _on_duty(schedule: Schedule, at: datetime, overrides: list[Override]) -> User | None:
    candidates = [o.user for o in overrides if o.starts_at <= at < o.ends_at]
    candidates += [_turns(schedule, layer).on_call(at) for layer in reversed(schedule.rotations) if layer.members]
    return next((user for user in candidates if user.active), None)


def _turns(schedule: Schedule, layer: Rotation) -> Turns[User]:
    return Turns(
        layer.kind, layer.starts_at, schedule.time_zone, layer.shift_length, [m.user for m in layer.members]
    )


def _borders(schedule: Schedule, overrides: list[Override], since: datetime, until: datetime) -> list[datetime]:
    """Every instant at which the answer may change, with both ends of the span."""
    instants = {since, until}
    for layer in schedule.rotations:
        if layer.members:
            instants.update(_turns(schedule, layer).handoffs(since, until))
    for override in overrides:
        instants.update((override.starts_at, override.ends_at))
    return sorted(i for i in instants if since <= i <= until)
