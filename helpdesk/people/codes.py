"""A code of six digits that is sent to a number or address and comes back proves that it is the person's.

The code itself is nowhere in the database: it is worked out again from a nonce and the secret key when the message
is put into words; the contact keeps a digest.
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Contact, Notification
from helpdesk.models.codes import Channel, ContactKind, Lane, NotificationEvent
from helpdesk.outbox import Letter
from helpdesk.phone import is_mobile
from helpdesk.tokens import keyed_digest, six_digits
from helpdesk.users import confirm_contact

PURPOSE = "contact-code"
GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
MOST_SENT, SENT_WITHIN = 3, timedelta(hours=1)


class Typed(StrEnum):
    """What came of a code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # too old or tried too often: a new one is needed


def send_code(contact: Contact) -> None:
    """A new code goes there; the one before it is worth nothing any more.

    Raises:
        NotAllowed: "proven"; "too_many_codes" to the same number or address, whoever asked for them.
    """
    held = hold(contact)
    if held.verified_at is not None and held.broken_at is None:
        raise NotAllowed("proven")
    if _sent_lately(held.value) >= MOST_SENT:
        raise NotAllowed("too_many_codes")
    nonce, expires_at = secrets.token_hex(8), clock.now() + GOOD_FOR
    params = {"contact": held.id, "nonce": nonce}
    held.code_digest, held.code_expires_at, held.code_tries = _digest(held, code_of(params)), expires_at, 0
    outbox.enqueue(
        Letter(
            event=NotificationEvent.CONTACT_CODE,
            channel=way_of(held),
            address=held.value,
            dedupe_key=f"contact_code:{held.id}:{nonce}",
            locale=held.user.locale,
            lane=Lane.SECURITY,
            user_id=held.user_id,
            params=params,
            expires_at=expires_at,
        )
    )


def type_code(contact: Contact, typed: str) -> Typed:
    """Somebody typed a code; the right one makes the contact work, and no code is right twice."""
    held = hold(contact)
    if not is_awaited(held):
        return Typed.OVER
    held.code_tries += 1
    if not hmac.compare_digest(held.code_digest or "", _digest(held, typed)):
        return Typed.WRONG if held.code_tries < MOST_TRIES else Typed.OVER
    held.code_digest = held.code_expires_at = None
    confirm_contact(held.user, held.kind, held.value)
    db.session.add(AuditEntry(user_id=held.user_id, action="contact_proven", subject=f"contact:{held.id}"))
    return Typed.RIGHT


def is_awaited(contact: Contact) -> bool:
    """A code is under way that can still be typed."""
    is_young = contact.code_expires_at is not None and contact.code_expires_at > clock.now()
    return is_young and contact.code_digest is not None and contact.code_tries < MOST_TRIES


def tries_left(contact: Contact) -> int:
    return MOST_TRIES - contact.code_tries


def way_of(contact: Contact) -> Channel:
    """A landline is called and told the code."""
    if contact.kind is ContactKind.EMAIL:
        return Channel.EMAIL
    return Channel.SMS if is_mobile(contact.value) else Channel.VOICE


def code_of(params: Mapping[str, Any]) -> str:
    """The code of a letter that was sent by `send_code`."""
    return six_digits(PURPOSE, params["contact"], params["nonce"])


def hold(contact: Contact) -> Contact:
    """The row as it is now, locked until the transaction ends: two guesses at once are two tries."""
    query = sa.select(Contact).filter_by(id=contact.id).with_for_update(of=Contact)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _sent_lately(address: str) -> int:
    query = sa.select(sa.func.count(Notification.id)).where(
        Notification.address == address,
        Notification.event == NotificationEvent.CONTACT_CODE,
        Notification.created_at > clock.now() - SENT_WITHIN,
    )
    return db.session.scalar(query) or 0


def _digest(contact: Contact, code: str) -> str:
    return keyed_digest(f"{PURPOSE}-digest", contact.id, code)
