"""Which schedules there are: added, renamed, deleted while nothing depends on them."""

from zoneinfo import available_timezones

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import (
    DutyShift,
    EscalationPolicy,
    EscalationStep,
    Override,
    PolicyStep,
    Schedule,
    ShiftNotice,
    Swap,
    TemporarySchedule,
    User,
)
from helpdesk.models.codes import RoleName
from helpdesk.oncall.plan_changes import hold_as_manager, keep
from helpdesk.oncall.schedule import all_schedules
from helpdesk.users import require_manager

LONGEST_NAME = 120


def find_schedule(schedule_id: int) -> Schedule:
    """Raises NotFound."""
    schedule = db.session.get(Schedule, schedule_id)
    if schedule is None:
        raise NotFound("not_found")
    return schedule


def candidates() -> list[User]:
    """Who can be on duty: active administrators and managers, by name."""
    wanted = (RoleName.ADMINISTRATOR, RoleName.MANAGER)
    people = db.session.scalars(sa.select(User).where(User.active).order_by(User.name, User.id))
    return [user for user in people if any(user.is_a(role) for role in wanted)]


def add_schedule(name: str, time_zone: str, by: User) -> Schedule:
    """A schedule without layers.

    Raises:
        NotAllowed: "not_manager", "name_taken", "unknown_zone".
    """
    require_manager(by)
    _check_name(name, None)
    if time_zone not in available_timezones():
        raise NotAllowed("unknown_zone")
    schedule = Schedule(name=name, time_zone=time_zone)
    db.session.add(schedule)
    db.session.flush()
    keep(schedule, by, "schedule_added", name=name, time_zone=time_zone)
    return schedule


def rename_schedule(schedule: Schedule, name: str, by: User) -> None:
    """Raises NotAllowed: "not_manager", "name_taken"."""
    hold_as_manager(schedule, by)
    _check_name(name, schedule)
    keep(schedule, by, "schedule_renamed", before=schedule.name, name=name)
    schedule.name = name


def delete_schedule(schedule: Schedule, by: User) -> None:
    """One that was never in use: no policy names it, nobody was ever on duty by it.

    Raises:
        NotAllowed: "not_manager", "in_a_policy", "last_schedule", "has_history".
    """
    hold_as_manager(schedule, by)
    if policies_with(schedule):
        raise NotAllowed("in_a_policy")
    if len(all_schedules()) == 1:
        raise NotAllowed("last_schedule")
    if has_history(schedule):
        raise NotAllowed("has_history")
    keep(schedule, by, "schedule_deleted", name=schedule.name)
    for rows in (schedule.rotations, _of(Override, schedule), _of(TemporarySchedule, schedule)):
        for row in list(rows):
            db.session.delete(row)
    db.session.flush()
    db.session.delete(schedule)


def policies_with(schedule: Schedule) -> list[EscalationPolicy]:
    """The escalation policies one of whose steps names the schedule."""
    named = EscalationPolicy.steps.any(PolicyStep.schedule_id == schedule.id)
    return list(db.session.scalars(sa.select(EscalationPolicy).where(named).order_by(EscalationPolicy.name)))


def has_history(schedule: Schedule) -> bool:
    """Somebody was on duty by it, is now, or was to be asked or alerted by it."""
    has_begun = any(
        (row.in_force_from or row.starts_at) <= clock.now() for row in schedule.rotations if row.members
    )
    kept = (DutyShift, ShiftNotice, Swap, EscalationStep)
    return has_begun or any(
        db.session.scalar(sa.select(sa.exists().where(model.schedule_id == schedule.id))) for model in kept
    )


def _of(model: type[Override | TemporarySchedule], schedule: Schedule) -> list[Override | TemporarySchedule]:
    return list(db.session.scalars(sa.select(model).where(model.schedule_id == schedule.id)))


def _check_name(name: str, own: Schedule | None) -> None:
    taken = db.session.scalars(sa.select(Schedule).where(sa.func.lower(Schedule.name) == name.lower())).first()
    if taken is not None and taken is not own:
        raise NotAllowed("name_taken")
