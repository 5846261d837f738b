"""An administrator says "I have it": by SMS, keypress, page, link or API, all through here. The first wins."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification, Ticket, User
from helpdesk.models.codes import (
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
from helpdesk.oncall import in_vain, running_alerts
from helpdesk.oncall.expiry import confirm, give_back
from helpdesk.oncall.further_people import goes_on, have_it, more_wanted, note_yes
from helpdesk.oncall.people import address_of
from helpdesk.outbox import Letter
from helpdesk.sla import clock as sla
from helpdesk.tickets import tell
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.timeline import record
from helpdesk.transaction import changed_rows
from helpdesk.users import require_manager

NEVER_LEFT = (AttemptState.CANCELLED, AttemptState.EXPIRED, AttemptState.DUE, AttemptState.FAILED)


@dataclass(frozen=True)
class Acknowledged:
    """`holder` has the ticket; `is_first` says whether this very answer took it. Where several people must take it,
    `is_helping`: whoever answered is one of them besides the holder; `more` are still being looked for."""

    is_first: bool
    holder: User
    is_helping: bool = False
    more: int = 0


def acknowledge(ticket: Ticket, by: User, via: AckVia) -> Acknowledged:
    """Take the ticket, if nobody has; or join in, where the alert wants several people.

    1. lock and take it, 2. end the alert and cancel what is pending, unless more people are wanted,
    3. meet the clock, 4. tell those who were alerted and the reporter.

    Raises:
        NotAllowed: "not_open", when it was finished without anybody having taken it.
    """
    if not _take(ticket, by):
        if ticket.acknowledged_by is None:
            raise NotAllowed("not_open")
        return _answer_late(ticket, ticket.acknowledged_by, by, via)
    alert = running_alerts.running(ticket)
    more = _settle(ticket, alert, by, via)
    sla.meet(ticket, SlaTargetKind.ACKNOWLEDGE, of_user(by))
    record(ticket, EventKind.ACKNOWLEDGED, of_user(by), via=via.value, **({"more": more} if more else {}))
    if alert is not None and not more:
        _tell_others(ticket, alert, {by.id}, holder=by)
    _tell_reporter(ticket, by)
    return Acknowledged(is_first=True, holder=by, more=more)


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
    """The alerted person cannot take it: whoever comes next is alerted. Who has it and is asked whether they still
    do gives it back. False if no alert is running, or if they have taken it. The ticket is locked before its alert,
    as whoever takes it locks them."""
    hold_ticket(ticket)
    running = running_alerts.hold_running(ticket)
    if running is None or (goes_on(running) and by.id in have_it(running)):
        return give_back(ticket, by)
    record(ticket, EventKind.PASSED_ON, of_user(by), via=via.value)
    in_vain.pass_by(running, by)
    return True


def _take(ticket: Ticket, by: User) -> bool:
    """Locked before it is looked at: somebody else may be taking it, or it may just be given back."""
    hold_ticket(ticket)
    if ticket.acknowledged_at is not None or not ticket.is_open:
        return False
    ticket.acknowledged_at, ticket.acknowledged_by = clock.now(), by
    if ticket.status is TicketStatus.NEW:
        ticket.status = TicketStatus.ACKNOWLEDGED
    if ticket.assignee_id is None:
        ticket.assignee = by
    db.session.flush()
    return True


def enough(ticket: Ticket, by: User) -> None:
    """A manager says that whoever has the ticket is enough: the alert for further people ends.

    Raises:
        NotAllowed: "not_manager", or "no_further" when no further people are being looked for.
    """
    require_manager(by)
    hold_ticket(ticket)
    alert, holder = running_alerts.hold_running(ticket), ticket.acknowledged_by
    if alert is None or holder is None or alert.acks_wanted == 1:
        raise NotAllowed("no_further")
    _end_alert(ticket, alert, holder, AckVia.PAGE)
    record(ticket, EventKind.ENOUGH, of_user(by))
    _tell_others(ticket, alert, have_it(alert) | {by.id}, holder=holder)


def _settle(ticket: Ticket, alert: Escalation | None, by: User, via: AckVia) -> int:
    """End the alert, unless it wants more people; how many."""
    held = running_alerts.hold_running(ticket) if alert is not None and alert.acks_wanted > 1 else None
    more = note_yes(held, by, via) if held is not None else 0
    if held is None or not more:
        _end_alert(ticket, alert, by, via)
        return 0
    held.ask_again_at = _asks_again(held) if held.ack_minutes else None
    outbox.cancel_for_ticket(ticket.id, (NotificationEvent.NEW_TICKET,))
    in_vain.pass_by(held, by)
    return more


def _asks_again(alert: Escalation) -> datetime:
    """When whoever takes it now is asked whether they still have it, if they write nothing."""
    return clock.now() + timedelta(minutes=alert.ack_minutes or 0)


def _answer_late(ticket: Ticket, holder: User, by: User, via: AckVia) -> Acknowledged:
    """Somebody has the ticket: the answer counts where one more person is wanted, else it ends what rings on."""
    is_confirmed = confirm(ticket, by)
    alert = running_alerts.running(ticket)
    if alert is None or is_confirmed:
        return Acknowledged(is_first=False, holder=by if is_confirmed else holder)
    if not goes_on(alert):
        escalations.end(ticket)
        _tell_others(ticket, alert, {holder.id, by.id}, holder=holder)
        return Acknowledged(is_first=False, holder=holder)
    together = _take_over if alert.handed_over_by_id is not None else _join
    return together(ticket, alert, holder, by, via)


def _join(ticket: Ticket, alert: Escalation, holder: User, by: User, via: AckVia) -> Acknowledged:
    if by.id in have_it(alert):
        return Acknowledged(is_first=False, holder=holder, is_helping=by.id != holder.id, more=more_wanted(alert))
    more = _settle(ticket, alert, by, via)
    record(ticket, EventKind.ACKNOWLEDGED, of_user(by), via=via.value, with_holder=holder.name, more=more)
    if not more:
        _tell_others(ticket, alert, have_it(alert), holder=holder)
    return Acknowledged(is_first=False, holder=holder, is_helping=True, more=more)


def _take_over(ticket: Ticket, alert: Escalation, former: User, by: User, via: AckVia) -> Acknowledged:
    """The ticket goes from hand to hand; its former holder is told. Their own "1" keeps it."""
    if by.id == former.id:
        return _keep(ticket, alert, by, via)
    ticket.acknowledged_at, ticket.acknowledged_by, ticket.assignee = clock.now(), by, by
    db.session.flush()
    more = _settle(ticket, alert, by, via)
    record(ticket, EventKind.ACKNOWLEDGED, of_user(by), via=via.value, **({"more": more} if more else {}))
    _tell_taken(ticket, alert, former, holder=by)
    if more:
        alert.handed_over_by_id = None  # it looks for further people now
    else:
        _tell_others(ticket, alert, {by.id, former.id}, holder=by)
    _tell_reporter(ticket, by)
    return Acknowledged(is_first=True, holder=by, more=more)


def _keep(ticket: Ticket, alert: Escalation, by: User, via: AckVia) -> Acknowledged:
    """Whoever handed it over has it after all; the alert goes on where it wants more people."""
    more = _settle(ticket, alert, by, via)
    record(ticket, EventKind.STILL_HELD, of_user(by))
    if more:
        alert.handed_over_by_id = None
    else:
        _tell_others(ticket, alert, {by.id}, holder=by)
    return Acknowledged(is_first=False, holder=by, more=more)


def _tell_reporter(ticket: Ticket, holder: User) -> None:
    key = f"taken:{ticket.acknowledged_at}"
    tell.reporter(ticket, NotificationEvent.TAKEN_REPORTER, key=key, holder=holder.name)


def _end_alert(ticket: Ticket, alert: Escalation | None, by: User, via: AckVia) -> None:
    times = {"ask_again_at": _asks_again(alert)} if alert is not None and alert.ack_minutes else {}
    changed_rows(
        sa.update(Escalation)
        .where(Escalation.ticket_id == ticket.id, Escalation.state == EscalationState.OPEN)
        .values(
            state=EscalationState.ACKNOWLEDGED,
            acknowledged_at=clock.now(),
            acknowledged_by_id=by.id,
            acknowledged_via=via,
            next_step_at=None,
            **times,
        )
    )
    outbox.cancel_for_ticket(ticket.id, (NotificationEvent.ALERT, NotificationEvent.NEW_TICKET))


def _tell_others(ticket: Ticket, alert: Escalation, know: set[int], *, holder: User) -> None:
    """Everybody whose phone has rung or buzzed in this alert learns that the ticket is taken; `know`: ids of those
    who took it or answer just now."""
    alerted = (
        sa.select(User)
        .join(Notification, Notification.user_id == User.id)
        .join(Attempt)
        .where(
            Notification.escalation_id == alert.id,
            Attempt.state.not_in(NEVER_LEFT),
            User.id.not_in(know),
        )
        .distinct()
        .order_by(User.id)
    )
    for user in db.session.scalars(alerted):
        _tell_taken(ticket, alert, user, holder=holder)


def _tell_taken(ticket: Ticket, alert: Escalation, user: User, *, holder: User) -> None:
    address = address_of(user, Channel.SMS)
    if address is None:
        return
    outbox.enqueue(
        Letter(
            event=NotificationEvent.TAKEN,
            channel=Channel.SMS,
            address=address,
            dedupe_key=f"taken:{ticket.id}:{alert.id}:{ticket.acknowledged_at}:{user.id}",
            locale=user.locale,
            lane=Lane.REPLY,
            user_id=user.id,
            ticket_id=ticket.id,
            params={"holder": holder.name},
        )
    )
