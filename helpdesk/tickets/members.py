"""Who speaks for a unit: invited by the coordinator or staff, signs in with a one-time code."""

from collections.abc import Sequence

import sqlalchemy as sa

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Unit, User
from helpdesk.models.codes import RoleName
from helpdesk.users import create_user, person_with_email


def members_of(unit: Unit) -> Sequence[User]:
    """By name."""
    query = sa.select(User).where(User.units.any(Unit.id == unit.id)).order_by(User.name)
    return db.session.scalars(query).all()


def invite(unit: Unit, *, name: str, email: str, phone: str, by: User) -> User:
    """The person may file for the unit from now on; who has an account keeps it as it is.

    `phone` is E.164 or empty. Contacts count as verified once a code sent there came back.

    Raises:
        NotAllowed: "phone_taken": another account signs in with that number.
    """
    user = person_with_email(email)
    if user is None:
        user = create_user(name=name, email=email, role=RoleName.REPORTER, phone=phone)
    if unit not in user.units:
        user.units.append(unit)
    db.session.flush()
    _note(unit, user, by, "member_invited")
    return user


def remove_member(unit: Unit, user_id: int, by: User) -> None:
    """The person no longer sees the unit; the account and the tickets stay.

    Raises:
        NotFound: no such member.
    """
    user = db.session.get(User, user_id)
    if user is None or unit not in user.units:
        raise NotFound("not_found")
    user.units.remove(unit)
    _note(unit, user, by, "member_removed")


def _note(unit: Unit, user: User, by: User, action: str) -> None:
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=f"unit:{unit.id}", data={"member": user.id}))
