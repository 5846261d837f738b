"""Reminders at shares of a clock's budget, each once; an hour of downtime brings one reminder, not four.

What is due of all the clocks of a ticket is one message to a person: at once for an urgent ticket, in the next
digest for others. Once the time is over it is said again, at a bounded pace, until the target is met.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Clock, Reminder, Ticket, User
from helpdesk.models.codes import Channel, EventKind, NotificationEvent
from helpdesk.sla import digest
from helpdesk.sla.calendar import BusinessCalendar
from helpdesk.sla.calendars import business_calendar
from helpdesk.sla.clock import note_breach, set_due, used
from helpdesk.sla.reminder_rules import (
    BREACH,
    SHARES,
    Rule,
    Said,
    pace_of,
    rules_for,
    shares_for,
    ways_to,
    whom,
)
from helpdesk.tickets import tell
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record

A_RUN = 200  # tickets
# How far to look for the next opening: mostly it is near, and looking far costs.
HORIZONS = tuple(timedelta(days=days) for days in (4, 15, 400))


def due(limit: int = A_RUN) -> list[int]:
    """Ids of the tickets that somebody must be reminded of, the longest overdue first."""
    # In two steps: grouped at once, SQLite walks through all clocks there have ever been.
    late = (
        sa.select(Reminder.clock_id, Reminder.due_at)
        .where(Reminder.done_at.is_(None), Reminder.due_at <= clock.now())
        .order_by(Reminder.due_at)
        .limit(limit * len(SHARES))
        .subquery()
    )
    query = sa.select(Clock.ticket_id).join(late, late.c.clock_id == Clock.id).group_by(Clock.ticket_id)
    return list(db.session.scalars(query.order_by(sa.func.min(late.c.due_at), Clock.ticket_id).limit(limit)))


def remind(ticket_id: int) -> None:
    """Of each clock of the ticket the furthest of the reminders that are due; the others count as done."""
    query = sa.select(Clock).where(Clock.ticket_id == ticket_id).order_by(Clock.id)
    rows = db.session.scalars(query.with_for_update(of=Clock, skip_locked=True)).all()
    if not rows:
        return
    ticket = rows[0].ticket
    rules = rules_for(ticket)
    furthest = [reminder for row in rows for reminder in _take(row)]
    said = [each for reminder in furthest if (each := _say(reminder, rules)) is not None]
    _tell(ticket, said)


def follow_rules(row: Clock) -> None:
    """The shares of an open clock are those of the policy as it is now: what is missing is added, what is not done
    and no longer wanted goes. A share that is past when it is added is not told of."""
    wanted, known = shares_for(row.ticket), {reminder.share for reminder in row.reminders}
    if known == set(wanted):
        return
    for reminder in [each for each in row.reminders if each.done_at is None and each.share not in wanted]:
        row.reminders.remove(reminder)
        db.session.delete(reminder)
    passed = used(row).total_seconds() / 60
    for share in wanted:
        if share not in known:
            is_past = passed * 100 >= share * row.minutes
            row.reminders.append(Reminder(share=share, done_at=clock.now() if is_past else None))
    if row.is_running:
        set_due(row)


def next_opening(calendar: BusinessCalendar, at: datetime) -> datetime:
    """`at` itself in opening hours, else when they begin next; `at` if they never do."""
    looks = (calendar.intervals(at, at + horizon) for horizon in HORIZONS)
    return next((found[0][0] for found in looks if found), at)


def _take(row: Clock) -> list[Reminder]:
    """The furthest of those that are due, if the clock still runs; all of them are done."""
    now = clock.now()
    waiting = [r for r in row.reminders if r.done_at is None and r.due_at is not None and r.due_at <= now]
    for reminder in waiting:
        reminder.done_at = now
    if not waiting or not row.is_running or not row.ticket.is_open:
        return []
    return [max(waiting, key=lambda reminder: reminder.share)]


def _say(reminder: Reminder, rules: dict[int, Rule]) -> Said | None:
    """Write it down; what is to be told of it, if anybody is."""
    row, at, rule = reminder.clock, reminder.due_at, rules.get(reminder.share)
    assert at is not None  # it was due
    if reminder.share < BREACH:
        if rule is not None:
            record(row.ticket, EventKind.REMINDED, SYSTEM, target=row.kind.value, share=reminder.share)
            return Said(row, reminder.share, at, 0, rule)
        return None
    # Due with the promise itself: a first time, or another one after a reopening. What was told once is known by
    # its key and its time, so a pause that makes it due again tells nobody twice.
    row.said_again = 0 if row.breached_at is None or at == row.due_at else row.said_again + 1
    note_breach(row)
    _plan_next(reminder)
    return Said(row, BREACH, at, row.said_again, rule) if rule is not None else None


def _plan_next(reminder: Reminder) -> None:
    """When the breach is said again. Once it was said as often as the policy wants, it waits for another promise,
    as after a reopening."""
    row, pace = reminder.clock, pace_of(reminder.clock.ticket)
    reminder.done_at = reminder.due_at = None
    if row.said_again < pace.at_most:
        later = clock.now() + pace.after
        is_urgent = row.ticket.is_urgent
        reminder.due_at = later if is_urgent else next_opening(business_calendar(row.calendar), later)


def _tell(ticket: Ticket, said: list[Said]) -> None:
    """Of an urgent ticket one message to a person about all of it, headed by what presses most."""
    said = sorted(said, key=lambda each: (not each.is_breach, each.clock.due_at or each.due_at))
    told: dict[User, list[Said]] = {}
    for each in said:
        for user in whom(ticket, each.rule):
            told.setdefault(user, []).append(each)
    for user, about in told.items():
        if ticket.is_urgent:
            _at_once(ticket, user, about)
        else:
            _later(user, about)


def _later(user: User, about: list[Said]) -> None:
    for each in about:
        digest.put(user, each)


def _at_once(ticket: Ticket, user: User, about: list[Said]) -> None:
    first = about[0]
    channels = dict.fromkeys(channel for each in about for channel in ways_to(user, ticket, each.rule))
    tell.staff_over(
        list[Channel](channels),
        ticket,
        user,
        NotificationEvent.BREACH if first.is_breach else NotificationEvent.REMINDER,
        key=first.key,
        params={
            "target": first.clock.kind.value,
            "share": first.share,
            "also": [{"target": each.clock.kind.value, "share": each.share} for each in about[1:]],
        },
    )
