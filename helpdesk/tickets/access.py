"""Who may see a ticket: a unit its own, a coordinator those of the gmina, staff all."""

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Ticket, User
from helpdesk.models.codes import RoleName


def visible_to(user: User) -> ColumnElement[bool]:
    """A WHERE clause on Ticket."""
    if user.is_staff:
        return sa.true()
    mine: list[ColumnElement[bool]] = [Ticket.reporter_user_id == user.id]
    if user.units:
        mine.append(Ticket.unit_id.in_([unit.id for unit in user.units]))
    if user.is_a(RoleName.COORDINATOR) and user.municipality_id is not None:
        mine.append(Ticket.municipality_id == user.municipality_id)
    return sa.or_(*mine)


def can_see(user: User, ticket: Ticket) -> bool:
    found = db.session.scalar(sa.select(Ticket.id).where(Ticket.id == ticket.id, visible_to(user)))
    return found is not None


def find_ticket(number: str, user: User) -> Ticket:
    """The ticket with that number.

    Raises:
        NotFound: there is none, or the person may not see it.
    """
    if not number.isprintable():  # PostgreSQL takes no NUL
        raise NotFound("not_found")
    ticket = db.session.scalar(sa.select(Ticket).where(Ticket.number == number.upper(), visible_to(user)))
    if ticket is None:
        raise NotFound("not_found")
    return ticket
