"""What people write on a ticket."""

from collections.abc import Sequence

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Message, Ticket
from helpdesk.models.codes import EventKind, MessageKind, NotificationEvent, SlaTargetKind, TicketStatus
from helpdesk.sla import clock as sla
from helpdesk.tickets import lifecycle, tell
from helpdesk.tickets.actor import Actor, of_reporter
from helpdesk.tickets.attachments import StoredFile, attach
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.timeline import record


def reply(ticket: Ticket, by: Actor, body: str, uploads: Sequence[StoredFile] = ()) -> Message:
    """A public answer of staff: the first response; it takes a ticket that nobody has.

    Raises:
        NotAllowed: "not_open".
    """
    if not ticket.is_open:
        raise NotAllowed("not_open")
    message = _add(ticket, by, body, MessageKind.PUBLIC)
    attach(ticket, uploads, by, message)
    lifecycle.take_if_nobody_has(ticket, by)
    if ticket.first_response_at is None:
        ticket.first_response_at = clock.now()
    sla.meet(ticket, SlaTargetKind.FIRST_RESPONSE, by)
    if ticket.status in (TicketStatus.NEW, TicketStatus.ACKNOWLEDGED):
        ticket.status = TicketStatus.IN_PROGRESS
    record(ticket, EventKind.REPLIED, by, message_id=message.id)
    tell.reporter(ticket, NotificationEvent.REPLY, key=str(message.id), message_id=message.id)
    tell.participants(ticket, NotificationEvent.REPLY, key=str(message.id), message_id=message.id)
    return message


def write_as_reporter(
    ticket: Ticket, body: str, uploads: Sequence[StoredFile] = (), *, by: Actor | None = None
) -> Message:
    """The reporter answers or adds pictures, or somebody else on their side (`by`); a ticket that waited for it
    goes on, a resolved one is reopened. Of a merged ticket: in the one where the matter goes on."""
    by, ticket = by or of_reporter(ticket), ticket.survivor
    hold_ticket(ticket)
    holder = ticket.assignee
    message = _add(ticket, by, body, MessageKind.PUBLIC)
    attach(ticket, uploads, by, message)
    record(ticket, EventKind.REPORTER_WROTE, by, message_id=message.id)
    if ticket.status is TicketStatus.WAITING:
        lifecycle.resume(ticket, by)
    elif not ticket.is_open:
        lifecycle.reopen(ticket, by)
    if holder is not None:
        tell.staff(ticket, holder, NotificationEvent.REPORTER_WROTE, key=str(message.id), message_id=message.id)
    return message


def write_thanks(ticket: Ticket, by: Actor, body: str) -> Message:
    """Politeness after the end: it is kept, and nothing is reopened."""
    message = _add(ticket, by, body, MessageKind.PUBLIC)
    record(ticket, EventKind.REPORTER_WROTE, by, message_id=message.id)
    return message


def add_note(ticket: Ticket, by: Actor, body: str) -> Message:
    """An internal note; the reporter never sees it."""
    message = _add(ticket, by, body, MessageKind.INTERNAL)
    record(ticket, EventKind.NOTED, by, message_id=message.id)
    return message


def _add(ticket: Ticket, by: Actor, body: str, kind: MessageKind) -> Message:
    message = Message(
        ticket=ticket,
        at=clock.now(),
        kind=kind,
        author_id=by.user_id,
        author_name=by.name,
        from_reporter=by.is_reporter,
        body=body,
    )
    db.session.add(message)
    db.session.flush()
    return message
