"""A person's own numbers and addresses: added, put in order, taken away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk import clock, outbox
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Contact, User
from helpdesk.models.codes import ContactKind
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.schedule import Shift

MOST = 6  # more than that nobody keeps in order
AHEAD = timedelta(days=14)


class Objection(StrEnum):
    """Why a contact is not simply taken away."""

    SECOND_FACTOR = "second_factor"  # the codes of the second step go there
    SIGN_IN_ADDRESS = "sign_in_address"  # the person signs in with it
    SIGN_IN_PHONE = "sign_in_phone"  # the same; the address remains
    LAST_PHONE = "last_phone"  # alerts reach the person nowhere else, and a shift comes


FINAL = frozenset({Objection.SECOND_FACTOR, Objection.SIGN_IN_ADDRESS})  # nobody can agree to these


def own_contact(user: User, contact_id: int) -> Contact:
    """
    Raises:
        NotFound: it is not the person's.
    """
    found = next((contact for contact in user.contacts if contact.id == contact_id), None)
    if found is None:
        raise NotFound("contact_not_found")
    return found


def add_contact(user: User, kind: ContactKind, value: str) -> Contact:
    """`value` as it was parsed: E.164, or an address. Alerts go there once it is proven by a code.

    Raises:
        NotAllowed: "known", "too_many_contacts".
    """
    if any(contact.kind is kind and contact.value.lower() == value.lower() for contact in user.contacts):
        raise NotAllowed("known")
    if len(user.contacts) >= MOST:
        raise NotAllowed("too_many_contacts")
    position = max((contact.position for contact in user.contacts), default=-1) + 1
    contact = Contact(kind=kind, value=value, position=position)
    user.contacts.append(contact)
    db.session.flush()
    _note(user, contact, "contact_added")
    return contact


def make_first(contact: Contact) -> None:
    """Alerts and notices of its kind go there before all others."""
    user = contact.user
    others = [each for each in user.contacts if each is not contact]
    for position, each in enumerate([contact, *others]):
        each.position = position
    _note(user, contact, "contact_first")


def objections(contact: Contact) -> list[Objection]:
    """What speaks against taking it away, the gravest first."""
    return [objection for objection, applies in _SPEAKS_AGAINST.items() if applies(contact)]


def remove_contact(contact: Contact, agreed: frozenset[Objection]) -> None:
    """Take it away. `agreed` are the objections that the person has read and does not share.

    Raises:
        NotAllowed: the first objection that is left.
    """
    user = contact.user
    left = [each for each in objections(contact) if each in FINAL or each not in agreed]
    if left:
        raise NotAllowed(left[0].value)
    if user.us_phone_number == contact.value:
        user.us_phone_number = None
    outbox.cancel_for_key(user.id, f"contact_code:{contact.id}:")
    _note(user, contact, "contact_removed")
    user.contacts.remove(contact)


def next_shift_of(user: User) -> Shift | None:
    """The running or next shift within two weeks, over all schedules."""
    return next_shifts(clock.now()).get(user.id)


def next_shifts(now: datetime) -> dict[int, Shift]:
    """The running or next shift of everybody within two weeks, by the person's id."""
    found: dict[int, Shift] = {}
    for schedule in duty.all_schedules():
        for shift in duty.shifts(schedule, now, now + AHEAD):
            known = found.get(shift.user.id)
            if known is None or shift.starts_at < known.starts_at:
                found[shift.user.id] = shift
    return found


def _has_codes_of_second_step(contact: Contact) -> bool:
    user = contact.user
    return user.tf_primary_method == "sms" and user.tf_phone_number == contact.value


def _is_last_phone(contact: Contact) -> bool:
    phones = [each for each in contact.user.contacts if each.kind is ContactKind.PHONE and each.is_usable]
    return phones == [contact] and next_shift_of(contact.user) is not None


_SPEAKS_AGAINST: dict[Objection, Callable[[Contact], bool]] = {
    Objection.SECOND_FACTOR: _has_codes_of_second_step,
    Objection.SIGN_IN_ADDRESS: lambda contact: contact.user.email.lower() == contact.value.lower(),
    Objection.SIGN_IN_PHONE: lambda contact: contact.user.us_phone_number == contact.value,
    Objection.LAST_PHONE: _is_last_phone,
}


def _note(user: User, contact: Contact, action: str) -> None:
    entry = AuditEntry(user_id=user.id, action=action, subject=f"contact:{contact.id}", data={"kind": contact.kind})
    db.session.add(entry)
