"""At which hours of the week a layer counts: choices with a name, or hours typed for each day."""

import re
from enum import StrEnum
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.oncall.schedule import ALL_DAY
from helpdesk.sla.calendar import BusinessCalendar

WeeklyHours = dict[str, Any]
_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


class Hours(StrEnum):
    ALWAYS = "always"
    NIGHTS = "nights"
    WEEKENDS = "weekends"
    WORKING = "working"
    OUTSIDE = "outside"
    OWN = "own"


_NIGHT, _WORK, _REST = [["20:00", "08:00"]], [["08:00", "16:00"]], [["16:00", "08:00"]]
WEEKDAYS, WEEKEND = range(5), range(5, 7)
PRESETS: dict[Hours, WeeklyHours | None] = {
    Hours.ALWAYS: None,
    Hours.NIGHTS: {str(day): _NIGHT for day in range(7)},
    Hours.WEEKENDS: {str(day): ALL_DAY for day in WEEKEND},
    Hours.WORKING: {str(day): _WORK for day in WEEKDAYS},
    Hours.OUTSIDE: {str(day): _REST for day in WEEKDAYS} | {str(day): ALL_DAY for day in WEEKEND},
}
HOURS_WORDS: dict[Hours, LazyString] = {
    Hours.ALWAYS: _l("At all hours"),
    Hours.NIGHTS: _l("At night, 20:00–8:00"),
    Hours.WEEKENDS: _l("On Saturday and Sunday, from midnight to midnight"),
    Hours.WORKING: _l("In working hours, Monday to Friday 8:00–16:00"),
    Hours.OUTSIDE: _l("Outside working hours: 16:00–8:00 and at weekends all day"),
    Hours.OWN: _l("At hours of our own"),
}


def choice_of(weekly_hours: WeeklyHours | None) -> Hours:
    """The choice that says just this."""
    return next((choice for choice, hours in PRESETS.items() if hours == weekly_hours), Hours.OWN)


def read_hours(text: str) -> list[list[str]]:
    """ "8-16, 20:00–24:00" → [["08:00", "16:00"], ["20:00", "24:00"]]; "22-6" ends the day after.

    Raises ValueError for anything else.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    hours = [_read_span(part) for part in parts]
    BusinessCalendar("UTC", {0: [(opening, closing) for opening, closing in hours]})
    return hours


def _read_span(text: str) -> list[str]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"no hours: {text!r}")
    hour, minute, end_hour, end_minute = found.groups(default="00")
    return [f"{hour:0>2}:{minute}", f"{end_hour:0>2}:{end_minute}"]


def hours_text(hours: list[list[str]]) -> str:
    """As `read_hours` reads it."""
    return ", ".join(f"{opening}–{closing}" for opening, closing in hours)
