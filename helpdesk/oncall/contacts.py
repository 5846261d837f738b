"""Numbers and addresses that do not work: whoever they belong to and the managers know before the next shift."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Contact, Notification, User
from helpdesk.models.codes import Channel, ContactKind, ContactTrouble, Lane, NotificationEvent, RoleName
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import CONTACT_OF, people_with
from helpdesk.oncall.schedule import Shift
from helpdesk.outbox import Letter
from helpdesk.quiet import when_awake
from helpdesk.tokens import new_attempt_id
from helpdesk.transaction import changed_rows

BEFORE_SHIFT = timedelta(hours=24)
TEST_IS_GOOD_FOR = timedelta(minutes=10)
WAYS = (Channel.EMAIL, Channel.SMS)
WORST_LAST = (ContactTrouble.STOPPED, ContactTrouble.BROKEN, ContactTrouble.NOT_PROVEN)
# What a letter is about; params["letter"].
BROKE, SHIFT, TEST = "broke", "shift", "test"


@dataclass(frozen=True)
class Unreachable:
    """Somebody whose phone gets nothing, or no SMS, and whose shift begins at `starts_at`. `contact` is the number
    that is the trouble, None without any."""

    user: User
    starts_at: datetime
    trouble: ContactTrouble
    contact: Contact | None


def mark_broken(contact: Contact, code: str) -> None:
    """The provider says that the number or address is dead; `code` is its own. Its owner is told over another way,
    and every manager where it is one of the staff; once for each time it breaks."""
    now = clock.now()
    works = sa.update(Contact).where(Contact.id == contact.id, Contact.broken_at.is_(None))
    if changed_rows(works.values(broken_at=now, broken_code=code)):
        _tell_of(contact, ContactTrouble.BROKEN, now, code)


def mark_stopped(contact: Contact, code: str) -> None:
    """The person sent STOP: no SMS arrives until they send START. Told like a broken one."""
    now = clock.now()
    takes_sms = sa.update(Contact).where(Contact.id == contact.id, Contact.opted_out_at.is_(None))
    if changed_rows(takes_sms.values(opted_out_at=now)):
        _tell_of(contact, ContactTrouble.STOPPED, now, code)


def trouble_of(contact: Contact) -> ContactTrouble | None:
    """What is wrong with it; None when it works."""
    if contact.broken_at is not None:
        return ContactTrouble.BROKEN
    if contact.verified_at is None:
        return ContactTrouble.NOT_PROVEN
    return ContactTrouble.STOPPED if contact.opted_out_at is not None else None


def troubled(user: User) -> list[Contact]:
    """What worked once and does not now."""
    return [contact for contact in user.contacts if contact.broken_at or contact.opted_out_at]


def unreachable_by_phone(user: User, starts_at: datetime) -> Unreachable | None:
    """None when one of the person's numbers takes SMS and calls; else what is wrong with the best of them."""
    phones = [contact for contact in user.contacts if contact.kind is ContactKind.PHONE]
    if any(contact.is_usable for contact in phones):
        return None
    found = [(trouble, contact) for contact in phones if (trouble := trouble_of(contact))]
    least = min(found, key=lambda each: WORST_LAST.index(each[0]), default=(ContactTrouble.MISSING, None))
    return Unreachable(user, starts_at, *least)


def unreachable_between(since: datetime, until: datetime) -> list[Unreachable]:
    """Who has a shift in [since, until) and cannot be reached by phone, with the first shift of each."""
    first: dict[int, Shift] = {}
    for shift in _shifts(since, until):
        first.setdefault(shift.user.id, shift)
    return [found for shift in first.values() if (found := unreachable_by_phone(shift.user, shift.starts_at))]


def soon() -> list[Unreachable]:
    """Who cannot be reached by phone and has not been told so, with a shift that begins within a day, or began
    within one and goes on."""
    now = clock.now()
    since = now - BEFORE_SHIFT
    shifts = [s for s in _shifts(since, now + BEFORE_SHIFT) if s.starts_at > since and s.ends_at > now]
    found = (unreachable_by_phone(shift.user, shift.starts_at) for shift in shifts)
    return [each for each in found if each is not None and not _is_told(each)]


def _is_told(found: Unreachable) -> bool:
    """The number stopped working less than a day before the shift: that letter told of the shift too."""
    contact = found.contact
    since = (contact.broken_at or contact.opted_out_at) if contact is not None else None
    return since is not None and since > found.starts_at - BEFORE_SHIFT


def _shifts(since: datetime, until: datetime) -> list[Shift]:
    found = [shift for schedule in duty.all_schedules() for shift in duty.shifts(schedule, since, until)]
    return sorted(found, key=lambda shift: shift.starts_at)


def warn(found: Unreachable) -> None:
    """Tell the person and the managers, once for each shift."""
    user, key = found.user, f"{SHIFT}:{found.user.id}:{found.starts_at}"
    params = _params(SHIFT, user, found.contact, found.trouble) | {"shift_at": found.starts_at.isoformat()}
    _tell_owner_and_managers(user, found.contact, key, params)


def send_test(contact: Contact) -> None:
    """An SMS to a broken number; the report that it was delivered makes the number good again."""
    outbox.enqueue(
        Letter(
            event=NotificationEvent.CONTACT_BROKEN,
            channel=Channel.SMS,
            address=contact.value,
            dedupe_key=f"{TEST}:{contact.id}:{new_attempt_id()}",
            locale=contact.user.locale,
            lane=Lane.SECURITY,
            user_id=contact.user_id,
            params={"letter": TEST},
            expires_at=clock.now() + TEST_IS_GOOD_FOR,
        )
    )


def last_test(contact: Contact) -> Attempt | None:
    """The newest try of a test SMS to the number since it broke."""
    query = (
        sa.select(Attempt)
        .join(Attempt.notification)
        .where(
            Notification.user_id == contact.user_id,  # the index: LIKE has none
            Notification.dedupe_key.startswith(f"{TEST}:{contact.id}:"),
            Notification.created_at >= contact.broken_at,
        )
        .order_by(Notification.id.desc(), Attempt.ordinal.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def arrived(attempt: Attempt) -> None:
    """A test SMS is on the phone, or a key was pressed in a call to it: the number works again."""
    notification = attempt.notification
    is_test = notification.event is NotificationEvent.CONTACT_BROKEN and notification.params.get("letter") == TEST
    if is_test or attempt.channel is Channel.VOICE:
        works(notification.address)


def works(address: str) -> None:
    """Somebody was reached there, or wrote from there, so what a provider said of it is over; a STOP is not."""
    broken = sa.update(Contact).where(Contact.value == address, Contact.broken_at.is_not(None))
    changed_rows(broken.values(broken_at=None, broken_code=None))


def _tell_of(contact: Contact, trouble: ContactTrouble, since: datetime, code: str) -> None:
    owner, key = contact.user, f"{BROKE}:{contact.id}:{since}"
    params = _params(BROKE, owner, contact, trouble) | {"code": code} | _next_duty(owner, since)
    _tell_owner_and_managers(owner, contact, key, params)


def _next_duty(user: User, now: datetime) -> dict[str, Any]:
    """The shift of the next day, if there is one: "shift_at" is None when it runs already."""
    own = [shift for shift in _shifts(now, now + BEFORE_SHIFT) if shift.user.id == user.id]
    if not own:
        return {}
    return {"shift_at": own[0].starts_at.isoformat() if own[0].starts_at > now else None}


def _params(letter: str, owner: User, contact: Contact | None, trouble: ContactTrouble) -> dict[str, Any]:
    """For the templates; codes and values only."""
    return {
        "letter": letter,
        "name": owner.name,
        "is_of_staff": owner.is_staff,
        "trouble": trouble.value,
        "kind": contact.kind.value if contact else ContactKind.PHONE.value,
        "value": contact.value if contact else "",
        "code": (contact.broken_code or "") if contact else "",
    }


def _tell_owner_and_managers(owner: User, contact: Contact | None, key: str, params: dict[str, Any]) -> None:
    readers = {owner.id: owner}
    if owner.is_staff:
        readers |= {manager.id: manager for manager in people_with(RoleName.MANAGER)}
    for reader in readers.values():
        if reader.active:
            _tell(reader, contact, key, params | {"is_own": reader is owner})


def _tell(reader: User, dead: Contact | None, key: str, params: dict[str, Any]) -> None:
    """By mail where there is one, else by SMS, but not to the contact that is the trouble."""
    now = clock.now()
    way = next(((c, channel) for channel in WAYS for c in reader.contacts if _takes(c, channel, dead)), None)
    if way is None:
        return
    contact, channel = way
    is_sms = channel is Channel.SMS
    outbox.enqueue(
        Letter(
            event=NotificationEvent.CONTACT_BROKEN,
            channel=channel,
            address=contact.value,
            dedupe_key=f"{key}:{reader.id}",
            locale=reader.locale,
            lane=Lane.REPLY,
            user_id=reader.id,
            params=params,
            due_at=when_awake(reader, now) if is_sms else now,
        )
    )


def _takes(contact: Contact, channel: Channel, dead: Contact | None) -> bool:
    return contact.kind is CONTACT_OF[channel] and contact.is_usable and contact is not dead
