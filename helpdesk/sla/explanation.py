"""Why a clock is due when it is: what was counted, what was left out, and how the promise came to be. Values only;
the words are in helpdesk/clock_words.py."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.extensions import db
from helpdesk.models import Calendar, Clock, ClockChange
from helpdesk.sla.calendar import Interval
from helpdesk.sla.calendars import business_calendar, closed_days
from helpdesk.sla.clock import due_of, spans
from helpdesk.sla.ledger import history

_SECOND = timedelta(seconds=1)
ROWS_SHOWN = 14  # more counted intervals are summed up by week


@dataclass(frozen=True)
class Counted:
    """Business time from `start` to `end`: one interval, or the `parts` of them in a week."""

    start: datetime
    end: datetime
    length: timedelta
    parts: int = 1


@dataclass(frozen=True)
class Holiday:
    """A day without hours: by its Polish name, "" for an own closed day."""

    day: date
    name: str


@dataclass(frozen=True)
class Step:
    """A row of the ledger with the calendars it names."""

    change: ClockChange
    before: Calendar | None
    after: Calendar
    offer: Calendar | None


@dataclass(frozen=True)
class Explanation:
    """`counted` adds up to `total`, which is the budget where there is a due time and `used` where there is none:
    paused, stopped, or never open again. `until`: where the count ends. `shown`: the same by week if it is long."""

    clock: Clock
    calendar: Calendar
    budget: timedelta
    counted: Sequence[Counted]
    until: datetime
    pauses: Sequence[Interval]
    holidays: Sequence[Holiday]
    clock_changes: Sequence[tuple[date, timedelta]]
    steps: Sequence[Step]

    @property
    def total(self) -> timedelta:
        return sum((part.length for part in self.counted), timedelta())

    @property
    def left(self) -> timedelta:
        return self.budget - self.total

    @property
    def shown(self) -> Sequence[Counted]:
        return self.counted if len(self.counted) <= ROWS_SHOWN else list(_by_week(self.counted, self.zone))

    @property
    def is_due_after_its_breach(self) -> bool:
        """The due time was moved after it had passed: both are told, and why they differ."""
        row = self.clock
        if row.met_at or row.stopped_at or row.due_at is None or row.breached_at is None:
            return False
        return row.due_at > row.breached_at

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.calendar.time_zone)


def explain(row: Clock) -> Explanation:
    """What is counted up to the due time, be it past or to come; up to now, or to where it stopped, without one."""
    until, pauses = _end_of_count(row), sorted(spans(row))
    counted = business_calendar(row.calendar).intervals(row.started_at, until, pauses)
    return Explanation(
        clock=row,
        calendar=row.calendar,
        budget=timedelta(minutes=row.minutes),
        counted=list(_in_whole_seconds(counted)),
        until=until,
        pauses=_within(pauses, row.started_at, until),
        holidays=list(_holidays(row.calendar, row.started_at, until)),
        clock_changes=list(_clock_changes(row.calendar, row.started_at, until)),
        steps=[_step(change) for change in history(row)],
    )


def _in_whole_seconds(intervals: Iterable[Interval]) -> Iterator[Counted]:
    """Lengths rounded together, so that what is shown adds up to the second; what rounds to nothing is left out."""
    exact = told = timedelta()
    for since, to in intervals:
        exact += to - since
        length = exact // _SECOND * _SECOND - told
        told += length
        if length:
            yield Counted(since, to, length)


def _end_of_count(row: Clock) -> datetime:
    stands = row.paused_at or row.stopped_at
    if stands is not None:
        return max(stands, row.started_at)
    due_at = due_of(row, business_calendar(row.calendar), row.started_at, row.minutes)
    return due_at or row.met_at or row.started_at


def _within(pauses: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    cut = [(max(since, start), min(to, end)) for since, to in pauses]
    return [(since, to) for since, to in cut if since < to]


def _by_week(counted: Sequence[Counted], zone: ZoneInfo) -> Iterator[Counted]:
    """One row a calendar week, from its first counted instant to its last."""
    for _week, group in groupby(counted, key=lambda part: part.start.astimezone(zone).isocalendar()[:2]):
        parts = list(group)
        length = sum((part.length for part in parts), timedelta())
        yield Counted(parts[0].start, parts[-1].end, length, len(parts))


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[date]:
    """The local days that the span touches."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def _holidays(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Holiday]:
    """Days on which it would have been open, but for the holiday."""
    if calendar.always_open:
        return
    closed = closed_days(calendar)
    for day in _days(start, end, ZoneInfo(calendar.time_zone)):
        is_exception = day.isoformat() in calendar.exceptions
        if day in closed and not is_exception and calendar.weekly_hours.get(str(day.weekday())):
            yield Holiday(day, closed.public_name(day) or "")


def _clock_changes(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[date, timedelta]]:
    """(day, by how much the clocks go forward, negative when they go back) within the span."""
    zone = ZoneInfo(calendar.time_zone)
    for day in _days(start, end, zone):
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        tomorrow = day + timedelta(days=1)
        next_midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
        shift = (next_midnight.utcoffset() or timedelta()) - (midnight.utcoffset() or timedelta())
        if shift:
            yield day, shift


def _step(change: ClockChange) -> Step:
    return Step(
        change=change,
        before=_calendar(change.before),
        after=db.session.get_one(Calendar, change.after["calendar_id"]),
        offer=_calendar(change.after.get("offer", {})),
    )


def _calendar(terms: dict[str, Any]) -> Calendar | None:
    return db.session.get(Calendar, terms["calendar_id"]) if terms else None
