"""A ticket's clocks: started, paused, met, breached. The arithmetic of business time is in calendar.py.

Source of the rules: the SLA chapter of the project's design; the due time of a target is the earliest instant at
which the business time since the start equals the target.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import holidays
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.errors import NeverDue
from helpdesk.extensions import db
from helpdesk.models import Calendar, Clock, ClockPause, Contract, Reminder, SlaPolicy, SlaTarget, Ticket
from helpdesk.models.codes import EventKind, SlaTargetKind
from helpdesk.sla.calendar import BusinessCalendar
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record

SHARES = (50, 75, 90, 100)  # per cent of the business budget
AT_LEAST_AFTER_REOPENING = 60  # business minutes
NEVER = datetime.max.replace(tzinfo=UTC)


def start_clocks(ticket: Ticket) -> None:
    """Start the targets that the contract's policy sets for the ticket's category and priority."""
    for kind, target in targets_for(ticket).items():
        db.session.add(_new_clock(ticket, kind, target, clock.now()))
    db.session.flush()
    refresh_next_due(ticket)


def clocks_of(ticket: Ticket) -> dict[SlaTargetKind, Clock]:
    """The clocks by target; a target that the policy does not set is absent."""
    return {row.kind: row for row in ticket.clocks}


def meet(ticket: Ticket, kind: SlaTargetKind) -> None:
    """The target is met now, unless it was before; late is noted as a breach."""
    row = clocks_of(ticket).get(kind)
    if row is None or row.met_at is not None or row.stopped_at is not None:
        return
    if row.paused_at is not None:
        _end_pause(row)
    row.met_at = clock.now()
    if row.due_at is not None and row.due_at < row.met_at:
        note_breach(row)
    _put_off_reminders(row)
    refresh_next_due(ticket)


def pause(ticket: Ticket) -> None:
    """The unit owes an answer: nothing runs, nothing is due."""
    for row in clocks_of(ticket).values():
        if row.is_running:
            row.paused_at, row.due_at = clock.now(), None
            _put_off_reminders(row)
    refresh_next_due(ticket)


def resume(ticket: Ticket) -> None:
    for row in clocks_of(ticket).values():
        if row.paused_at is not None and row.stopped_at is None:
            _end_pause(row)
    refresh_next_due(ticket)


def run_again(ticket: Ticket) -> None:
    """Reopened: what was left of the time to resolve runs on, at least one business hour."""
    row = clocks_of(ticket).get(SlaTargetKind.RESOLVE)
    if row is None or row.met_at is None:
        return
    row.pauses.append(ClockPause(starts_at=row.met_at, ends_at=clock.now()))
    row.met_at = None
    if remaining(row) < timedelta(minutes=AT_LEAST_AFTER_REOPENING):
        row.started_at, row.minutes = clock.now(), AT_LEAST_AFTER_REOPENING
    set_due(row)
    refresh_next_due(ticket)


def retarget(ticket: Ticket) -> None:
    """Priority or category changed. Urgent: due is the earlier of the old due time and now + the new target.
    Otherwise the new target counts from the filing, and nothing is due earlier than before. What is met or
    breached stays."""
    now, targets = clock.now(), targets_for(ticket)
    present = clocks_of(ticket)
    for kind, target in targets.items():
        row = present.get(kind)
        if row is None:
            db.session.add(_new_clock(ticket, kind, target, now))
        elif row.met_at is None:
            row.stopped_at = None
            _retarget(row, target, now)
    for kind, row in present.items():
        if kind not in targets and row.met_at is None:
            row.stopped_at, row.due_at = now, None
            _put_off_reminders(row)
    db.session.flush()
    refresh_next_due(ticket)


def note_breach(row: Clock) -> None:
    """Once breached, always breached; the timeline says so once."""
    if row.breached_at is None and row.due_at is not None:
        row.breached_at = row.due_at
        record(row.ticket, EventKind.BREACHED, SYSTEM, target=row.kind.value)


def set_due(row: Clock) -> None:
    """Work out due_at and the times of the reminders that are still to come. None where no due time exists."""
    calendar, pauses = business_calendar(row.calendar), _spans(row)
    row.due_at = _due(calendar, row.started_at, row.minutes, pauses)
    for reminder in row.reminders:
        if reminder.done_at is None:
            reminder.due_at = _due(calendar, row.started_at, row.minutes * reminder.share / 100, pauses)


def refresh_next_due(ticket: Ticket) -> None:
    """Keep the ticket's earliest running due time beside it, for lists that sort by it."""
    db.session.flush()
    dues = [row.due_at for row in clocks_of(ticket).values() if row.is_running and row.due_at is not None]
    ticket.next_due_at = min(dues, default=None)


def targets_for(ticket: Ticket) -> dict[SlaTargetKind, SlaTarget]:
    """The target per kind: the category's own, else the one for all categories."""
    policy = _policy_for(ticket)
    fitting = [t for t in (policy.targets if policy else []) if t.priority == ticket.priority]
    general = {t.kind: t for t in fitting if t.category is None}
    return general | {t.kind: t for t in fitting if t.category == ticket.category}


def business_calendar(row: Calendar) -> BusinessCalendar:
    """The calendar of a table row, ready to compute."""
    if row.always_open:
        return BusinessCalendar.always(row.time_zone)
    rest = json.dumps([row.weekly_hours, row.closed_days, row.exceptions], sort_keys=True)
    return _calendar(row.time_zone, rest, "PL" if row.polish_holidays else "")


class _ClosedDays:
    """Public holidays of a country (computed by the `holidays` library) and own closed days."""

    def __init__(self, own: Sequence[str], country: str) -> None:
        self.own = frozenset(own)
        self.public = holidays.country_holidays(country) if country else {}

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and (day.isoformat() in self.own or day in self.public)


@lru_cache(maxsize=256)
def _calendar(time_zone: str, rest: str, country: str) -> BusinessCalendar:
    weekly_hours, closed_days, exceptions = json.loads(rest)
    return BusinessCalendar(
        time_zone,
        {int(day): [(a, b) for a, b in hours] for day, hours in weekly_hours.items()},
        holidays=_ClosedDays(closed_days, country),
        exceptions={date.fromisoformat(d): [(a, b) for a, b in hours] for d, hours in exceptions.items()},
    )


def _policy_for(ticket: Ticket) -> SlaPolicy | None:
    """The policy of the municipality's contract valid today, else the default one."""
    contract = valid_contract(ticket.municipality_id)
    if contract is not None and contract.sla_policy_id is not None:
        return db.session.get(SlaPolicy, contract.sla_policy_id)
    return db.session.scalars(sa.select(SlaPolicy).filter_by(is_default=True)).first()


def valid_contract(municipality_id: int) -> Contract | None:
    """The contract of the municipality that is valid today (locally), the newest of several."""
    today = clock.now().astimezone(settings().zone).date()
    query = (
        sa.select(Contract)
        .where(
            Contract.municipality_id == municipality_id,
            Contract.valid_from <= today,
            sa.or_(Contract.valid_to.is_(None), Contract.valid_to >= today),
        )
        .order_by(Contract.valid_from.desc(), Contract.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def _new_clock(ticket: Ticket, kind: SlaTargetKind, target: SlaTarget, at: datetime) -> Clock:
    row = Clock(ticket=ticket, kind=kind, calendar=target.calendar, minutes=target.minutes, started_at=at)
    row.reminders = [Reminder(share=share) for share in SHARES]
    set_due(row)
    return row


def _retarget(row: Clock, target: SlaTarget, at: datetime) -> None:
    """Keep the old promise or take the new one, whole: start, minutes, calendar. A due time that does not follow
    from them would be lost at the next pause. A paused clock is compared as if it ran on now."""
    is_urgent = row.ticket.is_urgent
    start = at if is_urgent else row.ticket.created_at
    pauses = _spans(row) + ([(row.paused_at, at)] if row.paused_at else [])
    old_due = _due(business_calendar(row.calendar), row.started_at, row.minutes, pauses) or NEVER
    new_due = _due(business_calendar(target.calendar), start, target.minutes, pauses) or NEVER
    if new_due < old_due if is_urgent else new_due > old_due:
        row.started_at, row.minutes, row.calendar = start, target.minutes, target.calendar
    if row.paused_at is None:
        set_due(row)


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


def _spans(row: Clock) -> list[tuple[datetime, datetime]]:
    return [(pause.starts_at, pause.ends_at) for pause in row.pauses]


def _due(
    calendar: BusinessCalendar, start: datetime, minutes: float, pauses: Sequence[tuple[datetime, datetime]]
) -> datetime | None:
    try:
        return calendar.due(start, minutes, pauses)
    except NeverDue:
        return None


def remaining(row: Clock) -> timedelta:
    """Business time left of the budget now, negative when late; what is paused stands still."""
    until = row.paused_at or clock.now()
    used = business_calendar(row.calendar).elapsed(row.started_at, max(until, row.started_at), _spans(row))
    return timedelta(minutes=row.minutes) - used
