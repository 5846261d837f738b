"""Which people can be alerted, and where."""

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Attempt, Contact, Notification, Role, User
from helpdesk.models.codes import STAFF, Channel, ContactKind, NotificationEvent, RoleName
from helpdesk.phone import is_landline

CONTACT_OF = {
    Channel.SMS: ContactKind.PHONE,
    Channel.VOICE: ContactKind.PHONE,
    Channel.EMAIL: ContactKind.EMAIL,
}


def people_with(role: RoleName) -> list[User]:
    """Active people with the role, in the order in which they were added."""
    query = sa.select(User).where(User.active, User.roles.any(Role.name == role)).order_by(User.id)
    return list(db.session.scalars(query))


def administrators_to_choose(chosen_id: int | None) -> list[User]:
    """Active administrators, and who is chosen among all that are or were on the staff."""
    is_one = sa.and_(User.active, User.roles.any(Role.name == RoleName.ADMINISTRATOR))
    is_chosen = sa.and_(User.id == chosen_id, User.roles.any(Role.name.in_(STAFF)))
    query = sa.select(User).where(sa.or_(is_one, is_chosen)).order_by(User.id)
    return list(db.session.scalars(query))


def address_of(user: User, channel: Channel) -> str | None:
    """Where to reach the person over the channel; None without a usable contact."""
    if channel is Channel.VOICE:
        return next((c.value for c in user.contacts if _rings(c)), None)
    if channel is Channel.SMS:
        return next((c.value for c in user.contacts if _takes_sms(c)), None)
    contact: Contact | None = user.contact(ContactKind.EMAIL)
    return contact.value if contact else None


def _takes_sms(contact: Contact) -> bool:
    """A landline rings only; a number of which nothing is known is tried."""
    return contact.kind is ContactKind.PHONE and contact.is_usable and not is_landline(contact.value)


def _rings(contact: Contact) -> bool:
    """STOP stops SMS; calls still come."""
    is_alive = contact.verified_at is not None and contact.broken_at is None
    return contact.kind is ContactKind.PHONE and is_alive


def own_phone(user: User) -> str | None:
    """A number that the person has proved to be theirs, whatever a provider says of it."""
    phones = (c for c in user.contacts if c.kind is ContactKind.PHONE and c.verified_at is not None)
    return next((contact.value for contact in phones), None)


def person_with_phone(number: str) -> User | None:
    """The active person who has proved that the number (E.164) is theirs; None if nobody has.

    Of several who share it, whoever was asked last on it to take a ticket; else the first who was added.
    """
    query = (
        sa.select(User)
        .where(
            User.active,
            User.contacts.any(
                sa.and_(
                    Contact.kind == ContactKind.PHONE,
                    Contact.value == number,
                    Contact.verified_at.is_not(None),
                )
            ),
        )
        .order_by(User.id)
    )
    people = list(db.session.scalars(query))
    last = _asked_last(number, [user.id for user in people]) if people[1:] else None
    return next((user for user in people if user.id == last), people[0] if people else None)


def _asked_last(number: str, user_ids: list[int]) -> int | None:
    """Whom the newest alert or notice of a ticket was for that went to the number."""
    query = (
        sa.select(Notification.user_id)
        .join(Notification.attempts)
        .where(
            Attempt.address == number,
            Attempt.sending_at.is_not(None),
            Notification.event.in_((NotificationEvent.ALERT, NotificationEvent.NEW_TICKET)),
            Notification.user_id.in_(user_ids),
        )
        .order_by(Attempt.sending_at.desc(), Notification.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)
