"""How long the arithmetic of business time takes: when something is due a week and a year away."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median

import holidays

from benchmarks.figures import load_average, timed
from helpdesk.sla.calendar import BusinessCalendar

ZONE = "Europe/Warsaw"
TIMES = 101  # short ones: on a busy machine a long one measures the others
WEEK, YEAR = 50e-6, 1e-3  # seconds
OFFICE = {day: [("08:00", "16:00")] for day in range(5)}
POLISH = dict(holidays.country_holidays("PL", years=range(2026, 2029)))
CALENDARS = {
    "always open": (BusinessCalendar.always(ZONE), 7 * 24 * 60, 365 * 24 * 60),
    "8-16 with Polish holidays": (BusinessCalendar(ZONE, OFFICE, POLISH), 5 * 8 * 60, 251 * 8 * 60),
}
STARTS = {
    "in summer": datetime(2026, 7, 6, 10, 30, tzinfo=UTC),
    "before the clocks change": datetime(2026, 10, 23, 10, 30, tzinfo=UTC),
}
PAUSES = 12


def run() -> None:
    print(f"median of {TIMES}, in µs; load {load_average()}")
    for name, (calendar, week, year) in CALENDARS.items():
        for moment, start in STARTS.items():
            for paused, pauses in {"": (), ", paused": pauses_of(start.date())}.items():
                print(f"  {name}, {moment}{paused}")
                for away, minutes, limit in (("a week", week, WEEK), ("a year", year, YEAR)):
                    taken = _seconds(calendar, start, minutes, pauses)
                    print(f"    {away} away {taken * 1e6:8.1f}   < {limit * 1e6:.0f} µs {_met(taken, limit)}")


def pauses_of(first: date) -> Sequence[tuple[datetime, datetime]]:
    """An hour on each of some days."""
    at = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    return [(at + timedelta(days=n), at + timedelta(days=n, hours=1)) for n in range(PAUSES)]


def _seconds(
    calendar: BusinessCalendar, start: datetime, minutes: int, pauses: Sequence[tuple[datetime, datetime]]
) -> float:
    return median(timed(lambda: calendar.due(start, minutes, pauses), TIMES))


def _met(taken: float, limit: float) -> str:
    return "met" if taken < limit else "MISSED"
