"""Pure arithmetic of business time.

A calendar says which instants are open; business time is the number of real seconds that are open and not
paused; a target is due at the earliest instant at which the business time since the start equals it.
All intervals are half-open [from, to), all instants aware and returned in UTC.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from helpdesk.errors import NeverDue

Interval = tuple[datetime, datetime]
Pause = tuple[datetime, datetime | None]  # None: still paused, no end known
Hours = tuple[str, str]  # ("08:00", "16:00"); "24:00" may close; ("22:00", "06:00") closes the day after

_HORIZON = timedelta(days=5 * 366)  # no promise reaches further; ends the search in a calendar never open
_DAY = timedelta(days=1)
_ENDLESS = datetime.max.replace(tzinfo=UTC)
_NO_EXCEPTIONS: Mapping[date, Sequence[Hours]] = MappingProxyType({})
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")

_Window = tuple[timedelta, timedelta]  # opening and closing, both since local midnight of the starting day


class BusinessCalendar:
    """Opening hours in a time zone. Treated as immutable: days once worked out are remembered."""

    def __init__(
        self,
        time_zone: str,
        weekly_hours: Mapping[int, Sequence[Hours]],
        holidays: Container[date] = (),
        exceptions: Mapping[date, Sequence[Hours]] = _NO_EXCEPTIONS,
    ) -> None:
        """`weekly_hours` by weekday (0 = Monday); `exceptions` replace the hours of a date.

        All dates are local. Nothing opens on `holidays`, unless an exception says so. Hours over midnight
        belong to the day they start on: they run into a holiday and do not begin on one. Overlapping hours
        count once. A skipped local time means the first instant after the gap; of a repeated one the first
        opens and the last closes.
        Raises ValueError for hours or weekdays that make no sense, ZoneInfoNotFoundError for the zone.
        """
        if not set(weekly_hours) <= set(range(7)):
            raise ValueError("weekdays are numbered 0 (Monday) to 6")
        self._zone = ZoneInfo(time_zone)
        self._weekly = {weekday: _windows(hours) for weekday, hours in weekly_hours.items()}
        self._holidays = holidays
        self._exceptions = {day: _windows(hours) for day, hours in exceptions.items()}
        self._worked_out: dict[date, tuple[Interval, ...]] = {}

    @staticmethod
    def always(time_zone: str) -> "BusinessCalendar":
        """Open round the clock, every day."""
        return _AlwaysOpen(time_zone, {weekday: [("00:00", "24:00")] for weekday in range(7)})

    def due(self, start: datetime, minutes: float, pauses: Iterable[Pause] = ()) -> datetime:
        """The earliest instant at which `minutes` of business time have passed since `start`; UTC.

        Nothing to wait for is due at `start`. Raises NeverDue if an open-ended pause begins first or the
        calendar does not open long enough within five years; ValueError for naive instants, negative
        minutes or a pause that ends before it begins.
        """
        if minutes < 0:
            raise ValueError("a target cannot be negative")
        start, missing = require_utc(start), timedelta(minutes=minutes)
        if not missing:
            return start
        stops = _merged_pauses(pauses)
        for begin, end in self._counted(start, _search_end(start, stops), stops):
            if missing <= end - begin:
                return begin + missing
            missing -= end - begin
        raise NeverDue(f"paused or closed for good with {missing} of business time left")

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """Business time from `start` to `end`: real seconds, none if `end` is not after `start`."""
        return sum((to - since for since, to in self.intervals(start, end, pauses)), timedelta())

    def is_open(self, at: datetime) -> bool:
        """Whether the aware instant is within opening hours."""
        at = require_utc(at)
        day = at.astimezone(self._zone).date()
        return any(begin <= at < end for near in (day - _DAY, day) for begin, end in self._spans_of(near))

    def intervals(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> list[Interval]:
        """What `elapsed` counts, in order, apart from each other: pairs (from, to) in UTC."""
        return list(self._counted(require_utc(start), require_utc(end), _merged_pauses(pauses)))

    def _counted(self, start: datetime, end: datetime, stops: Sequence[Interval]) -> Iterator[Interval]:
        return _without(_clipped(self._open_spans(start, end), start, end), stops)

    def _open_spans(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Everything open from `start` to `end` and perhaps some time around; in order, merged."""
        return _merged(self._spans_by_day(start, end))

    def _spans_by_day(self, start: datetime, end: datetime) -> Iterator[Interval]:
        day = start.astimezone(self._zone).date() - _DAY  # the hours of the night before may still be running
        last = end.astimezone(self._zone).date()
        while day <= last:
            yield from self._spans_of(day)
            day += _DAY

    def _spans_of(self, day: date) -> tuple[Interval, ...]:
        spans = self._worked_out.get(day)
        if spans is None:
            spans = self._worked_out[day] = self._work_out(day)
        return spans

    def _work_out(self, day: date) -> tuple[Interval, ...]:
        windows = self._windows_of(day)
        if not windows:
            return ()
        offset = _steady_offset(day.toordinal() // 7, self._zone)
        if offset is not None:
            opens = datetime.combine(day, time.min, UTC) - offset
            return tuple([(opens + opening, opens + closing) for opening, closing in windows])
        midnight = datetime.combine(day, time.min)
        spans = (
            (first_instant(midnight + opening, self._zone), last_instant(midnight + closing, self._zone))
            for opening, closing in windows
        )
        return tuple(span for span in spans if span[0] < span[1])

    def _windows_of(self, day: date) -> Sequence[_Window]:
        if day in self._exceptions:
            return self._exceptions[day]
        if day in self._holidays:
            return ()
        return self._weekly.get(day.weekday(), ())


class _AlwaysOpen(BusinessCalendar):
    def is_open(self, at: datetime) -> bool:
        require_utc(at)
        return True

    def _open_spans(self, start: datetime, end: datetime) -> Iterator[Interval]:
        yield start, end


def require_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive one, whose meaning nobody knows."""
    if instant.utcoffset() is None:
        raise ValueError("a naive datetime names no instant")
    return instant.astimezone(UTC)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When clocks in `zone` first show `wall` (naive), in UTC; the end of the gap if they skip it."""
    early, late = _readings(wall, zone)
    return early if early <= late else _end_of_gap(wall, zone)


def last_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When clocks in `zone` last show `wall` (naive), in UTC; the end of the gap if they skip it."""
    early, late = _readings(wall, zone)
    return late if early <= late else _end_of_gap(wall, zone)


@lru_cache(maxsize=4096)
def _steady_offset(week: int, zone: ZoneInfo) -> timedelta | None:
    """The UTC offset from a Sunday (7 × `week` days in the calendar) to the Sunday after; None if it changes.

    A shortcut: in 50 weeks of a year no time of day is skipped or repeated.
    """
    sunday = datetime.combine(date.fromordinal(7 * week), time.min)
    offset = zone.utcoffset(sunday)
    return offset if offset == zone.utcoffset(sunday + 8 * _DAY) else None


def _readings(wall: datetime, zone: ZoneInfo) -> Interval:
    """`wall` read with the offset before and after a nearby clock change; swapped in order inside a gap."""
    local = wall.replace(tzinfo=zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Halve the time between the two readings of `wall` down to the second of the clock change."""
    after, before = _readings(wall, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            before = middle
        else:
            after = middle
    return after


def _windows(hours: Iterable[Hours]) -> tuple[_Window, ...]:
    return tuple(sorted(_window(opening, closing) for opening, closing in hours))


def _window(opening: str, closing: str) -> _Window:
    begin, end = _since_midnight(opening), _since_midnight(closing)
    if begin in (end, _DAY):
        raise ValueError(f"no hours between {opening} and {closing}")
    return begin, end if begin < end else end + _DAY


def _since_midnight(clock: str) -> timedelta:
    if not _TIME.fullmatch(clock):
        raise ValueError(f"not a time of day from 00:00 to 24:00: {clock!r}")
    return timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))


def _merged_pauses(pauses: Iterable[Pause]) -> list[Interval]:
    spans = sorted((require_utc(begin), _ENDLESS if end is None else require_utc(end)) for begin, end in pauses)
    if any(end < begin for begin, end in spans):
        raise ValueError("a pause ends before it begins")
    return list(_merged(span for span in spans if span[0] < span[1]))


def _search_end(start: datetime, stops: Sequence[Interval]) -> datetime:
    """Where `due` gives up: five years after the last pause, or at the pause that has no end."""
    if stops and stops[-1][1] == _ENDLESS:
        return stops[-1][0]
    return max([start, *(end for _, end in stops)]) + _HORIZON


def _merged(spans: Iterable[Interval]) -> Iterator[Interval]:
    """Spans in order of their beginning, joined where they overlap or touch."""
    current: Interval | None = None
    for begin, end in spans:
        if current is None or begin > current[1]:
            if current is not None:
                yield current
            current = begin, end
        elif end > current[1]:
            current = current[0], end
    if current is not None:
        yield current


def _clipped(spans: Iterable[Interval], start: datetime, end: datetime) -> Iterator[Interval]:
    for since, to in spans:
        if since >= end:
            return
        if max(since, start) < min(to, end):
            yield max(since, start), min(to, end)


def _without(spans: Iterable[Interval], stops: Sequence[Interval]) -> Iterator[Interval]:
    """What of the spans lies outside the merged stops."""
    for begin, end in spans:
        since = begin
        for stop, go in stops:
            if go <= since or stop >= end:
                continue
            if since < stop:
                yield since, stop
            since = go
        if since < end:
            yield since, end
