"""Who calls, and which ticket the call is about."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import InvalidPhoneNumber
from helpdesk.extensions import db
from helpdesk.models import Ticket, Unit, User
from helpdesk.models.codes import OPEN_STATUSES, Priority, RoleName, TicketSource, UnitKind
from helpdesk.oncall.people import person_with_phone
from helpdesk.phone import parse_phone

RECENT = timedelta(hours=24)
# How the telephone network spells "anonymous", "restricted", "blocked", "unknown", "unavailable" on a keypad.
HIDDEN = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})


@dataclass(frozen=True)
class Caller:
    """`number` is E.164, empty when it is hidden; `unit` is None for somebody whom we do not know."""

    number: str
    user: User | None = None
    unit: Unit | None = None
    name: str = ""


def who_calls(number: str) -> Caller:
    """A person with that phone and a unit; else whoever gave the number on an earlier ticket."""
    user = person_with_phone(number) if number else None
    unit = unit_of(user) if user else None
    if user is not None and unit is not None:
        return Caller(number, user, unit, user.name)
    earlier = _earlier_ticket(number) if number else None
    if earlier is not None:
        return Caller(number, user, earlier.unit, user.name if user else earlier.reporter_name)
    return Caller(number, user, None, user.name if user else "")


def unit_of(user: User) -> Unit | None:
    """The first of the person's units; of a coordinator the municipal office."""
    own = next((unit for unit in user.units if unit.active), None)
    if own is not None or not user.is_a(RoleName.COORDINATOR) or user.municipality_id is None:
        return own
    offices = sa.select(Unit).where(Unit.municipality_id == user.municipality_id, Unit.active)
    return db.session.scalars(offices.order_by(Unit.kind != UnitKind.OFFICE, Unit.id).limit(1)).first()


def shown_number(raw: str) -> str:
    """What the network gives as the caller's number, as E.164; empty when it is hidden."""
    if raw in HIDDEN:
        return ""
    try:
        return parse_phone(raw)
    except InvalidPhoneNumber:
        return ""


def ticket_to_continue(number: str) -> Ticket | None:
    """The newest open ticket of the number that came by phone or is urgent, if it is not older than a day."""
    if not number:
        return None
    query = (
        sa.select(Ticket)
        .where(
            Ticket.reporter_phone == number,
            Ticket.status.in_(OPEN_STATUSES),
            Ticket.created_at > clock.now() - RECENT,
            sa.or_(Ticket.source == TicketSource.PHONE, Ticket.priority == Priority.URGENT),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def _earlier_ticket(number: str) -> Ticket | None:
    """Not one of a unit that is switched off; that of callers whom nobody knows is."""
    query = (
        sa.select(Ticket)
        .join(Unit, Unit.id == Ticket.unit_id)
        .where(Ticket.reporter_phone == number, Unit.active)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()
