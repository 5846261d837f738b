"""People who sign in: made, their contacts proven, their second factor given and taken away."""

import secrets

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_security.utils import hash_password

from helpdesk import clock
from helpdesk.errors import HelpdeskError, NotAllowed, NotFound
from helpdesk.extensions import db, security
from helpdesk.models import AuditEntry, Contact, Municipality, Role, Unit, User
from helpdesk.models.codes import STAFF, ContactKind, RoleName
from helpdesk.phone import parse_phone
from helpdesk.signin.onetime import OneTimeCodes

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128


def ensure_roles() -> dict[RoleName, Role]:
    """The roles of the installation; those that are missing are made."""
    there = {RoleName(role.name): role for role in db.session.scalars(sa.select(Role))}
    for name in RoleName:
        if name not in there:
            there[name] = Role(name=name.value)
            db.session.add(there[name])
    return there


def require_manager(by: User) -> None:
    """Raises NotAllowed: "not_manager"."""
    if not by.is_a(RoleName.MANAGER):
        raise NotAllowed("not_manager")


def create_user(
    *,
    name: str,
    email: str,
    role: RoleName,
    phone: str | None = None,
    password: str | None = None,
    unit: Unit | None = None,
    municipality: Municipality | None = None,
) -> User:
    """A new person who can sign in. `phone` in any way people write it.

    Contacts count as proven once the person has used a code that was sent there.

    Raises:
        NotAllowed: "email_taken", "phone_taken".
        HelpdeskError: "not_an_email", "weak_password".
        InvalidPhoneNumber: why the number cannot be used.
    """
    address = _free_email(email)
    number = parse_phone(phone) if phone else None
    user = User(
        name=name.strip(),
        email=address,
        fs_uniquifier=secrets.token_hex(32),
        roles=[ensure_roles()[role]],
        units=[unit] if unit else [],
        municipality=municipality,
        password=_hashed(password) if password else None,
        contacts=_contacts(number, address),
    )
    _let_in_by_phone(user, number, role)
    db.session.add(user)
    db.session.flush()
    db.session.add(AuditEntry(action="user_added", subject=f"user:{user.id}", data={"role": role.value}))
    return user


def find_user(email: str) -> User:
    """The person with that address.

    Raises:
        NotFound: "user_not_found".
    """
    user = person_with_email(email)
    if user is None:
        raise NotFound("user_not_found")
    return user


def person_with_email(email: str) -> User | None:
    """Whoever signs in with that address, in upper or lower case."""
    return db.session.scalar(sa.select(User).where(sa.func.lower(User.email) == email.strip().lower()))


def person_with_address(address: str) -> User | None:
    """The active person who signs in with that address, or has proved that it is theirs."""
    user = person_with_email(address) if address else None
    if user is None and address:
        proved = sa.select(Contact).where(
            Contact.kind == ContactKind.EMAIL,
            sa.func.lower(Contact.value) == address.lower(),
            Contact.verified_at.is_not(None),
        )
        contact = db.session.scalars(proved.order_by(Contact.id).limit(1)).first()
        user = contact.user if contact else None
    return user if user is not None and user.active else None


def confirm_contact(user: User, kind: ContactKind, value: str) -> None:
    """A code that was sent there came back: the contact is the person's, and it works."""
    known = next((c for c in user.contacts if c.kind is kind and c.value == value), None)
    if known is None:
        known = Contact(kind=kind, value=value, position=len(user.contacts))
        user.contacts.append(known)
    known.verified_at = known.verified_at or clock.now()
    known.broken_at = known.broken_code = None


def forget_second_factor(user: User) -> None:
    """The phone is lost: the person sets up another one at the next sign-in. Open sessions end."""
    user.tf_primary_method = user.tf_totp_secret = user.tf_phone_number = None
    user.fs_uniquifier = secrets.token_hex(32)
    db.session.add(AuditEntry(action="second_factor_removed", subject=f"user:{user.id}"))


def has_second_factor(user: User) -> bool:
    return user.tf_primary_method is not None


def new_code_secret() -> str:
    """An encrypted secret for codes that are sent; a new one makes the codes of the old one useless."""
    codes = security.totp_factory
    assert isinstance(codes, OneTimeCodes)
    return codes.generate_sent_secret()


def _free_email(email: str) -> str:
    address = email.strip().lower()
    try:
        # The domain .test belongs to nobody: the demo lives there.
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as invalid:
        raise HelpdeskError("not_an_email") from invalid
    if person_with_email(address) is not None:
        raise NotAllowed("email_taken")
    return address


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise HelpdeskError("weak_password")
    return str(hash_password(security.password_util.normalize(password)))


def _contacts(number: str | None, address: str) -> list[Contact]:
    found = [(ContactKind.PHONE, number), (ContactKind.EMAIL, address)]
    return [
        Contact(kind=kind, value=value, position=position)
        for position, (kind, value) in enumerate(found)
        if value is not None
    ]


def _let_in_by_phone(user: User, number: str | None, role: RoleName) -> None:
    """Staff: the phone is the second factor. Others sign in with it, so nobody else may have it."""
    if number is None:
        return
    if role in STAFF:
        user.tf_primary_method = "sms"
        user.tf_phone_number = number
        user.tf_totp_secret = new_code_secret()
        return
    if db.session.scalar(sa.select(User.id).where(User.us_phone_number == number)):
        raise NotAllowed("phone_taken")
    user.us_phone_number = number
