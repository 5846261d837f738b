"""Reminders of a shift: the evening before, by mail and SMS, and at its start, by SMS, until it is confirmed.

A shift that is short, or begins in the evening, is told of at its start alone. What is over, or an evening's
reminder that is an hour late, is not sent any more; the one at the start is caught up while the shift runs.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Override, Schedule, ShiftNotice, User
from helpdesk.models.codes import Channel, NotificationEvent, RoleName
from helpdesk.oncall import duty_letters
from helpdesk.oncall.handover import hold_schedule
from helpdesk.oncall.people import people_with
from helpdesk.oncall.schedule import HORIZONS, Shift, on_call, planned_shifts
from helpdesk.oncall.spans import written
from helpdesk.sla.calendar import first_instant
from helpdesk.transaction import changed_rows

EVENING = time(18)
AHEAD = timedelta(hours=36)  # from the evening before to any shift of the next day
JUST_BEGUN = timedelta(minutes=2)
SHORT = LATE = timedelta(hours=1)
PATIENCE = timedelta(minutes=15)


def plan(schedule_id: int) -> None:
    """A row for every shift that begins soon or has just begun; those that are not in the plan any more go."""
    schedule = db.session.get_one(Schedule, schedule_id)
    hold_schedule(schedule)
    now = clock.now()
    since = now - JUST_BEGUN
    coming = {
        (s.user.id, s.starts_at): s for s in planned_shifts(schedule, since, now + AHEAD) if s.starts_at > since
    }
    query = sa.select(ShiftNotice).where(ShiftNotice.schedule_id == schedule_id, ShiftNotice.starts_at > since)
    known = {(row.user_id, row.starts_at): row for row in db.session.scalars(query)}
    for key in known.keys() - coming.keys():
        _drop(known[key])
    for key in coming.keys() - known.keys():
        db.session.add(_row(schedule, coming[key]))


def due() -> list[int]:
    """Ids of the rows of which somebody must be told something now; the next shift first."""
    now = clock.now()
    query = sa.select(ShiftNotice).where(
        ShiftNotice.starts_at.between(now - HORIZONS[-1], now + AHEAD),
        ShiftNotice.ends_at > now,
        sa.or_(
            ShiftNotice.start_at.is_(None),
            sa.and_(ShiftNotice.confirmed_at.is_(None), ShiftNotice.missed_at.is_(None)),
        ),
    )
    rows = db.session.scalars(query.order_by(ShiftNotice.starts_at, ShiftNotice.id))
    return [row.id for row in rows if _is_due(row, now)]


def act(notice_id: int) -> None:
    """Send what is due of one row, if nobody else is just doing that."""
    query = sa.select(ShiftNotice).where(ShiftNotice.id == notice_id)
    locked = query.with_for_update(of=ShiftNotice, skip_locked=True).execution_options(populate_existing=True)
    row, now = db.session.scalars(locked).first(), clock.now()
    if row is None or not _is_due(row, now):
        return
    if not _still_holds(row, now):
        _drop(row)
    elif row.start_at is None and row.starts_at <= now:
        row.start_at = now
        _remind(row, (Channel.SMS,), is_start=True)
    elif row.start_at is None:
        row.evening_at = now
        _remind(row, duty_letters.BOTH, is_start=False)
    else:
        row.missed_at = now
        _tell_managers(row)


def asked_of(user: User) -> list[ShiftNotice]:
    """Shifts of the person that are not over and not confirmed, and of which they were reminded; the next first."""
    return [row for row in unconfirmed_of(user) if row.evening_at or row.start_at]


def unconfirmed_of(user: User) -> list[ShiftNotice]:
    """Shifts of the person that run or begin soon and are not confirmed; the next first."""
    query = sa.select(ShiftNotice).where(
        ShiftNotice.user_id == user.id, ShiftNotice.ends_at > clock.now(), ShiftNotice.confirmed_at.is_(None)
    )
    rows = list(db.session.scalars(query.order_by(ShiftNotice.starts_at, ShiftNotice.id)))
    return [row for row in rows if _still_holds(row, clock.now())]


def confirm(row: ShiftNotice) -> None:
    """The person says that they are there; managers who would learn in the morning that they are not, do not."""
    changed_rows(
        sa.update(ShiftNotice)
        .where(ShiftNotice.id == row.id, ShiftNotice.confirmed_at.is_(None))
        .values(confirmed_at=clock.now())
    )
    for manager in people_with(RoleName.MANAGER):
        outbox.cancel_for_key(manager.id, f"{_key(row)}:missed:")


def _is_due(row: ShiftNotice, now: datetime) -> bool:
    if row.ends_at <= now:
        return False
    if row.starts_at <= now:
        is_overdue = row.start_at is not None and row.start_at <= now - PATIENCE
        return row.start_at is None or (is_overdue and row.confirmed_at is None and row.missed_at is None)
    evening = _evening_before(row)
    return evening is not None and row.evening_at is None and evening <= now < evening + LATE


def _evening_before(row: ShiftNotice) -> datetime | None:
    """When to remind of it first; None for a shift that is told of at its start alone."""
    zone = ZoneInfo(row.schedule.time_zone)
    start = row.starts_at.astimezone(zone)
    if row.ends_at - row.starts_at < SHORT or start.time() >= EVENING:
        return None
    return first_instant(datetime.combine(start.date() - timedelta(days=1), EVENING), zone)


def _still_holds(row: ShiftNotice, now: datetime) -> bool:
    """The plan says now what it said when the row was written."""
    return any(user.id == row.user_id for user in on_call(row.schedule, max(now, row.starts_at)))


def _row(schedule: Schedule, shift: Shift) -> ShiftNotice:
    """Who has just agreed to take the duty over has confirmed it, and of what ran then they know."""
    agreed_at = _agreed_at(schedule, shift)
    return ShiftNotice(
        schedule_id=schedule.id,
        user_id=shift.user.id,
        starts_at=shift.starts_at,
        ends_at=_whole(schedule, shift).ends_at,
        start_at=agreed_at if agreed_at and agreed_at >= shift.starts_at else None,
        confirmed_at=agreed_at,
    )


def _agreed_at(schedule: Schedule, shift: Shift) -> datetime | None:
    """When the person accepted a swap that the shift begins with, if that was within the last hour before it."""
    query = sa.select(Override.created_at).where(
        Override.schedule_id == schedule.id,
        Override.user_id == shift.user.id,
        Override.swap_id.is_not(None),
        Override.starts_at == shift.starts_at,
        Override.created_at >= shift.starts_at - LATE,
    )
    return db.session.scalar(query.limit(1))


def _whole(schedule: Schedule, shift: Shift) -> Shift:
    """The shift to its real end, at most 40 days ahead."""
    found = shift
    for horizon in HORIZONS:
        until = shift.starts_at + horizon
        ahead = planned_shifts(schedule, shift.starts_at, until)
        found = next((s for s in ahead if s.user is shift.user and s.starts_at == shift.starts_at), shift)
        if found.ends_at < until:
            break
    return found


def _drop(row: ShiftNotice) -> None:
    """What of it waits to be sent is not sent. The row first, as `act` and `confirm` have it."""
    db.session.delete(row)
    db.session.flush()
    outbox.cancel_for_key(row.user_id, f"{_key(row)}:")


def _remind(row: ShiftNotice, channels: tuple[Channel, ...], *, is_start: bool) -> None:
    row.ends_at = _whole(row.schedule, Shift(row.user, row.starts_at, row.ends_at)).ends_at
    which = "start" if is_start else "evening"
    duty_letters.write(
        row.user,
        NotificationEvent.DUTY_REMINDER,
        key=f"{_key(row)}:{which}",
        params=written(row) | {"is_asked": row.confirmed_at is None, "is_start": is_start},
        by=clock.now(),
        expires_at=row.ends_at if is_start else row.starts_at,
        channels=channels,
    )


def _tell_managers(row: ShiftNotice) -> None:
    """No alarm: an alert that nobody answers goes on by itself, so nobody is woken."""
    for manager in people_with(RoleName.MANAGER):
        duty_letters.write(
            manager,
            NotificationEvent.DUTY_UNCONFIRMED,
            key=f"{_key(row)}:missed",
            params=written(row) | {"name": row.user.name},
            expires_at=row.ends_at,
        )


def _key(row: ShiftNotice) -> str:
    return f"duty:{row.schedule_id}:{row.user_id}:{row.starts_at.isoformat()}"
