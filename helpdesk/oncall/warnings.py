"""What will go wrong with the duty unless somebody acts: hours that nobody covers, phones, absences, shifts that
are offered and not taken. Codes and values; words are in helpdesk/warning_words.py."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Absence, Rotation, RotationMember, Schedule, Swap, User
from helpdesk.models.codes import SwapState, WarningKind
from helpdesk.oncall.contacts import Unreachable, unreachable_by_phone
from helpdesk.oncall.schedule import Shift, all_schedules, gaps_between, people_by_id, roster, shifts

AHEAD = timedelta(days=14)
COVER_WITHIN = timedelta(days=7)
# What runs already keeps its true beginning, and with it its key, for so long; beyond, it is just running.
LOOK_BACK = timedelta(days=8)
RUNNING = "running"


@dataclass(frozen=True)
class PlanWarning:
    """`people` in the span [starts_at, ends_at), which may have begun. `key` stays the same while it lasts."""

    kind: WarningKind
    schedules: tuple[Schedule, ...]
    people: tuple[User, ...]
    starts_at: datetime
    ends_at: datetime
    key: str
    unreachable: Unreachable | None = None

    def params(self) -> dict[str, Any]:
        """For words and letters: codes and values only."""
        return {
            "kind": self.kind.value,
            "schedules": [schedule.name for schedule in self.schedules],
            "names": [user.name for user in self.people],
            "from": self.starts_at.isoformat(),
            "until": self.ends_at.isoformat(),
            **_contact(self.unreachable),
        }


@dataclass(frozen=True)
class Window:
    """The span that is looked at; of each schedule the shifts in it, and who is in a rotation that runs."""

    since: datetime
    until: datetime
    shifts: dict[Schedule, list[Shift]]
    members: dict[Schedule, list[User]]

    def people_of(self, schedule: Schedule, since: datetime) -> list[User]:
        """In a rotation or on duty after `since`; without those who have left."""
        on_duty = [shift.user for shift in self.shifts[schedule] if shift.ends_at > since]
        return [user for user in dict.fromkeys([*self.members[schedule], *on_duty]) if user.active]


def warnings(since: datetime, until: datetime) -> list[PlanWarning]:
    """All that touches [since, until), by beginning; no warning begins before `since`."""
    first = since - LOOK_BACK
    schedules = all_schedules()
    duties = {schedule: shifts(schedule, first, until) for schedule in schedules}
    window = Window(first, until, duties, {schedule: _members(schedule) for schedule in schedules})
    uncovered = list(_uncovered(window))
    found = [
        *uncovered,
        *_without_phone(window, since),
        *_covers_wanted(since, until, uncovered),
        *_absent_at_once(window),
        *_on_two_duties(window),
        *_alone(window, since),
    ]
    cut = [replace(each, starts_at=max(each.starts_at, since)) for each in found if each.ends_at > since]
    return sorted(cut, key=lambda each: (each.starts_at, list(WarningKind).index(each.kind), each.key))


def _uncovered(window: Window) -> Iterator[PlanWarning]:
    for schedule, duties in window.shifts.items():
        for start, end in gaps_between(duties, window.since, window.until):
            away = _who_would_be(schedule, start, end)
            key = _key(WarningKind.UNCOVERED, (schedule,), (), start, window)
            yield PlanWarning(WarningKind.UNCOVERED, (schedule,), away, start, end, key)


def _who_would_be(schedule: Schedule, start: datetime, end: datetime) -> tuple[User, ...]:
    """Who has the duty by the plan and is absent, or has left."""
    as_if_there = replace(roster(schedule, start, end), away={}, gone=frozenset())
    ids = dict.fromkeys(stint.person for stint in as_if_there.shifts(start, end))
    return tuple(db.session.get_one(User, user_id) for user_id in ids)


def _without_phone(window: Window, since: datetime) -> Iterator[PlanWarning]:
    """The first shift of each who cannot be reached."""
    told: set[User] = set()
    everything = [(s, schedule) for schedule, duties in window.shifts.items() for s in duties if s.ends_at > since]
    for shift, schedule in sorted(everything, key=lambda each: each[0].starts_at):
        trouble = unreachable_by_phone(shift.user, shift.starts_at)
        if trouble is not None and shift.user not in told:
            told.add(shift.user)
            key = _key(WarningKind.UNREACHABLE, (schedule,), (shift.user,), shift.starts_at, window)
            span = shift.starts_at, shift.ends_at
            yield PlanWarning(WarningKind.UNREACHABLE, (schedule,), (shift.user,), *span, key, trouble)


def _covers_wanted(since: datetime, until: datetime, uncovered: Sequence[PlanWarning]) -> Iterator[PlanWarning]:
    """Offers that nobody took, but for those of hours that are uncovered: of these the worse is told already."""
    query = sa.select(Swap).where(
        Swap.state == SwapState.OFFERED, Swap.starts_at < min(until, since + COVER_WITHIN), Swap.ends_at > since
    )
    for swap in db.session.scalars(query.order_by(Swap.id)):
        if any(gap.schedules == (swap.schedule,) and _lies_in(swap, gap) for gap in uncovered):
            continue
        key, span = f"{WarningKind.COVER_OPEN}:{swap.id}", (swap.starts_at, swap.ends_at)
        yield PlanWarning(WarningKind.COVER_OPEN, (swap.schedule,), (swap.offered_by,), *span, key)


def _lies_in(swap: Swap, gap: PlanWarning) -> bool:
    return gap.starts_at <= swap.starts_at and swap.ends_at <= gap.ends_at


def _absent_at_once(window: Window) -> Iterator[PlanWarning]:
    """Told once for people who share several schedules."""
    query = sa.select(Absence.user_id, Absence.starts_at, Absence.ends_at).where(
        Absence.starts_at < window.until, Absence.ends_at > window.since
    )
    absences = db.session.execute(query.order_by(Absence.starts_at, Absence.id)).tuples().all()
    found: dict[tuple[tuple[User, ...], datetime, datetime], list[Schedule]] = {}
    for schedule in window.shifts:
        own = {user.id: user for user in window.people_of(schedule, window.since)}
        spans = [(own[who], max(starts, window.since), ends) for who, starts, ends in absences if who in own]
        for people, start, end in joined(_overlaps(spans)):
            found.setdefault((people, start, end), []).append(schedule)
    for (people, start, end), schedules in found.items():
        key = _key(WarningKind.TWO_ABSENT, schedules, people, start, window)
        yield PlanWarning(WarningKind.TWO_ABSENT, tuple(schedules), people, start, end, key)


def _on_two_duties(window: Window) -> Iterator[PlanWarning]:
    """One warning for as long as it lasts, whoever it is: two schedules may always have the same people."""
    for one, other in combinations(window.shifts, 2):
        both = [
            ((mine.user,), max(mine.starts_at, theirs.starts_at), min(mine.ends_at, theirs.ends_at))
            for mine in window.shifts[one]
            for theirs in window.shifts[other]
            if mine.user is theirs.user and mine.starts_at < theirs.ends_at and theirs.starts_at < mine.ends_at
        ]
        for people, start, end in joined(sorted(both, key=lambda each: each[1])):
            key = _key(WarningKind.TWO_DUTIES, (one, other), (), start, window)
            yield PlanWarning(WarningKind.TWO_DUTIES, (one, other), people, start, end, key)


def _alone(window: Window, since: datetime) -> Iterator[PlanWarning]:
    for schedule in window.shifts:
        people = tuple(window.people_of(schedule, since))
        if len(people) == 1:
            key = _key(WarningKind.ALONE, (schedule,), people, window.since, window)
            yield PlanWarning(WarningKind.ALONE, (schedule,), people, since, window.until, key)


def _members(schedule: Schedule) -> list[User]:
    query = (
        sa.select(RotationMember.user_id)
        .join(Rotation, Rotation.id == RotationMember.rotation_id)
        .where(Rotation.schedule_id == schedule.id, Rotation.in_force_until.is_(None))
        .order_by(Rotation.layer, Rotation.id, RotationMember.position)
    )
    ids = db.session.scalars(query).all()
    people = people_by_id(schedule, ids)
    return [people[user_id] for user_id in ids]


Stretch = tuple[tuple[User, ...], datetime, datetime]  # who, from, to


def _overlaps(spans: Sequence[tuple[User, datetime, datetime]]) -> Iterator[Stretch]:
    """The parts in which two or more are within their spans."""
    borders = sorted({at for _user, start, end in spans for at in (start, end)})
    for start, end in pairwise(borders):
        people = tuple(dict.fromkeys(user for user, begins, ends in spans if begins <= start < ends))
        if len(people) > 1:
            yield people, start, end


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """What follows without a break is one, of all its people; by beginning."""
    found: list[Stretch] = []
    for people, start, end in stretches:
        if found and start <= found[-1][2]:
            before, begins, ends = found.pop()
            people, start, end = tuple(dict.fromkeys([*before, *people])), begins, max(end, ends)
        found.append((people, start, end))
    return found


def _key(
    kind: WarningKind, schedules: Iterable[Schedule], people: Iterable[User], start: datetime, window: Window
) -> str:
    """What it is about, and from when: at most 140 characters for any numbers of schedules and people."""
    numbers = [schedule.id for schedule in schedules], [user.id for user in people]
    parts = ["-".join(map(str, ids[:6])) for ids in numbers]
    begins = RUNNING if start <= window.since else start.strftime("%Y%m%dT%H%MZ")
    return ":".join((kind, *parts, begins))


def _contact(found: Unreachable | None) -> dict[str, Any]:
    if found is None:
        return {}
    contact, trouble = found.contact, found.trouble
    code = (contact.broken_code or "") if contact else ""
    value = contact.value if contact else ""
    kind = contact.kind.value if contact else "phone"
    return {"problem": {"trouble": trouble.value, "kind": kind, "value": value, "code": code, "is_of_staff": True}}
