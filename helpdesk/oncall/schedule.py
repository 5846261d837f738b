"""Who is on duty: the plan of a schedule as it stands in the database, and what was.

What lies before `recorded_until` is history and told as it happened; the rest is worked out from the plan.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import sqlalchemy as sa
from sqlalchemy.orm import object_session

from helpdesk.extensions import db
from helpdesk.models import Absence, DutyShift, Override, Schedule, TemporarySchedule, User
from helpdesk.models.codes import HolidayRule
from helpdesk.oncall.plan_rows import LayerRow, changes, layer_rows
from helpdesk.oncall.roster import Layer, Roster, Span, Stint
from helpdesk.oncall.rotation import Rotation as Turns
from helpdesk.oncall.spans import Spanning, uncovered
from helpdesk.sla.calendar import BusinessCalendar

# How far to look for the next shift: mostly it is near, and looking far costs.
HORIZONS = tuple(timedelta(days=days) for days in (3, 10, 40))
ALL_DAY = [["00:00", "24:00"]]
HOLIDAY_YEARS = range(2020, 2061)


@dataclass(frozen=True)
class Shift:
    """`user` is on duty in [starts_at, ends_at)."""

    user: User
    starts_at: datetime
    ends_at: datetime


def all_schedules() -> list[Schedule]:
    """In the order in which they were added."""
    return list(db.session.scalars(sa.select(Schedule).order_by(Schedule.id)))


def main_schedule() -> Schedule | None:
    """The schedule that serves where none is named: the first one made."""
    return db.session.scalars(sa.select(Schedule).order_by(Schedule.id).limit(1)).first()


def who_is_on_call(schedule: Schedule, at: datetime) -> User | None:
    """The person who has the duty at that instant; None if nobody has."""
    return next(iter(on_call(schedule, at)), None)


def on_call(schedule: Schedule, at: datetime) -> list[User]:
    """Everybody on duty at that instant: whoever has the duty first, then those who were added."""
    if _is_history(schedule, at):
        return [shift.user for shift in _history(schedule, at, at + timedelta(microseconds=1))]
    ids = roster(schedule, at, at + timedelta(seconds=1)).on_call(at)
    people = people_by_id(schedule, ids)
    return [people[user_id] for user_id in ids]


def shifts(schedule: Schedule, since: datetime, until: datetime) -> list[Shift]:
    """The shifts in [since, until), cut to it, neighbours of one person joined; gaps where nobody is on duty."""
    border = min(until, schedule.recorded_until) if schedule.recorded_until else since
    past = _history(schedule, since, border) if border > since else []
    planned = _planned(schedule, max(since, border), until)
    return _joined(past, planned, border)


def planned_shifts(schedule: Schedule, since: datetime, until: datetime) -> list[Shift]:
    """As the plan says now, also of the past."""
    return _planned(schedule, since, until)


def current_shift(schedule: Schedule, at: datetime) -> Shift | None:
    """The shift of whoever has the duty at `at`, from `at` to its end (at most 40 days ahead)."""
    return current_and_next(schedule, at)[0]


def next_shift(schedule: Schedule, at: datetime) -> Shift | None:
    """The first shift after `at` of somebody who is not on duty at `at`."""
    return current_and_next(schedule, at)[1]


def current_and_next(schedule: Schedule, at: datetime) -> tuple[Shift | None, Shift | None]:
    """Both of the above, worked out once."""
    current, following = None, None
    for horizon in HORIZONS:
        ahead = shifts(schedule, at, at + horizon)
        there = [shift for shift in ahead if shift.starts_at == at]
        on_duty = {shift.user for shift in there}
        current = there[0] if there else None
        following = next((shift for shift in ahead if shift.user not in on_duty), None)
        if all(shift is not None and shift.ends_at < at + horizon for shift in (current, following)):
            break
    return current, following


def gaps(schedule: Schedule, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Spans [from, to) in which nobody is on duty."""
    return gaps_between(shifts(schedule, since, until), since, until)


def gaps_between(duties: Iterable[Spanning], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Spans [from, to) of [since, until) outside the shifts, which are in order of their beginning."""
    return [(gap.starts_at, gap.ends_at) for gap in uncovered(Span(since, until), duties)]


def roster(schedule: Schedule, since: datetime, until: datetime) -> Roster[int]:
    """The plan in [since, until) as values; people by their ids."""
    found = changes(schedule.id, since, until)
    layers = _layers(schedule, since, until)
    return Roster(layers, found.words, found.temporaries, found.away, found.gone)


def plan_rows(
    schedule: Schedule, since: datetime, until: datetime
) -> tuple[list[Override], list[TemporarySchedule], list[Absence]]:
    """What changes the plan of the layers in [since, until); the absences are those of everybody."""
    return (
        _within(Override, Override.schedule_id == schedule.id, since, until),
        _within(TemporarySchedule, TemporarySchedule.schedule_id == schedule.id, since, until),
        _within(Absence, sa.true(), since, until),
    )


def by_layers(schedule: Schedule, since: datetime, until: datetime) -> list[Stint[int]]:
    """The shifts in [since, until) if nothing changed what the layers say; people by their ids."""
    return Roster(_layers(schedule, since, until), gone=_gone()).shifts(since, until)


def public_holidays(time_zone: str, since: datetime, until: datetime) -> dict[date, str]:
    """The Polish public holidays of the local days in [since, until), with their Polish names."""
    zone = ZoneInfo(time_zone)
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {day: name for day in days if (name := _poland().get(day))}


def _planned(schedule: Schedule, since: datetime, until: datetime) -> list[Shift]:
    if since >= until:
        return []
    found = roster(schedule, since, until).shifts(since, until)
    people = people_by_id(schedule, [stint.person for stint in found])
    return [Shift(people[stint.person], stint.starts_at, stint.ends_at) for stint in found]


def _is_history(schedule: Schedule, at: datetime) -> bool:
    return schedule.recorded_until is not None and at < schedule.recorded_until


def _history(schedule: Schedule, since: datetime, until: datetime) -> list[Shift]:
    row = DutyShift.__table__.c
    query = sa.select(row.user_id, row.starts_at, row.ends_at).where(
        row.schedule_id == schedule.id, row.starts_at < until, row.ends_at > since
    )
    rows = db.session.execute(query.order_by(row.starts_at, row.id)).tuples().all()
    people = people_by_id(schedule, [user_id for user_id, _starts_at, _ends_at in rows])
    return [Shift(people[user_id], max(starts, since), min(ends, until)) for user_id, starts, ends in rows]


def _joined(past: list[Shift], planned: list[Shift], border: datetime) -> list[Shift]:
    """One shift of a person who was on duty before the border and goes on after it."""
    found = list(past)
    running = {shift.user.id: index for index, shift in enumerate(past) if shift.ends_at == border}
    for shift in planned:
        index = running.get(shift.user.id) if shift.starts_at == border else None
        if index is None:
            found.append(shift)
        else:
            found[index] = Shift(shift.user, found[index].starts_at, shift.ends_at)
    return found


def people_by_id(schedule: Schedule, ids: Iterable[int]) -> dict[int, User]:
    """Those whom the session does not know are fetched together."""
    session, wanted = object_session(schedule) or db.session(), set(ids)
    known = (session.identity_map.get(session.identity_key(User, user_id)) for user_id in wanted)
    found = {user.id: user for user in known if user is not None}
    if missing := wanted - found.keys():
        found |= {user.id: user for user in session.scalars(sa.select(User).where(User.id.in_(missing)))}
    return found


def _gone() -> frozenset[int]:
    """Who has left; their rows stay for the history."""
    return frozenset(db.session.scalars(sa.select(User.id).where(~User.active)))


def _within(model: Any, where: sa.ColumnElement[bool], since: datetime, until: datetime) -> list[Any]:
    """Rows whose span meets [since, until)."""
    query = sa.select(model).where(where, model.starts_at < until, model.ends_at > since).order_by(model.id)
    return list(db.session.scalars(query))


def _layers(schedule: Schedule, since: datetime, until: datetime) -> list[Layer[int]]:
    return [_layer(schedule.time_zone, row) for row in layer_rows(schedule.id, since, until)]


def _layer(time_zone: str, row: LayerRow) -> Layer[int]:
    turns = Turns(row.kind, row.starts_at, time_zone, row.shift_length, row.people)
    hours = None
    if row.weekly_hours is not None or row.holidays is not HolidayRule.AS_USUAL:
        hours = _hours(time_zone, json.dumps(row.weekly_hours, sort_keys=True), row.holidays)
    return Layer(turns, hours, row.in_force_from, row.in_force_until)


@lru_cache(maxsize=256)
def _hours(time_zone: str, weekly_hours: str, rule: HolidayRule) -> BusinessCalendar:
    given = json.loads(weekly_hours) or {str(weekday): ALL_DAY for weekday in range(7)}
    weekly = {int(day): [(a, b) for a, b in hours] for day, hours in given.items()}
    match rule:
        case HolidayRule.AS_USUAL:
            return BusinessCalendar(time_zone, weekly)
        case HolidayRule.OFF:
            return BusinessCalendar(time_zone, weekly, holidays=_poland())
        case HolidayRule.WHOLE_DAY:
            whole = {day: [("00:00", "24:00")] for day in _poland()}
            return BusinessCalendar(time_zone, weekly, exceptions=whole)


@lru_cache(maxsize=1)
def _poland() -> dict[date, str]:
    return dict(holidays.country_holidays("PL", years=HOLIDAY_YEARS, language="pl"))
