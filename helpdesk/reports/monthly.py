"""The monthly report of a municipality: what was filed, how fast, what was done, beside the month before.

A month means the tickets filed in it, by local days; resolved ones count in the month in which they were resolved.
A ticket merged into another one was filed and no more: not resolved, no promise of it kept or missed.
Times are business minutes, as the promises are counted. Nothing in it names a person or quotes what people wrote.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Clock, Group, Municipality, Profile, Ticket, Unit, User
from helpdesk.models.codes import Category, Priority, ProfileRight, RoleName, SlaTargetKind
from helpdesk.reports.period import Period, PeriodKind
from helpdesk.sla.calendars import business_calendar
from helpdesk.tickets.queries import resolved_in

CASES = 6  # a report is read in a minute
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class TargetFigures:
    """How one promise went; median and longest in business minutes, None where nothing was met."""

    kept: int = 0
    missed: int = 0
    running: int = 0
    median: int | None = None
    longest: int | None = None

    @property
    def decided(self) -> int:
        return self.kept + self.missed

    @property
    def share(self) -> float | None:
        """Kept among kept and missed, 0 to 1; None while there is neither."""
        return self.kept / self.decided if self.decided else None


@dataclass(frozen=True)
class Figures:
    """`reopened` counts tickets filed in the month; `resolved` those resolved in it, whenever filed."""

    filed: int
    urgent: int
    reopened: int
    resolved: int
    targets: Mapping[SlaTargetKind, TargetFigures]


@dataclass(frozen=True)
class Line:
    """Tickets of one unit, category or group; `name` is a code for a category."""

    name: str
    filed: int
    urgent: int


@dataclass(frozen=True)
class Case:
    """A ticket that deserves a look. `minutes`: business time of the targets that are met."""

    number: str
    unit: str
    category: Category
    priority: Priority
    filed_at: datetime
    minutes: Mapping[SlaTargetKind, int]
    missed: Sequence[SlaTargetKind]
    reopened: int


@dataclass(frozen=True)
class MonthlyReport:
    """`at` is the moment that it was counted for; `profiles`: unit and how many of its profiles got the right;
    `more_cases`: how many besides `cases` deserve a look."""

    municipality_id: int
    place: str
    period: Period
    at: datetime
    figures: Figures
    before: Figures
    units: Sequence[Line]
    categories: Sequence[Line]
    groups: Sequence[Line]
    profiles: Sequence[tuple[str, int]]
    cases: Sequence[Case] = field(default=())
    more_cases: int = 0

    @property
    def is_over(self) -> bool:
        return self.at >= _whole(self.period).until


def month_period(first: date, now: datetime, zone: ZoneInfo) -> Period:
    """The month that begins on `first`; the running one up to today."""
    return Period(first, min(last_day(first), now.astimezone(zone).date()), zone, PeriodKind.MONTH)


def last_day(first: date) -> date:
    return later(first, 1) - timedelta(days=1)


def later(first: date, months: int) -> date:
    """The first day of the month so many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def readable(user: User, municipality_id: int) -> Municipality:
    """The municipality whose reports the person may read: managers all, a coordinator the own one.

    Raises:
        NotFound: there is none, or it is not theirs.
    """
    is_own = user.is_a(RoleName.COORDINATOR) and user.municipality_id == municipality_id
    place = db.session.get(Municipality, municipality_id)
    if place is None or not (is_own or user.is_a(RoleName.MANAGER)):
        raise NotFound("report_not_found")
    return place


def monthly_report(place: Municipality, period: Period, at: datetime) -> MonthlyReport:
    """The report as it stands at `at`."""
    tickets = _filed(place.id, period)
    urgent = Counter(t.unit_id for t in tickets if t.is_urgent)
    units = Counter(t.unit_id for t in tickets)
    names = {t.unit_id: t.unit.name for t in tickets}
    notable = _notable(tickets, at)
    return MonthlyReport(
        municipality_id=place.id,
        place=place.name,
        period=period,
        at=at,
        figures=_figures(place.id, period, tickets, at),
        before=_figures(place.id, period.before(), _filed(place.id, period.before()), at),
        units=_by_size(Line(names[unit], count, urgent[unit]) for unit, count in units.items()),
        categories=_lines(tickets, lambda ticket: ticket.category.value),
        groups=_groups(place, tickets),
        profiles=_granted(place.id, period),
        cases=[_case(ticket, at) for ticket in sorted(notable[:CASES], key=lambda t: (t.created_at, t.id))],
        more_cases=len(notable[CASES:]),
    )


def _whole(period: Period) -> Period:
    return Period(period.first, last_day(period.first), period.zone, PeriodKind.MONTH)


def _filed(municipality_id: int, period: Period) -> Sequence[Ticket]:
    query = (
        sa.select(Ticket)
        .where(
            Ticket.municipality_id == municipality_id,
            Ticket.created_at >= period.since,
            Ticket.created_at < period.until,
        )
        .order_by(Ticket.created_at, Ticket.id)
        .options(joinedload(Ticket.unit), selectinload(Ticket.clocks).selectinload(Clock.pauses))
    )
    return db.session.scalars(query).all()


def _figures(municipality_id: int, period: Period, tickets: Sequence[Ticket], at: datetime) -> Figures:
    resolved = sa.select(sa.func.count()).where(
        Ticket.municipality_id == municipality_id, *resolved_in(period.since, period.until)
    )
    return Figures(
        filed=len(tickets),
        urgent=sum(ticket.is_urgent for ticket in tickets),
        reopened=sum(ticket.reopened_count > 0 for ticket in tickets),
        resolved=db.session.scalar(resolved) or 0,
        targets={kind: _target(_clocks(tickets, kind), at) for kind in SlaTargetKind},
    )


def _clocks(tickets: Sequence[Ticket], kind: SlaTargetKind) -> list[Clock]:
    return [row for ticket in tickets for row in _promises(ticket) if row.kind is kind]


def _promises(ticket: Ticket) -> Sequence[Clock]:
    """Those that count: of a merged ticket none."""
    return ticket.clocks if ticket.merged_into_id is None else []


def _target(rows: Sequence[Clock], at: datetime) -> TargetFigures:
    missed = sum(_is_missed(row, at) for row in rows)
    kept = sum(row.met_at is not None and row.breached_at is None for row in rows)
    stopped = sum(row.met_at is None and row.stopped_at is not None and not _is_missed(row, at) for row in rows)
    minutes = sorted(business_minutes(row) for row in rows if row.met_at is not None)
    return TargetFigures(
        kept=kept,
        missed=missed,
        running=len(rows) - kept - missed - stopped,
        median=minutes[math.ceil(len(minutes) / 2) - 1] if minutes else None,
        longest=max(minutes, default=None),
    )


def _is_missed(row: Clock, at: datetime) -> bool:
    """Noted as broken, or overdue just now."""
    is_unmet = row.met_at is None and row.stopped_at is None
    return row.breached_at is not None or (is_unmet and row.due_at is not None and row.due_at < at)


def business_minutes(row: Clock) -> int:
    """Of a clock that is met: from its start until then, whole minutes."""
    if row.business_minutes is not None:
        return row.business_minutes
    assert row.met_at is not None
    pauses = [(pause.starts_at, pause.ends_at) for pause in row.pauses]
    taken = business_calendar(row.calendar).elapsed(row.started_at, max(row.met_at, row.started_at), pauses)
    return taken // _MINUTE


def _lines(tickets: Sequence[Ticket], name: Callable[[Ticket], str]) -> list[Line]:
    urgent = Counter(name(ticket) for ticket in tickets if ticket.is_urgent)
    return _by_size(Line(each, count, urgent[each]) for each, count in Counter(map(name, tickets)).items())


def _by_size(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.filed, line.name))


def _groups(place: Municipality, tickets: Sequence[Ticket]) -> list[Line]:
    """All groups of the municipality, also those with no ticket."""
    query = sa.select(Group).where(Group.municipality_id == place.id).order_by(Group.name, Group.id)
    filed = Counter(t.group_id for t in tickets)
    urgent = Counter(t.group_id for t in tickets if t.is_urgent)
    return _by_size(Line(group.name, filed[group.id], urgent[group.id]) for group in db.session.scalars(query))


def _granted(municipality_id: int, period: Period) -> list[tuple[str, int]]:
    query = (
        sa.select(Unit.name, sa.func.count())
        .join(Profile, Profile.unit_id == Unit.id)
        .where(
            Unit.municipality_id == municipality_id,
            Profile.right == ProfileRight.GRANTED,
            Profile.changed_at >= period.since,
            Profile.changed_at < period.until,
        )
        .group_by(Unit.id, Unit.name)
        .order_by(Unit.name)
    )
    return [(name, count) for name, count in db.session.execute(query).tuples()]


def _notable(tickets: Sequence[Ticket], at: datetime) -> list[Ticket]:
    """Broken promises first, then reopened ones, then urgent ones; a report lists CASES of them, as filed."""

    def weight(ticket: Ticket) -> tuple[int, int, bool]:
        return sum(_is_missed(row, at) for row in _promises(ticket)), ticket.reopened_count, ticket.is_urgent

    return sorted((t for t in tickets if any(weight(t))), key=weight, reverse=True)


def _case(ticket: Ticket, at: datetime) -> Case:
    rows: dict[SlaTargetKind, Any] = {row.kind: row for row in _promises(ticket)}
    return Case(
        number=ticket.number,
        unit=ticket.unit.name,
        category=ticket.category,
        priority=ticket.priority,
        filed_at=ticket.created_at,
        minutes={kind: business_minutes(row) for kind, row in rows.items() if row.met_at is not None},
        missed=[kind for kind in SlaTargetKind if kind in rows and _is_missed(rows[kind], at)],
        reopened=ticket.reopened_count,
    )
