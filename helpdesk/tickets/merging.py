"""Two reports of one problem: the later one is closed and the matter goes on in the other."""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Ticket, User
from helpdesk.models.codes import ClockCause, EventKind, NotificationEvent, TicketStatus
from helpdesk.oncall import escalation, running_alerts
from helpdesk.sla import clock as sla
from helpdesk.tickets import tell
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.timeline import record


def merge(ticket: Ticket, number: str, by: User) -> Ticket:
    """Close `ticket` in favour of the one with that number, which is returned. Its clocks stop and never breach,
    its alert ends, the reporter is told where the matter goes on. What was merged into it before goes along.

    Raises:
        NotAllowed: "not_staff"; "not_open"; "merge_other" for a number of no other ticket of the municipality;
            "merge_merged" when that one was merged itself; "merge_silences" when nobody would be alerted any more
            of an urgent ticket that nobody has.
    """
    if not by.is_staff:
        raise NotAllowed("not_staff")
    into = _other(ticket, number)
    for each in sorted((ticket, into), key=lambda held: held.id):
        hold_ticket(each)
    _require_mergeable(ticket, into)
    sla.stop(ticket, ClockCause.MERGED, of_user(by), reason=into.number)
    escalation.end(ticket)
    now = clock.now()
    ticket.status, ticket.merged_into, ticket.closed_at = TicketStatus.CLOSED, into, now
    ticket.resolved_at = ticket.resolved_at or now
    record(ticket, EventKind.MERGED, of_user(by), into=into.number)
    record(into, EventKind.MERGED, of_user(by), **{"from": ticket.number})
    tell.reporter(ticket, NotificationEvent.MERGED, key=str(into.id), into=into.number)
    names = {"from": ticket.number, "to": into.number}
    db.session.add(AuditEntry(user_id=by.id, action="ticket_merged", subject=f"ticket:{ticket.id}", data=names))
    return into


def _other(ticket: Ticket, number: str) -> Ticket:
    same = (Ticket.number == number.strip().upper(), Ticket.municipality_id == ticket.municipality_id)
    found = db.session.scalar(sa.select(Ticket).where(*same, Ticket.id != ticket.id))
    if found is None:
        raise NotAllowed("merge_other")
    return found


def _require_mergeable(ticket: Ticket, into: Ticket) -> None:
    if not ticket.is_open:
        raise NotAllowed("not_open")
    if into.merged_into_id is not None:
        raise NotAllowed("merge_merged")
    if _nobody_has(ticket) and not _is_looked_after(into):
        raise NotAllowed("merge_silences")


def _nobody_has(ticket: Ticket) -> bool:
    return ticket.is_urgent and ticket.acknowledged_at is None


def _is_looked_after(into: Ticket) -> bool:
    """Somebody has it as urgent, or is being alerted of it."""
    is_alerted = into.acknowledged_at is not None or running_alerts.running(into) is not None
    return into.is_open and into.is_urgent and is_alerted
