"""A ticket's clocks: started, paused, met, breached, stopped. The arithmetic is in calendar.py; another promise
for an open ticket in retargeting.py. Whatever happens to a clock goes into the ledger.

Source of the rules: the SLA chapter of the project's design; the due time of a target is the earliest instant at
which the business time since the start equals the target.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from helpdesk import clock
from helpdesk.errors import NeverDue
from helpdesk.extensions import db
from helpdesk.models import Clock, ClockPause, Reminder, SlaTarget, Ticket
from helpdesk.models.codes import ClockCause, EventKind, SlaTargetKind, TicketStatus
from helpdesk.sla import ledger
from helpdesk.sla.calendar import BusinessCalendar
from helpdesk.sla.calendars import business_calendar, newest
from helpdesk.sla.promises import policy_for, targets_for
from helpdesk.sla.reminder_rules import shares_for
from helpdesk.tickets.actor import SYSTEM, Actor, of_reporter
from helpdesk.tickets.timeline import record

AT_LEAST_AFTER_REOPENING = 60  # business minutes
_MINUTE = timedelta(minutes=1)


def start_clocks(ticket: Ticket) -> None:
    """Start the targets that the contract's policy sets for the ticket's category and priority."""
    for kind, target in targets_for(ticket).items():
        start(ticket, kind, target, ClockCause.FILED, of_reporter(ticket))
    db.session.flush()
    refresh_next_due(ticket)


def clocks_of(ticket: Ticket) -> dict[SlaTargetKind, Clock]:
    """The clocks by target; a target that the policy does not set is absent."""
    return {row.kind: row for row in ticket.clocks}


def meet(ticket: Ticket, kind: SlaTargetKind, by: Actor) -> None:
    """The target is met now, unless it was before; late is noted as a breach. Where the policy says so, whoever
    takes the ticket has given the first response."""
    row = clocks_of(ticket).get(kind)
    if row is not None and row.met_at is None and row.stopped_at is None:
        _meet(row, by)
    if kind is SlaTargetKind.ACKNOWLEDGE:
        policy = policy_for(ticket)
        if policy is not None and policy.acknowledgement_answers:
            meet(ticket, SlaTargetKind.FIRST_RESPONSE, by)
    refresh_next_due(ticket)


def pause(ticket: Ticket, by: Actor) -> None:
    """The unit owes an answer: nothing runs, nothing is due."""
    for row in clocks_of(ticket).values():
        if row.is_running:
            with ledger.written(row, ClockCause.PAUSED, by):
                _put_off(row)
    refresh_next_due(ticket)


def resume(ticket: Ticket, by: Actor) -> None:
    for row in clocks_of(ticket).values():
        if row.paused_at is not None and row.stopped_at is None:
            with ledger.written(row, ClockCause.RESUMED, by):
                _end_pause(row)
    refresh_next_due(ticket)


def run_again(ticket: Ticket, by: Actor, reason: str = "") -> None:
    """Reopened: what was left of the time to resolve runs on, at least one business hour."""
    row = clocks_of(ticket).get(SlaTargetKind.RESOLVE)
    if row is None or row.met_at is None:
        return
    with ledger.written(row, ClockCause.REOPENED, by, reason):
        row.pauses.append(ClockPause(starts_at=row.met_at, ends_at=clock.now()))
        row.met_at = row.business_minutes = None
        if remaining(row) < timedelta(minutes=AT_LEAST_AFTER_REOPENING):
            row.started_at, row.minutes = clock.now(), AT_LEAST_AFTER_REOPENING
        set_due(row)
    refresh_next_due(ticket)


def stop(ticket: Ticket, cause: ClockCause, by: Actor, reason: str = "") -> None:
    """Whatever still runs stops for good and never breaches; what was met or breached stays so."""
    for row in clocks_of(ticket).values():
        if row.met_at is None and row.stopped_at is None:
            stop_one(row, cause, by, reason)
    refresh_next_due(ticket)


def note_breach(row: Clock, due_at: datetime | None = None) -> None:
    """Once breached, always breached; the timeline and the ledger say so once. `due_at`: when it was due, if the
    clock does not show it because it is paused."""
    since = due_at or row.due_at
    if row.breached_at is None and since is not None:
        with ledger.written(row, ClockCause.BREACHED, SYSTEM):
            row.breached_at = since
        record(row.ticket, EventKind.BREACHED, SYSTEM, target=row.kind.value)


def start(ticket: Ticket, kind: SlaTargetKind, target: SlaTarget, cause: ClockCause, by: Actor) -> None:
    """A clock of its own for the target, from now; paused where the unit owes an answer."""
    reminders = [Reminder(share=share) for share in shares_for(ticket)]
    row = Clock(ticket=ticket, kind=kind, calendar=newest(target.calendar), minutes=target.minutes)
    row.started_at, row.reminders = clock.now(), reminders
    db.session.add(row)
    set_due(row)
    if ticket.status is TicketStatus.WAITING:
        _put_off(row)
    ledger.write(row, cause, by, offer=offer_of(target))


def stop_one(row: Clock, cause: ClockCause, by: Actor, reason: str = "", **more: Any) -> None:
    """A time that is over is a fact, whether or not somebody looked at it before."""
    note_if_late(row)
    with ledger.written(row, cause, by, reason) as after:
        after.update(more)
        if row.paused_at is not None:
            _end_pause(row)
        row.stopped_at, row.due_at = clock.now(), None
        _put_off_reminders(row)


def note_if_late(row: Clock) -> None:
    """The breach, if the time was over before now or, of a paused clock, before it was paused."""
    due_at = due_of(row, business_calendar(row.calendar), row.started_at, row.minutes)
    if due_at is not None and due_at < clock.now():
        note_breach(row, due_at)


def due_of(row: Clock, calendar: BusinessCalendar, start: datetime, minutes: float) -> datetime | None:
    """When a promise is due after this clock's pauses; a paused clock is looked at as if it ran on now. None where
    no due time exists."""
    now_paused = [(row.paused_at, clock.now())] if row.paused_at else []
    return _due(calendar, start, minutes, [*spans(row), *now_paused])


def offer_of(target: SlaTarget) -> dict[str, int]:
    """What the policy promises, for the ledger."""
    return {"minutes": target.minutes, "calendar_id": newest(target.calendar).id}


def set_due(row: Clock) -> None:
    """Work out due_at and the times of the reminders that are still to come. None where no due time exists."""
    calendar, pauses = business_calendar(row.calendar), spans(row)
    row.due_at = _due(calendar, row.started_at, row.minutes, pauses)
    for reminder in row.reminders:
        at = _due(calendar, row.started_at, row.minutes * reminder.share / 100, pauses)
        if reminder.done_at is None and not _is_said_again_later(reminder, at):
            reminder.due_at = at


def _is_said_again_later(reminder: Reminder, at: datetime | None) -> bool:
    """The breach was said, and its next repetition has its own time."""
    planned = reminder.due_at
    if reminder.clock.breached_at is None or planned is None or at is None:
        return False
    return at <= clock.now() < planned


def refresh_next_due(ticket: Ticket) -> None:
    """Keep the ticket's earliest running due time beside it, for lists that sort by it."""
    db.session.flush()
    dues = [row.due_at for row in clocks_of(ticket).values() if row.is_running and row.due_at is not None]
    ticket.next_due_at = min(dues, default=None)


def spans(row: Clock) -> list[tuple[datetime, datetime]]:
    """The finished pauses."""
    return [(pause.starts_at, pause.ends_at) for pause in row.pauses]


def used(row: Clock) -> timedelta:
    """Business time since the start: until it was met, stopped or paused, or until now."""
    until = row.met_at or row.stopped_at or row.paused_at or clock.now()
    return business_calendar(row.calendar).elapsed(row.started_at, until, spans(row))


def remaining(row: Clock) -> timedelta:
    """Business time left of the budget, negative when late; what is paused stands still."""
    return timedelta(minutes=row.minutes) - used(row)


def _meet(row: Clock, by: Actor) -> None:
    if row.paused_at is not None:
        with ledger.written(row, ClockCause.RESUMED, by):
            _end_pause(row)
    now = clock.now()
    if row.due_at is not None and row.due_at < now:
        note_breach(row)
    with ledger.written(row, ClockCause.MET, by):
        row.business_minutes = used(row) // _MINUTE
        row.met_at = now
        _put_off_reminders(row)


def _put_off(row: Clock) -> None:
    row.paused_at, row.due_at = clock.now(), None
    _put_off_reminders(row)


def _put_off_reminders(row: Clock) -> None:
    """While a clock does not run, nothing is reminded of; what was not done comes when it runs again."""
    for reminder in row.reminders:
        if reminder.done_at is None:
            reminder.due_at = None


def _end_pause(row: Clock) -> None:
    assert row.paused_at is not None
    row.pauses.append(ClockPause(starts_at=row.paused_at, ends_at=clock.now()))
    row.paused_at = None
    set_due(row)


def _due(
    calendar: BusinessCalendar, start: datetime, minutes: float, pauses: Sequence[tuple[datetime, datetime]]
) -> datetime | None:
    try:
        return calendar.due(start, minutes, pauses)
    except NeverDue:
        return None
