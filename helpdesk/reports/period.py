"""Spans of local days: read from an address, compared with the span before, cut into parts for a trend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
YEARS = range(2000, 2100)  # in which tickets are looked for
LONGEST = 3 * 366  # days; a trend beyond has too many points to read


class PeriodKind(StrEnum):
    TODAY = "today"
    WEEK = "7"
    DAYS_30 = "30"
    DAYS_90 = "90"
    MONTH = "month"
    YEAR = "year"
    CUSTOM = "custom"


DEFAULT = PeriodKind.DAYS_30


@dataclass(frozen=True)
class Period:
    """The local days `first` to `last`, both included, in `zone`."""

    first: date
    last: date
    zone: ZoneInfo
    kind: PeriodKind = PeriodKind.CUSTOM

    @property
    def since(self) -> datetime:
        """The first instant, UTC."""
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first instant after, UTC."""
        return _midnight(self.last + _DAY, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last

    def before(self) -> "Period":
        """As many days just before; for a month the month before, up to the same day while it is not over; for a
        year the same days of the year before."""
        return _BEFORE.get(self.kind, _just_before)(self)

    def parts(self) -> list["Period"]:
        """Days for up to a month, weeks from Monday for up to half a year, calendar months beyond."""
        end_of = next(end for most, end in _PARTS if self.days <= most)
        parts, first = [], self.first
        while first <= self.last:
            last = min(end_of(first), self.last)
            parts.append(Period(first, last, self.zone))
            first = last + _DAY
        return parts


def _just_before(period: Period) -> Period:
    return Period(period.first - period.days * _DAY, period.first - _DAY, period.zone)


def _month_before(period: Period) -> Period:
    end = period.first - _DAY
    is_over = (period.last + _DAY).day == 1
    last = end if is_over else min(end, end.replace(day=1) + (period.days - 1) * _DAY)
    return Period(end.replace(day=1), last, period.zone)


def _year_before(period: Period) -> Period:
    """29 February has 28 February before it."""
    first = period.first.replace(year=period.first.year - 1)
    month = period.last.replace(year=period.last.year - 1, day=1)
    return Period(first, min(month + (period.last.day - 1) * _DAY, end_of_month(month)), period.zone)


_BEFORE: dict[PeriodKind, Callable[[Period], Period]] = {
    PeriodKind.MONTH: _month_before,
    PeriodKind.YEAR: _year_before,
}


def read_period(args: Mapping[str, str], *, now: datetime, zone: ZoneInfo) -> Period:
    """What `period` asks for, with `month` (YYYY-MM) or `since` and `until` (local days, included).

    Whatever cannot be read gives the last 30 days; nothing reaches beyond today.
    """
    kind = next((kind for kind in PeriodKind if kind == args.get("period")), DEFAULT)
    today = now.astimezone(zone).date()
    span = _READERS[kind](args, today)
    if span is None:
        return Period(*_last_days(30)(args, today), zone, DEFAULT)
    return Period(*span, zone, kind)


Span = tuple[date, date]


def _last_days(days: int) -> Callable[[Mapping[str, str], date], Span]:
    def read(_args: Mapping[str, str], today: date) -> Span:
        return today - (days - 1) * _DAY, today

    return read


def _month(args: Mapping[str, str], today: date) -> Span | None:
    first = read_day(f"{args.get('month', today.isoformat()[:7])}-01")
    if first is None or first > today:
        return None
    return first, min(end_of_month(first), today)


def _year(_args: Mapping[str, str], today: date) -> Span:
    return today.replace(month=1, day=1), today


def _custom(args: Mapping[str, str], today: date) -> Span | None:
    since, until = read_day(args.get("since")), read_day(args.get("until")) or today
    if since is None:
        return None
    first, last = sorted((since, min(until, today)))
    return max(first, last - (LONGEST - 1) * _DAY), last


_READERS: dict[PeriodKind, Callable[[Mapping[str, str], date], Span | None]] = {
    PeriodKind.TODAY: _last_days(1),
    PeriodKind.WEEK: _last_days(7),
    PeriodKind.DAYS_30: _last_days(30),
    PeriodKind.DAYS_90: _last_days(90),
    PeriodKind.MONTH: _month,
    PeriodKind.YEAR: _year,
    PeriodKind.CUSTOM: _custom,
}


def read_day(text: str | None) -> date | None:
    """None for what is no day, and for one so far off that counting from it leaves the calendar."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def _same_day(day: date) -> date:
    return day


def _end_of_week(day: date) -> date:
    return day + (6 - day.weekday()) * _DAY


def end_of_month(day: date) -> date:
    return (day.replace(day=1) + 31 * _DAY).replace(day=1) - _DAY


_PARTS: tuple[tuple[int, Callable[[date], date]], ...] = (
    (31, _same_day),
    (190, _end_of_week),
    (LONGEST + 1, end_of_month),
)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
