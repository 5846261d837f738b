"""What was: the duty of the time that has passed is written down and never worked out again."""

from datetime import datetime

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import DutyShift, Schedule
from helpdesk.oncall.schedule import Shift, planned_shifts


def schedule_ids() -> list[int]:
    return list(db.session.scalars(sa.select(Schedule.id).order_by(Schedule.id)))


def write_down(schedule_id: int) -> None:
    """Write down who was on duty until now, as the plan says; the first time nothing but the moment. What somebody
    else is just writing is left to them."""
    query = sa.select(Schedule).where(Schedule.id == schedule_id).with_for_update(skip_locked=True)
    schedule = db.session.scalars(query.execution_options(populate_existing=True)).first()
    if schedule is None:
        return
    now, since = clock.now(), schedule.recorded_until
    if since is not None and since < now:
        for shift in planned_shifts(schedule, since, now):
            _append(schedule, shift, since)
    schedule.recorded_until = max(now, since or now)


def _append(schedule: Schedule, shift: Shift, border: datetime) -> None:
    """A shift that goes on across the border is one row."""
    query = sa.select(DutyShift).filter_by(schedule_id=schedule.id, user_id=shift.user.id, ends_at=border)
    running = db.session.scalars(query).first() if shift.starts_at == border else None
    if running is not None:
        running.ends_at = shift.ends_at
        return
    row = DutyShift(
        schedule_id=schedule.id, user_id=shift.user.id, starts_at=shift.starts_at, ends_at=shift.ends_at
    )
    db.session.add(row)
