"""People in copy: who beside the reporter is written to about a ticket, and may answer.

A known person of the unit, who may see the ticket anyway, is in at once; an address that we do not know is offered
to staff and gets nothing until they say yes. Whoever was taken off stays off, however often a mail names them.
"""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import Participant, Ticket, User
from helpdesk.models.codes import ContactKind, EventKind, ParticipantState
from helpdesk.tickets.access import can_see
from helpdesk.tickets.actor import SYSTEM, Actor, of_user
from helpdesk.tickets.timeline import record
from helpdesk.users import person_with_address

MOST = 20  # of one ticket: a mail to a whole town is no conversation


def participants_of(ticket: Ticket, *states: ParticipantState) -> list[Participant]:
    """In those states, in the order in which they came."""
    query = sa.select(Participant).where(Participant.ticket_id == ticket.id, Participant.state.in_(states))
    return list(db.session.scalars(query.order_by(Participant.id)))


def people_in_copy(ticket: Ticket) -> list[Participant]:
    return participants_of(ticket, ParticipantState.IN)


def is_participant(ticket: Ticket, address: str) -> bool:
    found = _known(ticket, address)
    return found is not None and found.state is ParticipantState.IN


def takes_part(user: User, ticket: Ticket) -> bool:
    """They may see it, or filed it or are in copy of it under an address that is theirs."""
    proved = [c.value for c in user.contacts if c.kind is ContactKind.EMAIL and c.verified_at is not None]
    theirs = {address.lower() for address in (user.email, *proved)}
    is_named = ticket.reporter_email.lower() in theirs or any(is_participant(ticket, each) for each in theirs)
    return is_named or can_see(user, ticket)


def bring_in(ticket: Ticket, address: str, name: str) -> None:
    """A mail has named the address; nothing for whoever is known already."""
    person = person_with_address(address)
    if _why_not(ticket, address, person) or _known(ticket, address) is not None or _count(ticket) >= MOST:
        return
    reader = _reader(ticket, person)
    state = ParticipantState.OFFERED if reader is None else ParticipantState.IN
    _write(ticket, address, reader.name if reader else name, reader, state, SYSTEM)


def add(ticket: Ticket, address: str, by: User) -> Participant:
    """Staff want the address to get the answers.

    Raises:
        NotAllowed: "not_staff", "is_reporter", "is_of_staff", "too_many_participants".
    """
    _require_staff(by)
    person = person_with_address(address)
    if why_not := _why_not(ticket, address, person):
        raise NotAllowed(why_not)
    known = _known(ticket, address)
    if known is not None:
        _move(known, ParticipantState.IN, by)
        return known
    if _count(ticket) >= MOST:
        raise NotAllowed("too_many_participants")
    reader = _reader(ticket, person)
    return _write(ticket, address, reader.name if reader else "", reader, ParticipantState.IN, of_user(by))


def accept(ticket: Ticket, participant_id: int, by: User) -> None:
    """Raises NotAllowed: "not_staff"; NotFound: none of this ticket."""
    _require_staff(by)
    _move(_find(ticket, participant_id), ParticipantState.IN, by)


def take_off(ticket: Ticket, participant_id: int, by: User) -> None:
    """Whether they were in or only offered. Raises NotAllowed: "not_staff"; NotFound: none of this ticket."""
    _require_staff(by)
    _move(_find(ticket, participant_id), ParticipantState.OUT, by)


def _require_staff(by: User) -> None:
    if not by.is_staff:
        raise NotAllowed("not_staff")


def _why_not(ticket: Ticket, address: str, person: User | None) -> str:
    """Why the address is nobody in copy: they hear of the ticket anyway. "" where it may be."""
    is_account = person is not None and person.id == ticket.reporter_user_id
    if is_account or address.lower() == ticket.reporter_email.lower():
        return "is_reporter"
    return "is_of_staff" if person is not None and person.is_staff else ""


def _reader(ticket: Ticket, person: User | None) -> User | None:
    """The person, if they may read the ticket on its page; to us anybody else is but an address."""
    return person if person is not None and can_see(person, ticket) else None


def _known(ticket: Ticket, address: str) -> Participant | None:
    query = sa.select(Participant).filter_by(ticket_id=ticket.id, address=address.lower())
    return db.session.scalar(query)


def _find(ticket: Ticket, participant_id: int) -> Participant:
    found = db.session.get(Participant, participant_id)
    if found is None or found.ticket_id != ticket.id:
        raise NotFound("not_found")
    return found


def _count(ticket: Ticket) -> int:
    return db.session.scalar(sa.select(sa.func.count(Participant.id)).filter_by(ticket_id=ticket.id)) or 0


def _write(
    ticket: Ticket, address: str, name: str, user: User | None, state: ParticipantState, by: Actor
) -> Participant:
    row = Participant(
        ticket=ticket,
        address=address.lower()[:254],
        name=name.replace("\x00", "")[:120],
        user=user,
        state=state,
        changed_at=clock.now(),
        changed_by_id=by.user_id,
    )
    db.session.add(row)
    db.session.flush()
    _note(row, by)
    return row


def _move(row: Participant, state: ParticipantState, by: User) -> None:
    if row.state is not state:
        was = row.state
        row.state, row.changed_at, row.changed_by_id = state, clock.now(), by.id
        _note(row, of_user(by), was=was.value)


def _note(row: Participant, by: Actor, **before: str) -> None:
    named = {"state": row.state.value, "name": row.name, "address": row.address}
    record(row.ticket, EventKind.PARTICIPANT, by, **named, **before)
