"""Day by day when a calendar is open, and why not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from helpdesk.models import Calendar
from helpdesk.sla.calendars import ClosedDays

ROUND_THE_CLOCK = (("00:00", "24:00"),)


class Why(StrEnum):
    """What decides about a day."""

    USUAL = "usual"
    HOLIDAY = "holiday"
    CLOSED = "closed"  # an own closed day
    EXCEPTION = "exception"


@dataclass(frozen=True)
class OpeningDay:
    """`hours` that begin on the local day; `holiday` is the Polish name of the public holiday that is kept."""

    day: date
    hours: Sequence[Sequence[str]]
    why: Why
    holiday: str = ""


def opening_days(row: Calendar, first: date, count: int) -> Iterator[OpeningDay]:
    closed = ClosedDays(row.closed_days, "PL" if row.polish_holidays else "", row.worked_holidays or [])
    for each in range(count):
        yield _opening_day(row, closed, first + timedelta(days=each))


def day_minutes(row: Calendar) -> int | None:
    """How long one day of the calendar is, in minutes; None where its days differ."""
    if row.always_open:
        return 24 * 60
    lengths = {sum(_length(*span) for span in hours) for hours in row.weekly_hours.values() if hours}
    return lengths.pop() if len(lengths) == 1 else None


def _length(opening: str, closing: str) -> int:
    since, until = (int(each[:2]) * 60 + int(each[3:]) for each in (opening, closing))
    return until - since if since < until else until - since + 24 * 60


def _opening_day(row: Calendar, closed: ClosedDays, day: date) -> OpeningDay:
    """The same order as in calendar.py: round the clock, an exception, closed, the hours of the weekday."""
    if row.always_open:
        return OpeningDay(day, ROUND_THE_CLOCK, Why.USUAL)
    if day.isoformat() in row.exceptions:
        return OpeningDay(day, row.exceptions[day.isoformat()], Why.EXCEPTION)
    holiday = closed.public_name(day)
    if holiday is not None:
        return OpeningDay(day, (), Why.HOLIDAY, holiday)
    if day in closed:
        return OpeningDay(day, (), Why.CLOSED)
    return OpeningDay(day, row.weekly_hours.get(str(day.weekday()), ()), Why.USUAL)
