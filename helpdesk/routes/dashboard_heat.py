"""Tickets by weekday and hour: a table with its numbers, shaded by how many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

SHADES = 5
HOURS, WEEKDAYS = range(24), range(7)


@dataclass(frozen=True)
class Cell:
    """`hour` of the local week; `shade` 0 (none) to SHADES (the most); `says`: the hour and the count in words."""

    hour: int
    count: int
    shade: int
    says: str


@dataclass(frozen=True)
class HeatMap:
    """`rows`: by the hour of the day, a cell for each weekday."""

    weekdays: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]


def heat_map(counts: Sequence[int]) -> HeatMap:
    """`counts` by hour of the local week, Monday 00:00 first."""
    says = _("%(when)s: filed %(count)s")  # asked for once: a page has 168 cells
    most, days = max(counts), _names_of_days()

    def cell(weekday: int, hour: int) -> Cell:
        count = counts[weekday * 24 + hour]
        name = _slot(days, weekday, hour)
        shade = -(-count * SHADES // most) if most else 0
        return Cell(weekday * 24 + hour, count, shade, says % {"when": name, "count": count})

    rows = [(f"{hour:02}–{hour + 1:02}", [cell(weekday, hour) for weekday in WEEKDAYS]) for hour in HOURS]
    return HeatMap([days["abbreviated"][weekday] for weekday in WEEKDAYS], rows)


def hour_in_words(hour: int) -> str:
    """Of the local week, 0 = Monday 00:00."""
    return _slot(_names_of_days(), hour // 24, hour % 24)


def _slot(days: Mapping[str, Mapping[int, str]], weekday: int, hour: int) -> str:
    return f"{days['wide'][weekday]}, {hour:02}:00–{hour + 1:02}:00"


def _names_of_days() -> Mapping[str, Mapping[int, str]]:
    """By width and weekday, 0 = Monday."""
    names: Mapping[str, Mapping[int, str]] = Locale.parse(str(get_locale())).days["format"]
    return names
