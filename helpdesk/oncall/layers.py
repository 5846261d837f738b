"""The layers of a schedule: added, changed, ended, put into another order; what was stays as it was.

A layer is a chain of rows with one number, in force one after the other. A change ends the row in force and begins
another one; what was planned for the time after the change, and has not begun, gives way to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import Rotation, RotationMember, Schedule, User
from helpdesk.models.codes import HolidayRule, RotationKind
from helpdesk.oncall.plan_changes import begins, changed, earliest, hold_as_manager, keep
from helpdesk.oncall.rotation import Rotation as Turns

Participant = TypeVar("Participant")


@dataclass(frozen=True)
class Pattern:
    """What a layer says: `people` take turns in this order, each for `shift_length` hours, days, weeks or months;
    `weekly_hours` as in models.Rotation."""

    kind: RotationKind
    shift_length: int
    people: Sequence[User]
    name: str = ""
    weekly_hours: dict[str, Any] | None = None
    holidays: HolidayRule = field(default=HolidayRule.AS_USUAL)


class Order(StrEnum):
    """Who has the turn when a layer is changed."""

    GOES_ON = "goes_on"  # whoever would have had it
    ANEW = "anew"  # the first of the list; the hand-overs are counted from the moment


def continued(old: Turns[Participant], new: Turns[Participant], at: datetime) -> list[Participant]:
    """The participants of `new` in the order that gives the turn at `at` to whoever has it by `old`; if they are
    gone, to the first after them who is not."""
    number, count, people = old.number(at), len(old.participants), list(new.participants)
    coming = [(number + turn) % count for turn in range(count)]
    first = next((found for place in coming if (found := _same(old.participants, place, people)) is not None), 0)
    return [people[(first - new.number(at) + turn) % len(people)] for turn in range(len(people))]


def _same(old: Sequence[Participant], place: int, people: list[Participant]) -> int | None:
    """Where whoever stands at `place` stands now: of several places of one person the one of the same order."""
    person = old[place]
    places = [index for index, other in enumerate(people) if other == person]
    before = sum(other == person for other in old[:place])
    return places[min(before, len(places) - 1)] if places else None


def add_layer(schedule: Schedule, pattern: Pattern, starts_at: datetime, by: User) -> Rotation:
    """A layer above all others; its first shift begins at `starts_at`, also one that has passed: it then counts
    from now on."""
    hold_as_manager(schedule, by)
    _check(pattern)
    taken = [row.layer for row in schedule.rotations if not is_over(row, clock.now())]
    row = _row(schedule, max(taken, default=-1) + 1, pattern, starts_at)
    row.in_force_from = max(starts_at, earliest(schedule))
    row.members = _members(pattern.people)
    keep(schedule, by, "layer_added", layer=row.layer, **_said(pattern, row.in_force_from))
    changed(schedule, by)
    return row


def change_layer(
    schedule: Schedule, number: int, pattern: Pattern, at: datetime, by: User, order: Order = Order.GOES_ON
) -> Rotation:
    """From `at` on the layer is as `pattern` says, to its end where one is planned. Hand-overs stay at their times,
    unless kind, length or `order` want others: these are counted from `at`.

    Raises:
        NotAllowed: "in_the_past", "no_people", "not_manager".
        NotFound: no such layer.
    """
    hold_as_manager(schedule, by)
    _check(pattern)
    at = begins(schedule, at)
    before, end = _in_force_until(schedule, number, at), _end(schedule, number)
    _drop(schedule, number, at)
    goes_on = before if order is Order.GOES_ON else None
    keeps_times = goes_on and (goes_on.kind, goes_on.shift_length) == (pattern.kind, pattern.shift_length)
    row = _row(schedule, number, pattern, goes_on.starts_at if goes_on and keeps_times else at)
    row.in_force_from, row.in_force_until = at, end if end is not None and end > at else None
    row.members = _members(_in_turn(schedule, goes_on, row, pattern, at))
    if before is not None:
        before.in_force_until = at
    keep(schedule, by, "layer_changed", layer=number, **_said(pattern, at))
    changed(schedule, by)
    return row


def end_layer(schedule: Schedule, number: int, at: datetime, by: User) -> None:
    """From `at` on the layer does not count; one that has not begun by then is gone."""
    hold_as_manager(schedule, by)
    at = begins(schedule, at)
    before = _in_force_until(schedule, number, at)
    _drop(schedule, number, at)
    if before is not None:
        before.in_force_until = at
    keep(schedule, by, "layer_ended", layer=number, at=at.isoformat())
    changed(schedule, by)


def raise_layer(schedule: Schedule, number: int, by: User) -> None:
    """From now on the layer counts before the one above it. Of two layers the rows in force end and go on with each
    other's number; those that have not begun change it."""
    hold_as_manager(schedule, by)
    at = earliest(schedule)
    above = min((n for n in numbers(schedule, at) if n > number), default=None)
    if above is None or number not in numbers(schedule, at):
        raise NotFound("not_found")
    swapped = {number: above, above: number}
    for row in [row for row in schedule.rotations if row.layer in swapped and not is_over(row, at)]:
        going_on = row if row.in_force_from is not None and row.in_force_from >= at else _split(schedule, row, at)
        going_on.layer = swapped[row.layer]
    keep(schedule, by, "layer_raised", layer=number, above=above)
    changed(schedule, by)


def numbers(schedule: Schedule, at: datetime) -> list[int]:
    """The layers that count at `at` or later, from the lowest to the highest."""
    return sorted({row.layer for row in schedule.rotations if not is_over(row, at)})


def rows_of(schedule: Schedule, number: int, at: datetime) -> list[Rotation]:
    """How the layer is at `at` and what is planned for later, in order.

    Raises:
        NotFound: no such layer.
    """
    rows = [row for row in schedule.rotations if row.layer == number and not is_over(row, at)]
    if not rows:
        raise NotFound("not_found")
    return sorted(rows, key=_in_force_from)


def is_over(row: Rotation, at: datetime) -> bool:
    return row.in_force_until is not None and row.in_force_until <= at


def turns(schedule: Schedule, row: Rotation) -> Turns[User]:
    """The rotation of a row that has people."""
    people = [member.user for member in row.members]
    return Turns(row.kind, row.starts_at, schedule.time_zone, row.shift_length, people)


def next_handover(schedule: Schedule, number: int, at: datetime) -> datetime:
    """When a change of the layer best begins: at the hand-over after `at`; where another change is planned, with
    that one."""
    last = rows_of(schedule, number, at)[-1]
    if last.in_force_from is not None and last.in_force_from > at:
        return last.in_force_from
    return turns(schedule, last).next_handoff(at) if last.members else at


def order_at(schedule: Schedule, row: Rotation, at: datetime) -> list[User]:
    """The people of the row, beginning with whoever has the turn at `at`."""
    people = [member.user for member in row.members]
    first = turns(schedule, row).number(at) % len(people) if people else 0
    return people[first:] + people[:first]


def _in_force_from(row: Rotation) -> datetime:
    return row.in_force_from or datetime.min.replace(tzinfo=row.starts_at.tzinfo)


def _in_force_until(schedule: Schedule, number: int, at: datetime) -> Rotation | None:
    """The row that is in force just before `at`. Raises NotFound where the layer has no row left."""
    rows = rows_of(schedule, number, earliest(schedule))
    begun = [row for row in rows if row.in_force_from is None or row.in_force_from < at]
    last = begun[-1] if begun else None
    return None if last is None or (last.in_force_until is not None and last.in_force_until < at) else last


def _end(schedule: Schedule, number: int) -> datetime | None:
    """When the layer ends for good; None: never."""
    return rows_of(schedule, number, earliest(schedule))[-1].in_force_until


def _drop(schedule: Schedule, number: int, at: datetime) -> None:
    """The rows of the layer that would begin at `at` or later."""
    for row in list(schedule.rotations):
        if row.layer == number and row.in_force_from is not None and row.in_force_from >= at:
            db.session.delete(row)  # first: else a flush in between would leave it without a schedule
            schedule.rotations.remove(row)


def _split(schedule: Schedule, row: Rotation, at: datetime) -> Rotation:
    """The same turns in a row of its own from `at` on."""
    columns = ("layer", "name", "kind", "starts_at", "shift_length", "weekly_hours", "holidays", "in_force_until")
    copy = Rotation(**{column: getattr(row, column) for column in columns}, in_force_from=at)
    copy.members = _members([member.user for member in row.members])
    row.in_force_until = at
    schedule.rotations.append(copy)
    return copy


def _row(schedule: Schedule, number: int, pattern: Pattern, starts_at: datetime) -> Rotation:
    row = Rotation(
        layer=number,
        name=pattern.name,
        kind=pattern.kind,
        starts_at=starts_at,
        shift_length=pattern.shift_length,
        weekly_hours=pattern.weekly_hours,
        holidays=pattern.holidays,
    )
    schedule.rotations.append(row)
    return row


def _in_turn(
    schedule: Schedule, before: Rotation | None, row: Rotation, pattern: Pattern, at: datetime
) -> Sequence[User]:
    if before is None or not before.members:
        return pattern.people
    new = Turns(row.kind, row.starts_at, schedule.time_zone, row.shift_length, pattern.people)
    return continued(turns(schedule, before), new, at)


def _members(people: Sequence[User]) -> list[RotationMember]:
    return [RotationMember(position=position, user=user) for position, user in enumerate(people)]


def _check(pattern: Pattern) -> None:
    if not pattern.people:
        raise NotAllowed("no_people")


def _said(pattern: Pattern, at: datetime) -> dict[str, Any]:
    """What the audit keeps."""
    return {
        "at": at.isoformat(),
        "kind": pattern.kind.value,
        "shift_length": pattern.shift_length,
        "people": [user.id for user in pattern.people],
        "weekly_hours": pattern.weekly_hours,
        "holidays": pattern.holidays.value,
    }
