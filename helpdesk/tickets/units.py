"""Units and who may see or manage them: members their own, a coordinator those of the gmina, staff all."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from helpdesk.base import read_id
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Municipality, Unit, User
from helpdesk.models.codes import RoleName, UnitKind
from helpdesk.tickets.search import contains
from helpdesk.users import require_manager

PAGE_SIZE = 50


@dataclass(frozen=True)
class UnitPage:
    """`next_key` continues the list; empty on its last page."""

    units: Sequence[Unit]
    next_key: str


def units_visible_to(user: User) -> ColumnElement[bool]:
    """A WHERE clause on Unit."""
    if user.is_staff:
        return sa.true()
    own: list[ColumnElement[bool]] = [Unit.id.in_([unit.id for unit in user.units])]
    if user.is_a(RoleName.COORDINATOR) and user.municipality_id is not None:
        own.append(Unit.municipality_id == user.municipality_id)
    return sa.or_(*own)


def can_see_unit(user: User, unit: Unit) -> bool:
    return can_manage(user, unit.municipality_id) or any(own.id == unit.id for own in user.units)


def can_manage(user: User, municipality_id: int) -> bool:
    """Staff, and the coordinator of that municipality: links, posters, invitations."""
    return user.is_staff or (user.is_a(RoleName.COORDINATOR) and user.municipality_id == municipality_id)


def find_unit(unit_id: int, user: User) -> Unit:
    """The unit.

    Raises:
        NotFound: there is none, or the person may not see it.
    """
    unit = db.session.get(Unit, unit_id)
    if unit is None or not can_see_unit(user, unit):
        raise NotFound("unit_not_found")
    return unit


def find_managed_unit(unit_id: int, user: User) -> Unit:
    """The unit, to somebody who manages it.

    Raises:
        NotFound: there is none, or it is not the person's to manage.
    """
    unit = find_unit(unit_id, user)
    if not can_manage(user, unit.municipality_id):
        raise NotFound("unit_not_found")
    return unit


def unit_of_link(secret: str) -> Unit | None:
    """The active unit whose secret link it is."""
    if not secret.isprintable():  # PostgreSQL takes no NUL
        return None
    return db.session.scalar(sa.select(Unit).where(Unit.link_secret == secret, Unit.active))


def units_page(user: User, *, text: str = "", after: str = "", size: int = PAGE_SIZE) -> UnitPage:
    """Units by municipality and name. Each word of `text` is in its name or its municipality's;
    `after` is a page's `next_key`."""
    query = sa.select(Unit).where(units_visible_to(user))
    for word in text.split():
        query = query.where(
            sa.or_(contains(word, Unit.name), Unit.municipality.has(contains(word, Municipality.name)))
        )
    last = _read_key(after)
    order = (Unit.municipality_id, Unit.name, Unit.id)
    if last:
        query = query.where(sa.tuple_(*order) > last)
    found = list(db.session.scalars(query.order_by(*order).limit(size + 1)))
    return UnitPage(found[:size], _write_key(found[size - 1]) if len(found) > size else "")


def municipalities_managed_by(user: User) -> Sequence[Municipality]:
    """By name. For a coordinator the one; for staff all of them."""
    query = sa.select(Municipality).order_by(Municipality.name)
    if not user.is_staff:
        query = query.where(Municipality.id == user.municipality_id)
    return db.session.scalars(query).all()


def coordinators_of(municipality_id: int) -> Sequence[User]:
    """Active coordinators: whom a unit asks when it has no access."""
    query = sa.select(User).where(User.municipality_id == municipality_id, User.active).order_by(User.name)
    return [user for user in db.session.scalars(query) if user.is_a(RoleName.COORDINATOR)]


def add_unit(*, municipality_id: int, name: str, short_name: str, kind: UnitKind, by: User) -> Unit:
    """A new active unit with its own secret link. The caller has checked `can_manage`."""
    unit = Unit(
        municipality_id=municipality_id,
        name=name,
        short_name=short_name or name[:40],
        kind=kind,
        link_secret=_new_secret(),
    )
    db.session.add(unit)
    db.session.flush()
    _note(unit, by, "unit_added")
    return unit


def has_unit(municipality_id: int, name: str) -> bool:
    """Whether the municipality has a unit of that name, in whatever case."""
    names = db.session.scalars(sa.select(Unit.name).where(Unit.municipality_id == municipality_id))
    return name.casefold() in {taken.casefold() for taken in names}


def renew_link(unit: Unit, by: User) -> None:
    """From now on only the new link and the new poster work."""
    unit.link_secret = _new_secret()
    _note(unit, by, "unit_link_renewed")


def deactivate(unit: Unit, by: User) -> None:
    """Its link stops working; its tickets stay."""
    unit.active = False
    _note(unit, by, "unit_deactivated")


def activate(unit: Unit, by: User) -> None:
    unit.active = True
    _note(unit, by, "unit_activated")


def allow_urgent_mails(unit: Unit, by: User) -> None:
    """Mails of its people that begin with PILNE wake the one on duty at once.

    Raises:
        NotAllowed: "not_manager".
    """
    require_manager(by)
    unit.urgent_by_mail = True
    _note(unit, by, "urgent_mails_allowed")


def ask_about_urgent_mails(unit: Unit, by: User) -> None:
    """They ask back first, as everywhere.

    Raises:
        NotAllowed: "not_manager".
    """
    require_manager(by)
    unit.urgent_by_mail = False
    _note(unit, by, "urgent_mails_asked_about")


def _note(unit: Unit, by: User, action: str) -> None:
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=f"unit:{unit.id}"))


def _new_secret() -> str:
    """Sixteen characters that are hard to guess and can still be typed from a poster."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "".join(secrets.choice(letters) for _ in range(16))


def _write_key(unit: Unit) -> str:
    return f"{unit.municipality_id}_{unit.id}_{unit.name}"


def _read_key(text: str) -> tuple[int, str, int] | None:
    """None for a text that is no key of ours."""
    municipality, _, rest = text.partition("_")
    unit, _, name = rest.partition("_")
    municipality_id, unit_id = read_id(municipality), read_id(unit)
    if municipality_id is None or unit_id is None:
        return None
    return municipality_id, name, unit_id
