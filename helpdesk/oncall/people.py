"""Which people can be alerted, and where."""

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Contact, Role, User
from helpdesk.models.codes import Channel, ContactKind, RoleName

CONTACT_OF = {
    Channel.SMS: ContactKind.PHONE,
    Channel.VOICE: ContactKind.PHONE,
    Channel.EMAIL: ContactKind.EMAIL,
}


def people_with(role: RoleName) -> list[User]:
    """Active people with the role, in the order in which they were added."""
    query = sa.select(User).where(User.active, User.roles.any(Role.name == role)).order_by(User.id)
    return list(db.session.scalars(query))


def address_of(user: User, channel: Channel) -> str | None:
    """Where to reach the person over the channel; None without a usable contact."""
    if channel is Channel.VOICE:
        return next((c.value for c in user.contacts if _rings(c)), None)
    contact: Contact | None = user.contact(CONTACT_OF[channel])
    return contact.value if contact else None


def _rings(contact: Contact) -> bool:
    """STOP stops SMS; calls still come."""
    is_alive = contact.verified_at is not None and contact.broken_at is None
    return contact.kind is ContactKind.PHONE and is_alive


def can_be_reached(user: User, channels: list[Channel]) -> bool:
    return user.active and any(address_of(user, channel) for channel in channels)


def person_with_phone(number: str) -> User | None:
    """The active person who has proved that the number (E.164) is theirs; None if nobody has."""
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
    return db.session.scalars(query).first()
