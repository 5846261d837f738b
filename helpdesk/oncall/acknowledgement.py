"""An administrator says "I have it": by SMS, keypress, page, link or API, all through here. The first wins."""

from dataclasses import dataclass

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification, Ticket, User
from helpdesk.models.codes import (
    OPEN_STATUSES,
    AckVia,
    AttemptState,
    Channel,
    EscalationState,
    EventKind,
    Lane,
    NotificationEvent,
    SlaTargetKind,
    TicketStatus,
)
from helpdesk.oncall import escalation as escalations
from helpdesk.oncall.people import address_of
from helpdesk.outbox import Letter
from helpdesk.sla import clock as sla
from helpdesk.tickets import tell
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.timeline import record
from helpdesk.transaction import changed_rows

NEVER_LEFT = (AttemptState.CANCELLED, AttemptState.EXPIRED, AttemptState.DUE, AttemptState.FAILED)


@dataclass(frozen=True)
class Acknowledged:
    """`holder` has the ticket; `is_first` says whether this very answer took it."""

    is_first: bool
    holder: User


def acknowledge(ticket: Ticket, by: User, via: AckVia) -> Acknowledged:
    """Take the ticket, if nobody has.

    1. take it by a conditional update, 2. end the alert and cancel what is pending, 3. meet the clock,
    4. tell those who were alerted and the reporter.

    Raises:
        NotAllowed: "not_open", when it was finished without anybody having taken it.
    """
    if not _take(ticket, by):
        if ticket.acknowledged_by is None:
            raise NotAllowed("not_open")
        _end_stray_alert(ticket, ticket.acknowledged_by, by)
        return Acknowledged(is_first=False, holder=ticket.acknowledged_by)
    alert = escalations.running(ticket)
    _end_alert(ticket, by, via)
    sla.meet(ticket, SlaTargetKind.ACKNOWLEDGE)
    record(ticket, EventKind.ACKNOWLEDGED, of_user(by), via=via.value)
    if alert is not None:
        _tell_others(ticket, alert, holder=by, answering=by)
    tell.reporter(ticket, NotificationEvent.TAKEN_REPORTER, key=f"taken:{ticket.acknowledged_at}", holder=by.name)
    return Acknowledged(is_first=True, holder=by)


def acknowledge_all(tickets: list[Ticket], by: User, via: AckVia) -> list[Acknowledged]:
    """Take them all, in the order given. First all tickets are locked and then all their alerts, each by its id:
    who takes some of the same at that moment, or reports what became of a message about several, does not wait for
    us crosswise."""
    ids = [ticket.id for ticket in tickets]
    rows = sa.select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id).execution_options(populate_existing=True)
    db.session.scalars(rows.with_for_update(key_share=True, of=Ticket)).all()
    alerts = sa.select(Escalation.id).where(Escalation.ticket_id.in_(ids), Escalation.state == EscalationState.OPEN)
    db.session.execute(alerts.order_by(Escalation.id).with_for_update())
    return [acknowledge(ticket, by, via) for ticket in tickets]


def pass_on(ticket: Ticket, by: User, via: AckVia) -> bool:
    """The alerted person cannot take it: whoever comes next is alerted. False if no alert is running."""
    running = escalations.hold_running(ticket)
    if running is None:
        return False
    record(ticket, EventKind.PASSED_ON, of_user(by), via=via.value)
    escalations.pass_by(running, by)
    return True


def _take(ticket: Ticket, by: User) -> bool:
    taken = changed_rows(
        sa.update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.acknowledged_at.is_(None), Ticket.status.in_(OPEN_STATUSES))
        .values(acknowledged_at=clock.now(), acknowledged_by_id=by.id)
    )
    db.session.refresh(ticket, with_for_update={"key_share": True, "of": Ticket})
    if taken != 1:
        return False
    if ticket.status is TicketStatus.NEW:
        ticket.status = TicketStatus.ACKNOWLEDGED
    if ticket.assignee_id is None:
        ticket.assignee = by
    return True


def _end_alert(ticket: Ticket, by: User, via: AckVia) -> None:
    changed_rows(
        sa.update(Escalation)
        .where(Escalation.ticket_id == ticket.id, Escalation.state == EscalationState.OPEN)
        .values(
            state=EscalationState.ACKNOWLEDGED,
            acknowledged_at=clock.now(),
            acknowledged_by_id=by.id,
            acknowledged_via=via,
            next_step_at=None,
        )
    )
    outbox.cancel_for_ticket(ticket.id, (NotificationEvent.ALERT, NotificationEvent.NEW_TICKET))


def _end_stray_alert(ticket: Ticket, holder: User, answering: User) -> None:
    """However it came about: an alert of a ticket that somebody has would ring on, whatever people answer."""
    alert = escalations.running(ticket)
    if alert is not None:
        escalations.end(ticket)
        _tell_others(ticket, alert, holder=holder, answering=answering)


def _tell_others(ticket: Ticket, alert: Escalation, *, holder: User, answering: User) -> None:
    """Everybody whose phone has rung or buzzed in this alert learns that the ticket is taken; who takes it or
    answers just now knows."""
    alerted = (
        sa.select(User)
        .join(Notification, Notification.user_id == User.id)
        .join(Attempt)
        .where(
            Notification.escalation_id == alert.id,
            Attempt.state.not_in(NEVER_LEFT),
            User.id.not_in([holder.id, answering.id]),
        )
        .distinct()
        .order_by(User.id)
    )
    for user in db.session.scalars(alerted):
        address = address_of(user, Channel.SMS)
        if address is None:
            continue
        outbox.enqueue(
            Letter(
                event=NotificationEvent.TAKEN,
                channel=Channel.SMS,
                address=address,
                dedupe_key=f"taken:{ticket.id}:{ticket.acknowledged_at}:{user.id}",
                locale=user.locale,
                lane=Lane.REPLY,
                user_id=user.id,
                ticket_id=ticket.id,
                params={"holder": holder.name},
            )
        )
