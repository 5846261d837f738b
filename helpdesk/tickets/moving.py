"""A ticket goes to another unit: that of a caller whom nobody knew, or one that was filed under the wrong one."""

from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Ticket, Unit, User
from helpdesk.models.codes import ClockCause, EventKind
from helpdesk.sla.retargeting import retarget
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.timeline import record


def move_ticket(ticket: Ticket, to: Unit, by: User) -> None:
    """The number stays, whatever municipality it names; the promised times become those of the new contract.

    Raises:
        NotAllowed: "not_staff".
        NotFound: the unit is switched off.
    """
    if not by.is_staff:
        raise NotAllowed("not_staff")
    if not to.active:
        raise NotFound("unit_not_found")
    hold_ticket(ticket)
    if ticket.unit_id == to.id:
        return
    before = ticket.unit
    if before.municipality_id != to.municipality_id:
        ticket.group_id = None
    ticket.unit, ticket.municipality = to, to.municipality
    db.session.flush()
    retarget(ticket, ClockCause.MOVED, of_user(by))
    names = {"from": before.name, "to": to.name}
    record(ticket, EventKind.MOVED, of_user(by), **names)
    db.session.add(AuditEntry(user_id=by.id, action="ticket_moved", subject=f"ticket:{ticket.id}", data=names))
