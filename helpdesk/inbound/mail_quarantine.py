"""Mails that wait for a manager, and what the manager decides."""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.inbound.mail import InboundMail, read_message
from helpdesk.inbound.mail_arrival import Arrival
from helpdesk.inbound.mail_places import unit_for
from helpdesk.inbound.mail_thread import find_any_thread
from helpdesk.inbound.mail_writing import open_by_mail, write
from helpdesk.models import AuditEntry, Ticket, Unit, User
from helpdesk.models import InboundMail as Row
from helpdesk.models.codes import MailState, RoleName
from helpdesk.tickets.attachments import mail_file
from helpdesk.tickets.members import invite
from helpdesk.users import person_with_address, require_manager

PAGE_SIZE = 50
WAITING = (MailState.HELD, MailState.BROKEN)
# Written out, not bound: PostgreSQL's plan for any value could not use the index.
IS_WAITING = sa.text("inbound_mail.state IN ('held', 'broken')")


def waiting_page(after: int = 0) -> list[Row]:
    """Those that wait, oldest first, beginning after that id; one more than a page holds, if there are more."""
    query = sa.select(Row).where(IS_WAITING, Row.id > after).order_by(Row.id).limit(PAGE_SIZE + 1)
    return list(db.session.scalars(query))


def count_waiting() -> dict[MailState, int]:
    query = sa.select(Row.state, sa.func.count(Row.id)).where(IS_WAITING).group_by(Row.state)
    return dict(db.session.execute(query).tuples().all())


def count_broken() -> dict[str, int]:
    """By the address of the mailbox that they were found in."""
    query = sa.select(Row.mailbox, sa.func.count(Row.id)).where(IS_WAITING, Row.state == MailState.BROKEN)
    return dict(db.session.execute(query.group_by(Row.mailbox)).tuples().all())


def mails_of(ticket: Ticket) -> list[Row]:
    """In the order in which they came."""
    return list(db.session.scalars(sa.select(Row).filter_by(ticket_id=ticket.id).order_by(Row.id)))


def find_mail(mail_id: int, reader: User) -> Row:
    """Of a ticket for all staff; of none for managers.

    Raises:
        NotFound: there is none, or not for this reader.
    """
    row = db.session.get(Row, mail_id)
    if row is None or not (reader.is_a(RoleName.MANAGER) or (reader.is_staff and row.ticket_id is not None)):
        raise NotFound("not_found")
    return row


def original(row: Row) -> InboundMail:
    """Raises NotFound: the file is gone from the disk."""
    return read_message(mail_file(row).read_bytes())


def belongs_somewhere(row: Row) -> bool:
    """It can be accepted as it is: it answers a ticket, or its sender has a unit."""
    arrival = Arrival(original(row), row, person_with_address(row.sender))
    return unit_for(row, arrival.user) is not None or find_any_thread(arrival) is not None


def accept(row: Row, by: User, unit: Unit | None = None) -> Ticket:
    """Into its ticket, or a new one; its sender speaks for the `unit` from now on, if one is given.

    Raises:
        NotAllowed: "not_manager", "decided", "no_unit", "switched_off" (the sender's account), "is_of_staff".
        NoContract: the unit's municipality has no valid contract.
        HelpdeskError: "not_an_email".
    """
    _hold(row, by, MailState.HELD)
    if unit is not None:
        _remember(row, by, unit)
    arrival = Arrival(original(row), row, person_with_address(row.sender))
    match = find_any_thread(arrival)
    unit = unit or unit_for(row, arrival.user)
    if match is not None:
        write(arrival, match)
    elif arrival.user is None or unit is None:
        raise NotAllowed("no_unit")
    else:
        open_by_mail(arrival, arrival.user, unit)
    _decide(row, by, MailState.TAKEN, "mail_accepted")
    assert row.ticket is not None
    return row.ticket


def refuse(row: Row, by: User) -> None:
    """It stays stored, and nobody is told.

    Raises:
        NotAllowed: "not_manager", "decided".
    """
    _hold(row, by, *WAITING)
    _decide(row, by, MailState.REFUSED, "mail_refused")


def _hold(row: Row, by: User, *states: MailState) -> None:
    """Two managers, or two clicks: the first decides."""
    require_manager(by)
    db.session.refresh(row, with_for_update={"of": Row})
    if row.state not in states:
        raise NotAllowed("decided")


def _remember(row: Row, by: User, unit: Unit) -> None:
    known = person_with_address(row.sender)
    if known is not None and known.is_staff:
        raise NotAllowed("is_of_staff")
    email = known.email if known else row.sender
    person = invite(unit, name=row.sender_name or row.sender, email=email, phone="", by=by)
    if not person.active:
        raise NotAllowed("switched_off")


def _decide(row: Row, by: User, state: MailState, action: str) -> None:
    row.state, row.decided_at, row.decided_by = state, clock.now(), by
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=f"mail:{row.id}", data={"sender": row.sender}))
