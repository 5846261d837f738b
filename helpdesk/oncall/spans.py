"""Arithmetic of spans of time, half-open [starts_at, ends_at), instants aware. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from helpdesk.oncall.roster import Span
from helpdesk.sla.calendar import first_instant


class Spanning(Protocol):
    """A Span, a shift, or a row with the same two columns."""

    @property
    def starts_at(self) -> Any: ...
    @property
    def ends_at(self) -> Any: ...


Row = TypeVar("Row", bound=Spanning)


def meeting(rows: Iterable[Row], span: Spanning) -> list[Row]:
    """Those that have time in common with the span."""
    return [row for row in rows if row.starts_at < span.ends_at and row.ends_at > span.starts_at]


def cut(row: Spanning, span: Spanning) -> Span:
    """What the two, which meet, have in common."""
    return Span(max(row.starts_at, span.starts_at), min(row.ends_at, span.ends_at))


def uncovered(span: Spanning, covers: Iterable[Spanning]) -> list[Span]:
    """What is left of the span; `covers` by beginning."""
    found, free_from = [], span.starts_at
    for cover in meeting(covers, span):
        if cover.starts_at > free_from:
            found.append(Span(free_from, cover.starts_at))
        free_from = max(free_from, cover.ends_at)
    if free_from < span.ends_at:
        found.append(Span(free_from, span.ends_at))
    return found


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the day, where the clocks skip midnight too."""
    return first_instant(datetime.combine(day, time.min), zone)


def local_day(day: date, zone: ZoneInfo) -> Span:
    """From its first instant to that of the next day."""
    return Span(local_midnight(day, zone), local_midnight(day + timedelta(days=1), zone))


def is_between(clock_time: time, start: time, end: time) -> bool:
    """Whether the hours of a day from `start` to `end` hold the time: over midnight where `end` is the earlier one,
    none where the two are equal."""
    if start <= end:
        return start <= clock_time < end
    return clock_time >= start or clock_time < end


def written(span: Spanning) -> dict[str, str]:
    """As letters and the audit keep it."""
    return {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}
