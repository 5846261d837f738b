"""Reminders at shares of a clock's budget, each once; an hour of downtime brings one reminder, not four.

Once the time is over it is said again, at a bounded pace, until the target is met.
"""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Clock, Reminder, User
from helpdesk.models.codes import EventKind, NotificationEvent, Priority, RoleName
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import people_with
from helpdesk.sla.clock import SHARES, note_breach
from helpdesk.tickets import tell
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record

BREACH = 100
AGAIN_AFTER = {Priority.URGENT: timedelta(hours=2), Priority.NORMAL: timedelta(hours=24)}


def due(limit: int = 100) -> list[int]:
    """Ids of the clocks that somebody must be reminded of, the longest overdue first."""
    # In two steps: grouped at once, SQLite walks through all clocks there have ever been.
    late = (
        sa.select(Reminder.clock_id, Reminder.due_at)
        .where(Reminder.done_at.is_(None), Reminder.due_at <= clock.now())
        .order_by(Reminder.due_at)
        .limit(limit * len(SHARES))
        .subquery()
    )
    query = sa.select(late.c.clock_id).group_by(late.c.clock_id).order_by(sa.func.min(late.c.due_at)).limit(limit)
    return list(db.session.scalars(query))


def remind(clock_id: int) -> None:
    """Send the furthest of the clock's reminders that are due and not done; the others count as done."""
    query = sa.select(Clock).where(Clock.id == clock_id).with_for_update(of=Clock, skip_locked=True)
    row = db.session.scalars(query).first()
    if row is None:
        return
    now = clock.now()
    waiting = [r for r in row.reminders if r.done_at is None and r.due_at is not None and r.due_at <= now]
    for reminder in waiting:
        reminder.done_at = now
    if waiting and row.is_running and row.ticket.is_open:
        _remind(row, max(waiting, key=lambda reminder: reminder.share))


def _remind(row: Clock, reminder: Reminder) -> None:
    ticket, is_breach = row.ticket, reminder.share >= BREACH
    key = f"{row.kind}:{reminder.share}:{reminder.due_at}"
    if is_breach:
        note_breach(row)
        reminder.done_at, reminder.due_at = None, clock.now() + AGAIN_AFTER[ticket.priority]
    else:
        record(ticket, EventKind.REMINDED, SYSTEM, target=row.kind.value, share=reminder.share)
    event = NotificationEvent.BREACH if is_breach else NotificationEvent.REMINDER
    for user in _late(row) if is_breach else _whom(row):
        tell.staff(ticket, user, event, key=key, target=row.kind.value, share=reminder.share)


def _whom(row: Clock) -> list[User]:
    """Whoever has the ticket, else whoever is on duty, else the managers."""
    holder = row.ticket.assignee
    if holder is not None and holder.active:
        return [holder]
    schedule = duty.main_schedule()
    on_duty = duty.who_is_on_call(schedule, clock.now()) if schedule else None
    return [on_duty] if on_duty else people_with(RoleName.MANAGER)


def _late(row: Clock) -> list[User]:
    """The managers too."""
    return list(dict.fromkeys([*_whom(row), *people_with(RoleName.MANAGER)]))
