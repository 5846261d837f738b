"""Whoever took an urgent ticket and writes nothing on it for long is asked once whether they still have it. Without
an answer, or with "2", it is given back: nobody has it, and the alert begins anew."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Escalation, Ticket, TimelineEvent, User
from helpdesk.models.codes import Channel, EventKind, Lane, NotificationEvent, TicketStatus
from helpdesk.oncall import escalation as escalations
from helpdesk.oncall.people import address_of
from helpdesk.outbox import Letter
from helpdesk.sla import clock as sla
from helpdesk.tickets.actor import SYSTEM, Actor, of_user
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.timeline import record

ANSWER_WITHIN = timedelta(minutes=10)
# What shows that somebody is at it.
WORK = (
    EventKind.ACKNOWLEDGED,
    EventKind.STILL_HELD,
    EventKind.HANDED_OVER,
    EventKind.REPLIED,
    EventKind.NOTED,
    EventKind.ASSIGNED,
    EventKind.PRIORITY_CHANGED,
    EventKind.WAITING,
    EventKind.RESUMED,
    EventKind.REOPENED,
)


def due(limit: int = 50) -> list[int]:
    """Ids of the alerts whose holder must be looked after now, the longest overdue first."""
    query = (
        sa.select(Escalation.id)
        .where(Escalation.ask_again_at <= clock.now())
        .order_by(Escalation.ask_again_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def look_after(alert_id: int) -> None:
    """1. nothing to ask where nobody has to do anything, 2. work restarts the time, 3. ask, 4. or give back what
    was asked in vain."""
    alert = _held(alert_id)
    if alert is None:
        return
    ticket, now = alert.ticket, clock.now()
    holder = holder_of(ticket)
    if holder is None or not ticket.is_open or not ticket.is_urgent or _is_superseded(alert):
        alert.ask_again_at = alert.asked_again_at = None
        return
    again = timedelta(minutes=alert.ack_minutes or 0)
    worked = now if ticket.status is TicketStatus.WAITING else _last_work(ticket) or ticket.created_at
    if worked + again > now or (alert.asked_again_at is not None and worked > alert.asked_again_at):
        alert.asked_again_at, alert.ask_again_at = None, max(worked + again, now + timedelta(minutes=1))
    elif alert.asked_again_at is None:
        _ask(alert, holder)
    else:
        _give_back(alert, holder, by=None)


def holder_of(ticket: Ticket) -> User | None:
    """Who must answer for the ticket."""
    return (ticket.assignee or ticket.acknowledged_by) if ticket.acknowledged_at is not None else None


def confirm(ticket: Ticket, by: User) -> bool:
    """The holder still has it: the time starts anew. False if they were not asked."""
    alert = _asked(ticket, by)
    if alert is None:
        return False
    alert.asked_again_at = None
    alert.ask_again_at = clock.now() + timedelta(minutes=alert.ack_minutes or 0)
    outbox.cancel_for_ticket(ticket.id, (NotificationEvent.STILL_YOURS,))
    record(ticket, EventKind.STILL_HELD, of_user(by))
    return True


def give_back(ticket: Ticket, by: User) -> bool:
    """The holder, who was asked, gives it back. False if they were not asked. The ticket is locked."""
    alert = _asked(ticket, by)
    if alert is None:
        return False
    _give_back(alert, by, by=by)
    return True


def is_asked(ticket: Ticket, user: User) -> bool:
    return _asked(ticket, user) is not None


def _held(alert_id: int) -> Escalation | None:
    """The alert, if it still is due; the ticket is locked first, as whoever answers locks it."""
    alert = db.session.get_one(Escalation, alert_id)
    hold_ticket(alert.ticket)
    db.session.refresh(alert, with_for_update={"of": Escalation})
    is_due = alert.ask_again_at is not None and alert.ask_again_at <= clock.now()
    return alert if is_due else None


def _asked(ticket: Ticket, user: User) -> Escalation | None:
    """The alert whose holder was asked, if there still is something to ask."""
    holder = holder_of(ticket)
    if holder is None or holder.id != user.id or not ticket.is_open or not ticket.is_urgent:
        return None
    query = sa.select(Escalation).where(Escalation.ticket_id == ticket.id, Escalation.asked_again_at.is_not(None))
    return db.session.scalar(query.order_by(Escalation.id.desc()).limit(1))


def _is_superseded(alert: Escalation) -> bool:
    """Another alert of the ticket began later and has a time of its own."""
    newer = sa.exists().where(Escalation.ticket_id == alert.ticket_id, Escalation.id > alert.id)
    return bool(db.session.scalar(sa.select(newer)))


def _last_work(ticket: Ticket) -> datetime | None:
    """What the house itself notes (a message on the line) is none."""
    query = sa.select(TimelineEvent.at).where(
        TimelineEvent.ticket_id == ticket.id,
        TimelineEvent.kind.in_(WORK),
        TimelineEvent.actor_id.is_not(None),
    )
    return db.session.scalar(query.order_by(TimelineEvent.id.desc()).limit(1))


def _ask(alert: Escalation, holder: User) -> None:
    now, ticket = clock.now(), alert.ticket
    alert.asked_again_at, alert.ask_again_at = now, now + ANSWER_WITHIN
    record(ticket, EventKind.ASKED_AGAIN, SYSTEM, name=holder.name)
    for channel in (Channel.SMS, Channel.EMAIL):
        if address := address_of(holder, channel):
            outbox.enqueue(
                Letter(
                    event=NotificationEvent.STILL_YOURS,
                    channel=channel,
                    address=address,
                    dedupe_key=f"still:{alert.id}:{now.timestamp():.0f}:{holder.id}:{channel}",
                    locale=holder.locale,
                    lane=Lane.REPLY,
                    user_id=holder.id,
                    ticket_id=ticket.id,
                    expires_at=now + ANSWER_WITHIN,
                )
            )


def alert_anew(ticket: Ticket, by: Actor, first_at: datetime | None = None) -> None:
    """The reporter says that a ticket which somebody took as a normal one is urgent: nobody has said yes to that,
    and whoever has it may be asleep. It is nobody's, and the alert begins (its first step at `first_at`)."""
    holder = holder_of(ticket)
    if holder is not None:
        _look_for_somebody(ticket, holder, by, "raised", first_at)


def _give_back(alert: Escalation, holder: User, *, by: User | None) -> None:
    """Whoever gives it back is left alone in the first round."""
    alert.ask_again_at = alert.asked_again_at = None
    reason = "given_back" if by else "no_answer"
    _look_for_somebody(alert.ticket, holder, of_user(by) if by else SYSTEM, reason)


def _look_for_somebody(
    ticket: Ticket, holder: User, by: Actor, reason: str, first_at: datetime | None = None
) -> None:
    """What was promised and kept stays so, what still is runs on."""
    escalations.end(ticket)
    record(ticket, EventKind.ACK_EXPIRED, by, name=holder.name, reason=reason)
    sla.resume(ticket, by)
    ticket.status = TicketStatus.NEW
    ticket.acknowledged_at = ticket.acknowledged_by = ticket.assignee = None
    db.session.flush()
    escalations.open_escalation(ticket, first_at)
