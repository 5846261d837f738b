"""How a ticket goes from hand to hand and from state to state."""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Message, Ticket, User
from helpdesk.models.codes import (
    AckVia,
    Category,
    ClockCause,
    EventKind,
    NotificationEvent,
    Priority,
    SlaTargetKind,
    TicketStatus,
)
from helpdesk.oncall import escalation, expiry
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.sla import clock as sla
from helpdesk.sla.retargeting import retarget
from helpdesk.tickets import tell
from helpdesk.tickets.actor import SYSTEM, Actor
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.timeline import record
from helpdesk.transaction import changed_rows

CLOSED_AFTER = timedelta(days=14)


def assign(ticket: Ticket, to: User, by: Actor) -> None:
    """Hand the ticket to an administrator, who is told.

    Raises:
        NotAllowed: "not_open", or "not_staff" when `to` is none.
    """
    _require_open(ticket)
    if not to.is_staff:
        raise NotAllowed("not_staff")
    if ticket.assignee_id == to.id:
        return
    ticket.assignee = to
    event = record(ticket, EventKind.ASSIGNED, by, to=to.name)
    if to.id != by.user_id:
        tell.staff(ticket, to, NotificationEvent.ASSIGNED, key=str(event.at), by=by.name)


def change_priority(ticket: Ticket, to: Priority, by: Actor, reason: str = "") -> None:
    """Urgent starts the alert, unless staff says so of a ticket that somebody has; normal ends it, with a reason.

    Raises:
        NotAllowed: "not_open" or "reason_required".
    """
    hold_ticket(ticket)
    _require_open(ticket)
    if ticket.priority is to:
        return
    if to is Priority.NORMAL and not reason.strip():
        raise NotAllowed("reason_required")
    before, ticket.priority = ticket.priority, to
    event = record(
        ticket, EventKind.PRIORITY_CHANGED, by, **{"from": before.value, "to": to.value, "reason": reason}
    )
    retarget(ticket, ClockCause.PRIORITY, by, reason)
    if to is Priority.NORMAL:
        _calm_down(ticket, key=str(event.at), reason=reason)
    elif ticket.acknowledged_at is None:
        escalation.open_escalation(ticket)
    elif by.is_reporter:
        expiry.alert_anew(ticket, by)


def change_category(ticket: Ticket, to: Category, by: Actor) -> None:
    """The promised times become those of the other category.

    Raises:
        NotAllowed: "not_open", or "not_staff".
    """
    hold_ticket(ticket)
    _require_open(ticket)
    if by.is_reporter:
        raise NotAllowed("not_staff")
    if ticket.category is to:
        return
    before, ticket.category = ticket.category, to
    codes = {"from": before.value, "to": to.value}
    record(ticket, EventKind.CATEGORY_CHANGED, by, **codes)
    retarget(ticket, ClockCause.CATEGORY, by)
    audited = {"user_id": by.user_id, "action": "category_changed", "subject": f"ticket:{ticket.id}"}
    db.session.add(AuditEntry(**audited, data=codes))


def wait_for_unit(ticket: Ticket, by: Actor) -> None:
    """The unit owes an answer: the clocks pause. The question itself is a reply.

    Raises:
        NotAllowed: "not_open".
    """
    _require_open(ticket)
    take_if_nobody_has(ticket, by)
    if ticket.status is TicketStatus.WAITING:
        return
    ticket.status = TicketStatus.WAITING
    sla.pause(ticket, by)
    record(ticket, EventKind.WAITING, by)


def resume(ticket: Ticket, by: Actor) -> None:
    """The clocks run on.

    Raises:
        NotAllowed: "not_waiting".
    """
    if ticket.status is not TicketStatus.WAITING:
        raise NotAllowed("not_waiting")
    ticket.status = TicketStatus.IN_PROGRESS
    sla.resume(ticket, by)
    record(ticket, EventKind.RESUMED, by)


def resolve(ticket: Ticket, by: Actor, *, closing: Message | None = None) -> None:
    """Done. The alert ends, the reporter is told and may reopen. The reply that carries the `closing` words says
    so itself: nobody gets two messages about one click.

    Raises:
        NotAllowed: "not_open".
    """
    _require_open(ticket)
    take_if_nobody_has(ticket, by)
    sla.resume(ticket, by)
    ticket.status, ticket.resolved_at = TicketStatus.RESOLVED, clock.now()
    sla.meet(ticket, SlaTargetKind.ACKNOWLEDGE, by)
    sla.meet(ticket, SlaTargetKind.FIRST_RESPONSE, by)
    sla.meet(ticket, SlaTargetKind.RESOLVE, by)
    escalation.end(ticket)
    record(ticket, EventKind.RESOLVED, by)
    if closing is None:
        tell.reporter(ticket, NotificationEvent.RESOLVED, key=str(ticket.resolved_at))


def reopen(ticket: Ticket, by: Actor, reason: str = "") -> None:
    """It was not done. An urgent one alerts again: nobody may be left to notice it by chance.

    Raises:
        NotAllowed: "not_finished" or "merged".
    """
    hold_ticket(ticket)
    if ticket.merged_into_id is not None:
        raise NotAllowed("merged")
    if ticket.is_open:
        raise NotAllowed("not_finished")
    ticket.status = TicketStatus.IN_PROGRESS
    ticket.resolved_at = ticket.closed_at = None
    ticket.reopened_count += 1
    sla.run_again(ticket, by, reason)
    record(ticket, EventKind.REOPENED, by, reason=reason)
    if ticket.is_urgent and by.is_reporter:
        _alert_again(ticket)
    elif ticket.assignee is not None and ticket.assignee_id != by.user_id:
        tell.staff(ticket, ticket.assignee, NotificationEvent.REOPENED, key=str(ticket.reopened_count))


def resolved_long_ago(limit: int = 200) -> list[int]:
    """Ids of tickets that were resolved so long ago that nobody will reopen them in a hurry."""
    query = (
        sa.select(Ticket.id)
        .where(Ticket.status == TicketStatus.RESOLVED, Ticket.resolved_at < clock.now() - CLOSED_AFTER)
        .order_by(Ticket.resolved_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def close(ticket_id: int) -> None:
    """Final, unless it is reopened; nobody is told. Conditional: another scheduler may be closing it at this
    moment, or its reporter reopening it."""
    closed = changed_rows(
        sa.update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.status == TicketStatus.RESOLVED)
        .values(status=TicketStatus.CLOSED, closed_at=clock.now())
    )
    if closed == 1:
        record(db.session.get_one(Ticket, ticket_id), EventKind.CLOSED, SYSTEM)


def take_if_nobody_has(ticket: Ticket, by: Actor) -> None:
    """Whoever of the staff acts on a ticket has it."""
    if ticket.acknowledged_at is None and by.user_id is not None and not by.is_reporter:
        user = db.session.get(User, by.user_id)
        if user is not None:
            acknowledge(ticket, user, AckVia.PAGE)


def _alert_again(ticket: Ticket) -> None:
    ticket.status = TicketStatus.NEW
    ticket.acknowledged_at = ticket.acknowledged_by = ticket.assignee = None
    db.session.flush()
    escalation.open_escalation(ticket)


def _calm_down(ticket: Ticket, *, key: str, reason: str) -> None:
    escalation.end(ticket)
    tell.reporter(ticket, NotificationEvent.PRIORITY_LOWERED, key=key, reason=reason)
    if ticket.acknowledged_at is None:
        tell.administrators_of_new(ticket)


def _require_open(ticket: Ticket) -> None:
    if not ticket.is_open:
        raise NotAllowed("not_open")
