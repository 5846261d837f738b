"""The days of a plan as rows to show: who is on duty when, and why it is not as the layers say. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from helpdesk.models import Absence, Override, TemporarySchedule, User
from helpdesk.models.codes import OverrideKind
from helpdesk.oncall.roster import Span, Stint
from helpdesk.oncall.schedule import Shift
from helpdesk.oncall.spans import Spanning, cut, local_day, meeting, uncovered


class Why(StrEnum):
    """Why somebody is on duty, or nobody, where the layers say something else."""

    SWAP = "swap"
    INSTEAD = "instead"
    ADDED = "added"
    TEMPORARY = "temporary"
    ABSENT = "absent"
    TAKEN_OFF = "taken_off"


class Kind(StrEnum):
    ON_DUTY = "on_duty"
    NOBODY = "nobody"
    NOT_RECORDED = "not_recorded"  # so long ago that nothing was written down yet


@dataclass(frozen=True)
class Reason(Span):
    """`other` is the person in whose place it is, who is away, or the name of the temporary plan."""

    why: Why
    other: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line(Span):
    """A part of a day. `whole` is the shift it is cut from; None where nobody has it or its ends are not known."""

    kind: Kind
    user: User | None = None
    whole: Span | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def length(self) -> timedelta:
        """In real hours, over a clock change too."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True)
class Day(Span):
    """A local day; `holiday` is its Polish name, `absent` who is away at some time of it."""

    date: date
    lines: tuple[Line, ...]
    holiday: str = ""
    absent: tuple[str, ...] = ()

    @property
    def length(self) -> timedelta:
        """23 or 25 hours when the clocks change."""
        return self.ends_at - self.starts_at

    @property
    def gaps(self) -> list[Line]:
        return [line for line in self.lines if line.kind is Kind.NOBODY]


@dataclass(frozen=True)
class Plan:
    """What the days are made of. `shifts` reach beyond the days on both sides as far as `known`; `by_layers` is who
    would have the duty without any change; `recorded_from` begins the history, None where there is none yet."""

    known: Span
    zone: ZoneInfo
    shifts: Sequence[Shift]
    by_layers: Sequence[Stint[int]]
    names: Mapping[int, str]
    overrides: Sequence[Override]
    temporaries: Sequence[TemporarySchedule]
    absences: Sequence[Absence]
    holidays: Mapping[date, str]
    recorded_from: datetime | None = None


def days(plan: Plan, first: date, last: date) -> list[Day]:
    """The local days from `first` to `last`, both included."""
    return [_day(plan, first + timedelta(days=n)) for n in range((last - first).days + 1)]


def _day(plan: Plan, day: date) -> Day:
    span = local_day(day, plan.zone)
    absent = dict.fromkeys(plan.names[a.user_id] for a in meeting(plan.absences, span) if a.user_id in plan.names)
    lines = tuple(_lines(plan, span))
    return Day(span.starts_at, span.ends_at, day, lines, plan.holidays.get(day, ""), tuple(absent))


def _lines(plan: Plan, day: Span) -> Iterator[Line]:
    """Those of the day by beginning, with the gaps between them."""
    free_from = day.starts_at
    for shift in plan.shifts:
        if (part := _common(shift, day)) is None:
            continue
        if part.starts_at > free_from:
            yield from _without_anybody(plan, Span(free_from, part.starts_at))
        reasons = tuple(_reasons(plan, part, shift.user.id))
        yield Line(part.starts_at, part.ends_at, Kind.ON_DUTY, shift.user, _whole(plan, shift), reasons)
        free_from = max(free_from, part.ends_at)
    if free_from < day.ends_at:
        yield from _without_anybody(plan, Span(free_from, day.ends_at))


def _without_anybody(plan: Plan, gap: Span) -> Iterator[Line]:
    """Before the history begins nobody knows; after it nobody was there."""
    begins = max(gap.starts_at, plan.recorded_from) if plan.recorded_from else gap.starts_at
    if begins > gap.starts_at:
        yield Line(gap.starts_at, min(begins, gap.ends_at), Kind.NOT_RECORDED)
    if begins < gap.ends_at:
        found = Span(begins, gap.ends_at)
        yield Line(found.starts_at, found.ends_at, Kind.NOBODY, reasons=tuple(_why_missing(plan, found)))


def _whole(plan: Plan, shift: Shift) -> Span | None:
    is_cut = shift.starts_at <= plan.known.starts_at or shift.ends_at >= plan.known.ends_at
    return None if is_cut else Span(shift.starts_at, shift.ends_at)


def _reasons(plan: Plan, part: Span, user_id: int) -> Iterator[Reason]:
    """Why the person is there where the layers name somebody else or nobody."""
    own = [stint for stint in plan.by_layers if stint.person == user_id]
    for other in uncovered(part, own):
        changes = [row for row in meeting(plan.overrides, other) if row.user_id == user_id]
        if changes:
            yield from (_change(plan, row, cut(row, other)) for row in changes)
        elif plans := meeting(plan.temporaries, other):
            yield from (_temporary(row, cut(row, other)) for row in plans)
        else:
            yield from _why_missing(plan, other)


def _change(plan: Plan, row: Override, span: Span) -> Reason:
    why = Why.ADDED if row.kind is OverrideKind.ADD else Why.SWAP if row.swap_id else Why.INSTEAD
    planned = (stint.person for stint in meeting(plan.by_layers, span))
    goes = row.instead_of_id or next((person for person in planned if person != row.user_id), None)
    other = "" if why is Why.ADDED or goes is None else plan.names.get(goes, "")
    return Reason(span.starts_at, span.ends_at, why, other, row.note)


def _temporary(row: TemporarySchedule, span: Span) -> Reason:
    return Reason(span.starts_at, span.ends_at, Why.TEMPORARY, row.name)


def _why_missing(plan: Plan, gap: Span) -> Iterator[Reason]:
    """Why those whom the layers name are not there."""
    yield from (_temporary(row, cut(row, gap)) for row in meeting(plan.temporaries, gap))
    for stint in meeting(plan.by_layers, gap):
        turn, name = cut(stint, gap), plan.names.get(stint.person, "")
        for absence in meeting(plan.absences, turn):
            if absence.user_id == stint.person:
                away = cut(absence, turn)
                yield Reason(away.starts_at, away.ends_at, Why.ABSENT, name)
        for row in meeting(plan.overrides, turn):
            if row.instead_of_id == stint.person and row.kind is OverrideKind.REMOVE:
                off = cut(row, turn)
                yield Reason(off.starts_at, off.ends_at, Why.TAKEN_OFF, name, row.note)


def _common(row: Spanning, span: Span) -> Span | None:
    part = cut(row, span)
    return part if part.starts_at < part.ends_at else None
