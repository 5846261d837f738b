"""How the duty is shared: hours, nights, weekends, holidays, shifts and nights woken, per person. Pure.

Hours are real ones: the night in which the clocks are put back has one more. Hours of somebody on duty in two
schedules at once count once, the shifts twice. All instants aware, all spans half-open [starts_at, ends_at).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from helpdesk.oncall.roster import Stint
from helpdesk.sla.calendar import BusinessCalendar, require_utc

# Labour Code art. 151(7) § 1: the night is eight hours between 21:00 and 7:00. Which eight, the employer says;
# these are the house's.
NIGHT = ("22:00", "06:00")
_ALL_DAY = ("00:00", "24:00")
_SATURDAY, _SUNDAY = 5, 6
_NOTHING = timedelta()
_NOON = timedelta(hours=12)


@dataclass(frozen=True)
class Hours:
    """Of some duty: all of it, and how much of that lies in the night, on Saturdays and Sundays, on holidays. The
    three overlap: the night of a holiday counts in both."""

    total: timedelta = _NOTHING
    night: timedelta = _NOTHING
    weekend: timedelta = _NOTHING
    holiday: timedelta = _NOTHING

    def __add__(self, other: "Hours") -> "Hours":
        return Hours(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True)
class Load:
    """Of one person. `shifts` are those of which a part lies in the span that is looked at; `woken` counts alerts,
    each once a night."""

    hours: Hours = field(default_factory=Hours)
    shifts: int = 0
    woken: int = 0


@dataclass(frozen=True)
class Share:
    """Of a total: `part` of 1, None of nothing; and how far above (or below) the mean of all people."""

    part: float | None
    from_mean: float


@dataclass(frozen=True)
class Rules:
    """When it is night, weekend and holiday in `zone`."""

    zone: str
    holidays: frozenset[date]

    def hours(self, starts_at: datetime, ends_at: datetime) -> Hours:
        night, weekend, holiday = _calendars(self.zone, self.holidays)
        parts = [calendar.elapsed(starts_at, ends_at) for calendar in (night, weekend, holiday)]
        return Hours(require_utc(ends_at) - require_utc(starts_at), *parts)

    def night_of(self, at: datetime) -> date | None:
        """The local day on which the night began in which `at` lies; None by day."""
        night, _weekend, _holiday = _calendars(self.zone, self.holidays)
        return (at.astimezone(ZoneInfo(self.zone)) - _NOON).date() if night.is_open(at) else None


@dataclass(frozen=True)
class Alerted:
    """An SMS or call of the alert `alert` reached the person's phone."""

    person: int
    alert: int
    at: datetime


@lru_cache(maxsize=32)
def _calendars(zone: str, holidays: frozenset[date]) -> tuple[BusinessCalendar, BusinessCalendar, BusinessCalendar]:
    every_day = range(7)
    return (
        BusinessCalendar(zone, {weekday: [NIGHT] for weekday in every_day}),
        BusinessCalendar(zone, {weekday: [_ALL_DAY] for weekday in (_SATURDAY, _SUNDAY)}),
        BusinessCalendar(zone, {}, exceptions={day: [_ALL_DAY] for day in holidays}),
    )


def loads(
    people: Iterable[int], stints: Sequence[Stint[int]], woken: Mapping[int, int], rules: Rules
) -> dict[int, Load]:
    """The load of each of the people from their shifts, which are cut to the span that is looked at."""
    return {
        person: Load(
            sum((rules.hours(start, end) for start, end in merged(_of(person, stints))), Hours()),
            len(_of(person, stints)),
            woken.get(person, 0),
        )
        for person in people
    }


def times_woken(alerted: Iterable[Alerted], rules: Rules, first: date, last: date) -> dict[int, int]:
    """How often an alert came at night, by person: each alert once a night, however many messages it took. Nights
    that began on the local days `first` to `last`."""
    nights = {(each.person, each.alert, rules.night_of(each.at)) for each in alerted}
    counted: dict[int, int] = {}
    for person, _alert, night in nights:
        if night is not None and first <= night <= last:
            counted[person] = counted.get(person, 0) + 1
    return counted


def shares(values: Mapping[int, float]) -> dict[int, Share]:
    """Each person's part of the total, and the difference from the mean, in the unit of the values."""
    total = sum(values.values())
    mean = total / len(values) if values else 0.0
    return {person: Share(value / total if total else None, value - mean) for person, value in values.items()}


def merged(stints: Iterable[Stint[int]]) -> list[tuple[datetime, datetime]]:
    """The spans in which there is any duty, in order, apart from each other."""
    found: list[tuple[datetime, datetime]] = []
    for stint in sorted(stints, key=lambda stint: stint.starts_at):
        if found and stint.starts_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stint.ends_at))
        else:
            found.append((stint.starts_at, stint.ends_at))
    return found


def _of(person: int, stints: Iterable[Stint[int]]) -> list[Stint[int]]:
    return [stint for stint in stints if stint.person == person]
