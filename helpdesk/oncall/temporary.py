"""A plan of its own for a span, such as Christmas: its shifts stand where the layers stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound, refuse
from helpdesk.extensions import db
from helpdesk.models import Schedule, TemporarySchedule, TemporaryShift, User
from helpdesk.oncall.overrides import Conflict, Trouble, about_phone, about_time, gaps
from helpdesk.oncall.plan_changes import changed, earliest, hold_as_manager, keep
from helpdesk.oncall.roster import Roster, Stint, Temporary
from helpdesk.oncall.schedule import planned_shifts

LONGEST = timedelta(days=62)


@dataclass(frozen=True)
class Draft:
    """The plan `name` of [starts_at, ends_at): who is on duty from when until when."""

    name: str
    starts_at: datetime
    ends_at: datetime
    shifts: Sequence[Stint[User]]


def add_temporary(schedule: Schedule, draft: Draft, by: User) -> TemporarySchedule:
    """A span that has begun counts from now on.

    Raises:
        NotAllowed: "not_manager", "over", "span", "too_long", "outside".
    """
    hold_as_manager(schedule, by)
    now = earliest(schedule)
    check(draft, now)
    plan = TemporarySchedule(schedule_id=schedule.id, created_by_id=by.id, starts_at=max(draft.starts_at, now))
    _write(plan, draft, now)
    db.session.add(plan)
    _keep(schedule, by, "temporary_added", plan)
    changed(schedule, by)
    return plan


def change_temporary(plan: TemporarySchedule, draft: Draft, by: User) -> None:
    """Of one that has begun only what comes changes.

    Raises:
        NotAllowed: as add_temporary.
    """
    schedule = schedule_of(plan)
    hold_as_manager(schedule, by)
    now = earliest(schedule)
    if plan.ends_at <= now:
        raise NotAllowed("over")
    check(draft, now)
    if plan.starts_at >= now:
        plan.starts_at = max(draft.starts_at, now)
    _cut(plan, now)
    _write(plan, draft, now)
    _keep(schedule, by, "temporary_changed", plan)
    changed(schedule, by)


def end_temporary(plan: TemporarySchedule, by: User) -> None:
    """One that has begun ends now, another one is gone.

    Raises:
        NotAllowed: "not_manager", "over".
    """
    schedule = schedule_of(plan)
    hold_as_manager(schedule, by)
    now = earliest(schedule)
    if plan.ends_at <= now:
        raise NotAllowed("over")
    _keep(schedule, by, "temporary_ended", plan)
    if plan.starts_at < now:
        _cut(plan, now)
        plan.ends_at = now
    else:
        db.session.delete(plan)
    changed(schedule, by)


def find_temporary(plan_id: int) -> TemporarySchedule:
    """Raises NotFound."""
    plan = db.session.get(TemporarySchedule, plan_id)
    if plan is None:
        raise NotFound("not_found")
    return plan


def schedule_of(plan: TemporarySchedule) -> Schedule:
    return db.session.get_one(Schedule, plan.schedule_id)


def coming(schedule: Schedule) -> list[TemporarySchedule]:
    """Those that run or will, by beginning."""
    is_to_come = TemporarySchedule.ends_at > clock.now()
    rows = sa.select(TemporarySchedule).where(TemporarySchedule.schedule_id == schedule.id, is_to_come)
    return list(db.session.scalars(rows.order_by(TemporarySchedule.starts_at, TemporarySchedule.id)))


def proposal(schedule: Schedule, since: datetime, until: datetime) -> list[Stint[User]]:
    """The shifts of the span as the plan says now, to start from."""
    return [Stint(s.starts_at, s.ends_at, s.user) for s in planned_shifts(schedule, since, until)]


def conflicts(schedule: Schedule, draft: Draft, own: TemporarySchedule | None = None) -> list[Conflict]:
    """What speaks against the plan: times without anybody, people who are away, another such plan."""
    since, until = max(draft.starts_at, earliest(schedule)), draft.ends_at
    stints = [Stint(s.starts_at, s.ends_at, s.person.id) for s in draft.shifts]
    alone = Roster[int](temporaries=[Temporary(since, until, stints, (since, 0))])
    found = [Conflict(Trouble.NOBODY, *span) for span in gaps(alone, since, until)]
    coming_ones = [stint for stint in draft.shifts if stint.ends_at > since]
    for stint in coming_ones:
        found += about_time(schedule, stint.person, max(stint.starts_at, since), stint.ends_at)
    for user in dict.fromkeys(stint.person for stint in coming_ones):
        found += about_phone(user, since, until)
    others = [
        plan for plan in coming(schedule) if plan is not own and plan.starts_at < until and plan.ends_at > since
    ]
    found += [Conflict(Trouble.ANOTHER_PLAN, max(p.starts_at, since), min(p.ends_at, until)) for p in others]
    return found


def check(draft: Draft, now: datetime) -> None:
    """Raises NotAllowed as add_temporary does."""
    shifts = draft.shifts
    refuse(
        {
            "span": draft.ends_at <= draft.starts_at or any(s.ends_at <= s.starts_at for s in shifts),
            "over": draft.ends_at <= now,
            "too_long": draft.ends_at - draft.starts_at > LONGEST,
            "outside": any(s.starts_at < draft.starts_at or s.ends_at > draft.ends_at for s in shifts),
        }
    )


def _cut(plan: TemporarySchedule, now: datetime) -> None:
    """Only what has happened is left."""
    plan.shifts = [shift for shift in plan.shifts if shift.starts_at < now]
    for shift in plan.shifts:
        shift.ends_at = min(shift.ends_at, now)


def _write(plan: TemporarySchedule, draft: Draft, now: datetime) -> None:
    """What comes, from the draft."""
    plan.name, plan.ends_at = draft.name, draft.ends_at
    for stint in draft.shifts:
        if stint.ends_at > now:
            starts_at = max(stint.starts_at, now)
            plan.shifts.append(TemporaryShift(user=stint.person, starts_at=starts_at, ends_at=stint.ends_at))


def _keep(schedule: Schedule, by: User, action: str, plan: TemporarySchedule) -> None:
    shifts = [[s.user.id, s.starts_at.isoformat(), s.ends_at.isoformat()] for s in plan.shifts]
    span = {"since": plan.starts_at.isoformat(), "until": plan.ends_at.isoformat()}
    keep(schedule, by, action, name=plan.name, shifts=shifts, **span)
