"""Changes of the plan for a span: somebody comes in for another or for all, joins, or is taken off."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound, refuse
from helpdesk.extensions import db
from helpdesk.models import Absence, Override, Schedule, User
from helpdesk.models.codes import OverrideKind
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.contacts import unreachable_by_phone
from helpdesk.oncall.plan_changes import changed, earliest, hold_as_manager, keep
from helpdesk.oncall.roster import Change, Roster

LONGEST = timedelta(days=366)
LAST_WORD = 2**62  # what is being asked about is said after all that stands


@dataclass(frozen=True)
class Wish:
    """`user` comes in, `instead_of` goes out, in [starts_at, ends_at); which of them, as models.Override says."""

    kind: OverrideKind
    user: User | None
    instead_of: User | None
    starts_at: datetime
    ends_at: datetime
    note: str = ""


class Trouble(StrEnum):
    """What speaks against a change, though it can be made."""

    NOBODY = "nobody"  # nobody is on duty then
    ABSENT = "absent"  # whoever comes in is away
    ELSEWHERE = "elsewhere"  # ... has the duty of another schedule
    NO_PHONE = "no_phone"  # ... cannot be reached by phone
    NO_EFFECT = "no_effect"  # it changes nothing
    ANOTHER_PLAN = "another_plan"  # another temporary plan covers the time too; the newer one counts


@dataclass(frozen=True)
class Conflict:
    """The trouble in [starts_at, ends_at), and who or which other schedule it is about."""

    trouble: Trouble
    starts_at: datetime
    ends_at: datetime
    person: User | None = None
    schedule: Schedule | None = None


def add_override(schedule: Schedule, wish: Wish, by: User) -> Override:
    """What has passed of the span is cut off.

    Raises:
        NotAllowed: "not_manager", "over", "span", "too_long", "same_person", "who_comes", "who_goes".
    """
    hold_as_manager(schedule, by)
    wish = _meant(wish)
    starts_at = max(wish.starts_at, earliest(schedule))
    check(wish, earliest(schedule))
    row = Override(
        schedule_id=schedule.id,
        kind=wish.kind,
        user=wish.user,
        instead_of=wish.instead_of,
        starts_at=starts_at,
        ends_at=wish.ends_at,
        note=wish.note,
        created_by_id=by.id,
    )
    db.session.add(row)
    _keep(schedule, by, "override_added", row)
    changed(schedule, by)
    return row


def check(wish: Wish, now: datetime) -> None:
    """Raises NotAllowed as add_override does."""
    refuse(
        {
            "span": wish.ends_at <= wish.starts_at,
            "over": wish.ends_at <= now,
            "too_long": wish.ends_at - wish.starts_at > LONGEST,
            "who_comes": wish.kind is not OverrideKind.REMOVE and wish.user is None,
            "who_goes": wish.kind is OverrideKind.REMOVE and wish.instead_of is None,
            "same_person": wish.kind is OverrideKind.REPLACE and wish.user is wish.instead_of,
        }
    )


def end_override(override: Override, by: User) -> None:
    """One that has begun ends now, another one is gone: what was stays.

    Raises:
        NotAllowed: "not_manager", "over", "part_of_a_swap".
    """
    schedule = override.schedule
    hold_as_manager(schedule, by)
    now = earliest(schedule)
    if override.swap_id is not None:
        raise NotAllowed("part_of_a_swap")
    if override.ends_at <= now:
        raise NotAllowed("over")
    _keep(schedule, by, "override_ended", override)
    if override.starts_at < now:
        override.ends_at = now
    else:
        db.session.delete(override)
    changed(schedule, by)


def find_override(override_id: int) -> Override:
    """Raises NotFound."""
    row = db.session.get(Override, override_id)
    if row is None:
        raise NotFound("not_found")
    return row


def coming(schedule: Schedule) -> list[Override]:
    """Those that run or will, by beginning."""
    rows = sa.select(Override).where(Override.schedule_id == schedule.id, Override.ends_at > clock.now())
    return list(db.session.scalars(rows.order_by(Override.starts_at, Override.id)))


def conflicts(schedule: Schedule, wish: Wish) -> list[Conflict]:
    """What speaks against the change, looked at as if it were made."""
    wish = _meant(wish)
    since, until = max(wish.starts_at, earliest(schedule)), wish.ends_at
    before = duty.roster(schedule, since, until)
    word = Change(since, until, wish.kind, _id(wish.user), _id(wish.instead_of), (clock.now(), LAST_WORD))
    after = replace(before, changes=[*before.changes, word])
    found = [Conflict(Trouble.NOBODY, *span) for span in gaps(after, since, until)]
    if after.shifts(since, until) == before.shifts(since, until):
        found.append(Conflict(Trouble.NO_EFFECT, since, until, wish.instead_of or wish.user))
    if wish.user is not None:
        found += about_time(schedule, wish.user, since, until) + about_phone(wish.user, since, until)
    return found


def about_time(schedule: Schedule, user: User, since: datetime, until: datetime) -> list[Conflict]:
    """Whether the person is away in [since, until), or has the duty of another schedule."""
    found = list(_absences(user, since, until))
    for other in duty.all_schedules():
        if other is not schedule:
            shifts = [shift for shift in duty.shifts(other, since, until) if shift.user is user]
            found += [Conflict(Trouble.ELSEWHERE, s.starts_at, s.ends_at, user, other) for s in shifts]
    return found


def about_phone(user: User, since: datetime, until: datetime) -> list[Conflict]:
    """Whether the person can be called at all."""
    works = unreachable_by_phone(user, since) is None
    return [] if works else [Conflict(Trouble.NO_PHONE, since, until, user)]


def gaps(roster: Roster[int], since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Spans [from, to) in which nobody is on duty."""
    return duty.gaps_between(roster.shifts(since, until), since, until)


def _absences(user: User, since: datetime, until: datetime) -> Iterator[Conflict]:
    query = sa.select(Absence).where(Absence.user_id == user.id, Absence.starts_at < until, Absence.ends_at > since)
    for row in db.session.scalars(query.order_by(Absence.starts_at)):
        yield Conflict(Trouble.ABSENT, max(row.starts_at, since), min(row.ends_at, until), user)


def _meant(wish: Wish) -> Wish:
    """Without the person whom its kind does not ask for."""
    match wish.kind:
        case OverrideKind.ADD:
            return replace(wish, instead_of=None)
        case OverrideKind.REMOVE:
            return replace(wish, user=None)
        case OverrideKind.REPLACE:
            return wish


def _id(user: User | None) -> int | None:
    return user.id if user is not None else None


def _keep(schedule: Schedule, by: User, action: str, row: Override) -> None:
    said = {"user": _id(row.user), "instead_of": _id(row.instead_of), "kind": row.kind.value}
    keep(schedule, by, action, since=row.starts_at.isoformat(), until=row.ends_at.isoformat(), **said)
