"""How spans of time, dates and hours are typed into the forms of promised times."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from helpdesk.forms.hours import hours_text, read_hours

Hours = list[list[str]]
_DURATION = re.compile(
    r"(?:(?P<days>\d{1,4})\s*(?:d|dni|dzień|dnia|days?))?\s*"
    r"(?:(?P<hours>\d{1,5}(?:[.,]\d)?)\s*(?:h|g|godz\.?|godzin[ay]?|hours?))?\s*"
    r"(?:(?P<minutes>\d{1,6})\s*(?:m|min\.?|minut[ay]?|minutes?))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?P<hours>\d{1,5}):(?P<minutes>[0-5]\d)")
_DATE = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})\.(?P<y2>\d{4}))"
)
LONGEST = 366 * 24 * 60
DAY = 24 * 60


class DaysDiffer(ValueError):  # noqa: N818
    """Days were typed, but those of the calendar are not equally long."""


def read_duration(text: str, day_minutes: int | None) -> int:
    """ "4 h", "1:30", "1 h 30 min", "90 min", "2 dni" → minutes; a day is as long as the calendar's.

    Raises ValueError for anything else, a number without a unit too; DaysDiffer.
    """
    found = _CLOCK.fullmatch(text.strip()) or _DURATION.fullmatch(text.strip())
    parts = {name: part for name, part in found.groupdict().items() if part} if found else {}
    if "days" in parts and day_minutes is None:
        raise DaysDiffer(text)
    hours = float(parts.get("hours", "0").replace(",", "."))
    minutes = int(parts.get("days", 0)) * (day_minutes or 0) + round(hours * 60) + int(parts.get("minutes", 0))
    if not 0 < minutes <= LONGEST:
        raise ValueError(text)
    return minutes


def duration_text(minutes: int) -> str:
    """As `read_duration` reads it: "1 h 30 min"."""
    parts = ((minutes // 60, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def read_date(text: str) -> date:
    """ "24.12.2026" or "2026-12-24". Raises ValueError."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day = (int(found[name] or found[f"{name}2"]) for name in ("y", "m", "d"))
    return date(year, month, day)


def date_text(iso: str) -> str:
    return f"{date.fromisoformat(iso):%d.%m.%Y}"


def read_lines(text: str) -> Iterator[str]:
    """The lines that are not empty."""
    return filter(None, (line.strip() for line in text.splitlines()))


def read_exception(line: str) -> tuple[str, Hours]:
    """ "31.12.2026: 8–12" → ("2026-12-31", [["08:00", "12:00"]]). Raises ValueError."""
    day, _space, hours = line.replace(":", " ", 1).partition(" ")
    read = read_hours(hours.strip())
    if not read or overlapping({0: read}):
        raise ValueError(line)
    return read_date(day).isoformat(), read


def exception_text(day: str, hours: Hours) -> str:
    return f"{date_text(day)}: {hours_text(hours)}"


def overlapping(week: dict[int, Hours]) -> list[int]:
    """The days on which hours begin that others hold already; those over midnight hold time of the next day."""
    spans = sorted(_spans(week))
    return [day for (_since, until, _day), (since, _until, day) in _pairs(spans) if since < until]


def _pairs(
    spans: Sequence[tuple[int, int, int]],
) -> Iterator[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    yield from pairwise(spans)
    if len(spans) > 1:
        (since, until, day), week = spans[0], 7 * DAY
        yield spans[-1], (since + week, until + week, day)


def _spans(week: dict[int, Hours]) -> Iterator[tuple[int, int, int]]:
    for day, hours in week.items():
        for opening, closing in hours:
            since, until = (int(each[:2]) * 60 + int(each[3:]) for each in (opening, closing))
            yield day * DAY + since, day * DAY + (until if since < until else until + DAY), day
