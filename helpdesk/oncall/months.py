"""The duty of a month from the database: the record of what was, the plan for what comes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from helpdesk.models import Schedule, User
from helpdesk.models.codes import RoleName
from helpdesk.oncall.load import Hours, Load, Rules, Share, loads, merged, shares, times_woken
from helpdesk.oncall.nights import alerted_at_night
from helpdesk.oncall.people import people_with
from helpdesk.oncall.rest import Article, Violation, violations
from helpdesk.oncall.roster import Stint
from helpdesk.oncall.schedule import all_schedules, public_holidays, shifts
from helpdesk.reports.period import Period

# Around the month: a week may reach beyond it, and 24 hours are counted from the duty that comes before them.
MARGIN = timedelta(days=8)
_HOUR = timedelta(hours=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Standing(StrEnum):
    """What the figures of a month rest on."""

    RECORD = "record"
    PLAN = "plan"
    BOTH = "both"


@dataclass(frozen=True)
class Served:
    """The part of a shift that lies in the month; `is_planned` while it is not wholly over."""

    user: User
    schedule: Schedule
    starts_at: datetime
    ends_at: datetime
    hours: Hours
    is_planned: bool


@dataclass(frozen=True)
class PersonMonth:
    """`shares` by the name of a figure: "total", "night", "weekend", "holiday" (in hours), "shifts", "woken"."""

    user: User
    load: Load
    shares: dict[str, Share]
    violations: list[Violation]


@dataclass(frozen=True)
class DutyMonth:
    """`recorded_until`: from then on the plan speaks, of some schedule at least."""

    period: Period
    served: list[Served]
    people: list[PersonMonth]
    recorded_until: datetime
    rules: Rules

    @property
    def standing(self) -> Standing:
        if self.recorded_until >= self.period.until:
            return Standing.RECORD
        return Standing.PLAN if self.recorded_until <= self.period.since else Standing.BOTH

    def of(self, users: Iterable[User]) -> "DutyMonth":
        """Of these people alone; shares and differences stay those among all."""
        ids = {user.id for user in users}
        served = [each for each in self.served if each.user.id in ids]
        return replace(self, served=served, people=[each for each in self.people if each.user.id in ids])


def duty_month(period: Period) -> DutyMonth:
    """Of every administrator, and of whoever else is on duty in the month."""
    around = _around(period)
    rules = Rules(period.zone.key, frozenset(public_holidays(period.zone.key, period.since, period.until)))
    served = [_cut(each, period, rules) for each in around if _meets(each, period)]
    people = list(dict.fromkeys([*people_with(RoleName.ADMINISTRATOR), *(each.user for each in served)]))
    people.sort(key=lambda user: user.name)
    recorded = min((each.recorded_until or _NEVER for each in all_schedules()), default=_NEVER)
    return DutyMonth(period, served, _months_of(people, served, around, period, rules), recorded, rules)


def _months_of(
    people: list[User], served: list[Served], around: list[Served], period: Period, rules: Rules
) -> list[PersonMonth]:
    stints = [Stint(each.starts_at, each.ends_at, each.user.id) for each in served]
    woken = times_woken(alerted_at_night(period), rules, period.first, period.last)
    found = loads([user.id for user in people], stints, woken, rules)
    parts = {name: shares({key: each[name] for key, each in _figures(found).items()}) for name in FIGURES}
    return [
        PersonMonth(
            user,
            found[user.id],
            {name: parts[name][user.id] for name in FIGURES},
            _violations([each for each in around if each.user.id == user.id], period),
        )
        for user in people
    ]


FIGURES = ("total", "night", "weekend", "holiday", "shifts", "woken")


def figures_of(load: Load) -> dict[str, float]:
    """By the names in FIGURES; hours as numbers."""
    hours = {name: getattr(load.hours, name) / _HOUR for name in ("total", "night", "weekend", "holiday")}
    return {**hours, "shifts": float(load.shifts), "woken": float(load.woken)}


def _figures(found: dict[int, Load]) -> dict[int, dict[str, float]]:
    return {person: figures_of(load) for person, load in found.items()}


def _around(period: Period) -> list[Served]:
    """Every shift of the month and its surroundings, by beginning."""
    since, until = period.since - MARGIN, period.until + MARGIN
    found = [
        Served(shift.user, schedule, shift.starts_at, shift.ends_at, Hours(), _is_planned(schedule, shift.ends_at))
        for schedule in all_schedules()
        for shift in shifts(schedule, since, until)
    ]
    return sorted(found, key=lambda each: (each.starts_at, each.schedule.id, each.user.id))


def _is_planned(schedule: Schedule, ends_at: datetime) -> bool:
    return schedule.recorded_until is None or ends_at > schedule.recorded_until


def _meets(each: Served, period: Period) -> bool:
    return each.starts_at < period.until and each.ends_at > period.since


def _cut(each: Served, period: Period, rules: Rules) -> Served:
    start, end = max(each.starts_at, period.since), min(each.ends_at, period.until)
    return replace(
        each,
        starts_at=start,
        ends_at=end,
        hours=rules.hours(start, end),
        is_planned=_is_planned(each.schedule, end),
    )


def _violations(own: list[Served], period: Period) -> list[Violation]:
    """Of the 24 hours that begin in the month, and of every week that touches it."""
    spans = merged(Stint(each.starts_at, each.ends_at, each.user.id) for each in own)
    touching = [
        each
        for each in violations(spans, period.zone)
        if each.within.starts_at < period.until and each.within.ends_at > period.since
    ]
    return [each for each in touching if each.article is Article.WEEKLY or each.within.starts_at >= period.since]
