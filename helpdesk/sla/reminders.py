"""Reminders at shares of a clock's budget, each once; an hour of downtime brings one reminder, not four."""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Clock, Reminder, Ticket, User
from helpdesk.models.codes import EventKind, NotificationEvent, RoleName
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import people_with
from helpdesk.sla.clock import note_breach
from helpdesk.tickets import tell
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record


def remind_due(limit: int = 100) -> int:
    """Send what is due and not done; how many clocks were reminded of."""
    query = (
        sa.select(Reminder)
        .where(Reminder.done_at.is_(None), Reminder.due_at <= clock.now())
        .order_by(Reminder.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    highest: dict[int, Reminder] = {}
    for reminder in db.session.scalars(query):
        reminder.done_at = clock.now()
        if reminder.clock_id not in highest or highest[reminder.clock_id].share < reminder.share:
            highest[reminder.clock_id] = reminder
    sent = [_remind(reminder) for reminder in highest.values()]
    return sum(sent)


def _remind(reminder: Reminder) -> bool:
    row: Clock = reminder.clock
    ticket: Ticket = row.ticket
    if not row.is_running or not ticket.is_open:
        return False
    is_breach = reminder.share >= 100
    if is_breach:
        note_breach(row)
    else:
        record(ticket, EventKind.REMINDED, SYSTEM, target=row.kind.value, share=reminder.share)
    event = NotificationEvent.BREACH if is_breach else NotificationEvent.REMINDER
    for user in _whom(ticket, is_breach=is_breach):
        tell.staff(
            ticket,
            user,
            event,
            key=f"{row.kind}:{reminder.share}:{row.due_at}",
            target=row.kind.value,
            share=reminder.share,
        )
    return True


def _whom(ticket: Ticket, *, is_breach: bool) -> list[User]:
    """Whoever has the ticket, else whoever is on duty; the managers too once it is late."""
    schedule = duty.main_schedule()
    on_duty = duty.who_is_on_call(schedule, clock.now()) if schedule else None
    people = [ticket.assignee or on_duty]
    if is_breach:
        people += people_with(RoleName.MANAGER)
    return list(dict.fromkeys(user for user in people if user is not None))
