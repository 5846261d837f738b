"""Another promise for an open ticket: by a click, or by an edit of the policy or of a calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Calendar, Clock, SlaTarget, Ticket
from helpdesk.models.codes import ClockCause, SlaTargetKind, TicketStatus
from helpdesk.sla import ledger
from helpdesk.sla.calendars import business_calendar, newest
from helpdesk.sla.choice import Change, Choice, Dues, choose
from helpdesk.sla.clock import (
    clocks_of,
    due_of,
    note_if_late,
    offer_of,
    refresh_next_due,
    set_due,
    start,
    stop_one,
)
from helpdesk.sla.promises import targets_for
from helpdesk.sla.reminders import follow_rules
from helpdesk.tickets.actor import Actor

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Why:
    cause: ClockCause
    by: Actor
    reason: str = ""


@dataclass(frozen=True)
class _Promise:
    start: datetime
    minutes: int
    calendar: Calendar


def retarget(ticket: Ticket, cause: ClockCause, by: Actor, reason: str = "") -> None:
    """Priority, category or unit changed: each clock keeps the old promise or takes the new one, whole, as
    choice.py decides. Met and breached facts stay; a finished ticket is never touched."""
    if not ticket.is_open:
        return
    change = Change.TARGET
    if cause is ClockCause.PRIORITY:
        change = Change.RAISED if ticket.is_urgent else Change.LOWERED
    targets = targets_for(ticket)
    _take_targets(ticket, targets, change, _Why(cause, by, reason))
    _drop_others(ticket, targets, _Why(cause, by, reason))
    _follow_rules(ticket)


def adopt(ticket: Ticket, cause: ClockCause, by: Actor) -> None:
    """Take the policy and the calendars as they are now. A clock whose promise nobody edited is not touched, nor is
    a finished ticket: this may be called for every open ticket."""
    if not ticket.is_open:
        return
    why, targets = _Why(cause, by), targets_for(ticket)
    for row in _unmet(ticket):
        if row.stopped_at is None and newest(row.calendar) is not row.calendar:
            _take_hours(row, why)
    present = clocks_of(ticket)
    news = {k: target for k, target in targets.items() if k not in present or _is_news(present[k], target)}
    _take_targets(ticket, news, Change.TARGET, why)
    _drop_others(ticket, targets, why)
    _follow_rules(ticket)


def _follow_rules(ticket: Ticket) -> None:
    for row in _unmet(ticket):
        if row.stopped_at is None:
            follow_rules(row)


def _unmet(ticket: Ticket) -> list[Clock]:
    return [row for row in clocks_of(ticket).values() if row.met_at is None]


def _is_news(row: Clock, target: SlaTarget) -> bool:
    """Whether the policy promises something else than the last time it was asked; other hours of the same calendar
    are no other promise."""
    if row.stopped_at is not None:
        return True
    minutes, calendar_id = ledger.last_offer(row)
    return (minutes, newest(db.session.get_one(Calendar, calendar_id))) != (target.minutes, newest(target.calendar))


def _take_targets(ticket: Ticket, targets: dict[SlaTargetKind, SlaTarget], change: Change, why: _Why) -> None:
    present = clocks_of(ticket)
    for kind, target in targets.items():
        row = present.get(kind)
        if row is not None and row.met_at is None and (row.stopped_at is None or not _is_done(ticket, kind)):
            _take_target(row, target, change, why)
        elif row is None and not _is_done(ticket, kind):
            start(ticket, kind, target, why.cause, why.by)
    db.session.flush()
    db.session.expire(ticket, ["clocks"])
    refresh_next_due(ticket)


def _drop_others(ticket: Ticket, targets: dict[SlaTargetKind, SlaTarget], why: _Why) -> None:
    for row in _unmet(ticket):
        if row.kind not in targets and row.stopped_at is None:
            stop_one(row, why.cause, why.by, why.reason)
    refresh_next_due(ticket)


def _is_done(ticket: Ticket, kind: SlaTargetKind) -> bool:
    """What was done before anybody promised a time for it needs no clock."""
    done = {
        SlaTargetKind.ACKNOWLEDGE: ticket.acknowledged_at,
        SlaTargetKind.FIRST_RESPONSE: ticket.first_response_at,
    }
    return done.get(kind) is not None


def _take_target(row: Clock, target: SlaTarget, change: Change, why: _Why) -> None:
    offer = _Promise(row.ticket.created_at, target.minutes, newest(target.calendar))
    if row.stopped_at is None:
        note_if_late(row)
        _take(row, offer, change, why, news=offer_of(target))
    else:
        _take(row, offer, Change.BACK, why, news=offer_of(target))


def _take_hours(row: Clock, why: _Why) -> None:
    note_if_late(row)
    hours = _Promise(row.started_at, row.minutes, newest(row.calendar))
    _take(row, hours, Change.HOURS, why)


def _take(row: Clock, offer: _Promise, change: Change, why: _Why, news: dict[str, int] | None = None) -> None:
    """A paused clock is compared as if it ran on now. The promise is taken whole: a due time that does not follow
    from start, minutes and calendar would be lost at the next pause."""
    choice = choose(change, _dues(row, offer))
    with ledger.written(row, why.cause, why.by, why.reason) as after:
        if news is not None:
            after["offer"] = news
        if choice is Choice.KEPT:
            after["kept"] = True
        else:
            row.started_at = offer.start if choice is Choice.FROM_START else clock.now()
            row.minutes, row.calendar = offer.minutes, offer.calendar
        _run(row)


def _dues(row: Clock, offer: _Promise) -> Dues:
    calendar = business_calendar(offer.calendar)
    return Dues(
        old=due_of(row, business_calendar(row.calendar), row.started_at, row.minutes) or _NEVER,
        from_start=due_of(row, calendar, offer.start, offer.minutes) or _NEVER,
        from_now=due_of(row, calendar, clock.now(), offer.minutes) or _NEVER,
        now=clock.now(),
    )


def _run(row: Clock) -> None:
    if row.stopped_at is not None:
        row.stopped_at = None
        row.paused_at = clock.now() if row.ticket.status is TicketStatus.WAITING else None
    if row.paused_at is None:
        set_due(row)
