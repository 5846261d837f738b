"""Open a ticket: one transaction that holds all that follows from it, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from helpdesk.errors import NoContract
from helpdesk.extensions import db
from helpdesk.models import Municipality, Ticket, Unit
from helpdesk.models.codes import Category, EventKind, NotificationEvent, Priority, TicketSource
from helpdesk.oncall.escalation import open_escalation
from helpdesk.sla.clock import start_clocks
from helpdesk.sla.promises import valid_contract
from helpdesk.tickets import tell
from helpdesk.tickets.actor import of_reporter
from helpdesk.tickets.attachments import StoredFile, attach
from helpdesk.tickets.numbering import next_number
from helpdesk.tickets.timeline import record


@dataclass(frozen=True)
class Reporter:
    """`phone` is E.164 or empty."""

    name: str
    phone: str = ""
    email: str = ""
    user_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TicketDraft:
    """What somebody filed, checked. `submission_key` is the same for every click on the same form."""

    unit: Unit
    category: Category
    priority: Priority
    summary: str
    reporter: Reporter
    description: str = ""
    post_url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    case_number: str = ""
    locale: str = "pl"
    source: TicketSource = TicketSource.FORM
    submission_key: str | None = None
    group_id: int | None = None
    uploads: Sequence[StoredFile] = ()


def open_ticket(draft: TicketDraft) -> Ticket:
    """The new ticket, with its first event, clocks, alert or notices, and the reporter's receipt.

    The same `submission_key` gives the ticket that it made before.

    Raises:
        NoContract: the unit's municipality has no valid contract.
    """
    _one_at_a_time(draft.unit)
    known = _known(draft.submission_key)
    if known is not None:
        return known
    if valid_contract(draft.unit.municipality_id) is None:
        raise NoContract
    ticket = write_ticket(draft)
    if ticket.is_urgent:
        open_escalation(ticket)
    else:
        tell.administrators_of_new(ticket)
    tell.reporter(ticket, NotificationEvent.RECEIPT, key="opened")
    return ticket


def write_ticket(draft: TicketDraft) -> Ticket:
    """The ticket with its first event and its clocks; nobody is told of it, which is left to the caller."""
    ticket = _write(draft)
    record(ticket, EventKind.OPENED, of_reporter(ticket), source=draft.source.value)
    attach(ticket, draft.uploads, of_reporter(ticket))
    start_clocks(ticket)
    return ticket


def _one_at_a_time(unit: Unit) -> None:
    """Two clicks at the same moment: the second waits here until it can see the ticket of the first. Numbers are
    counted per municipality, so its tickets are opened one after another anyway."""
    query = sa.select(Municipality.id).where(Municipality.id == unit.municipality_id)
    db.session.execute(query.with_for_update(key_share=True))


def _known(submission_key: str | None) -> Ticket | None:
    if submission_key is None:
        return None
    return db.session.scalar(sa.select(Ticket).filter_by(submission_key=submission_key))


def _write(draft: TicketDraft) -> Ticket:
    ticket = Ticket(
        number=next_number(draft.unit.municipality),
        municipality_id=draft.unit.municipality_id,
        unit=draft.unit,
        group_id=draft.group_id,
        category=draft.category,
        priority=draft.priority,
        source=draft.source,
        summary=draft.summary,
        description=draft.description,
        post_url=draft.post_url,
        answers=draft.answers,
        case_number=draft.case_number,
        reporter_user_id=draft.reporter.user_id,
        reporter_name=draft.reporter.name,
        reporter_phone=draft.reporter.phone,
        reporter_email=draft.reporter.email,
        locale=draft.locale,
        submission_key=draft.submission_key,
    )
    db.session.add(ticket)
    db.session.flush()
    return ticket
