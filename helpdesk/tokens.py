"""Signed tokens: single-purpose, expiring, bound to what they name."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from helpdesk.config import settings
from helpdesk.errors import BadToken

TICKET_PAGE = "ticket-page"  # [ticket id]: the reporter's personal link
ACK_LINK = "ack-link"  # [ticket id, user id]: the link in an administrator's mail
URGENT_LINK = "urgent-link"  # [ticket id, user id, when asked]: says of a mail that it is urgent
KEPT_UPLOAD = "kept-upload"  # the fields of a StoredFile: an upload of a form that is not finished yet
FILING_PAGE = "filing-page"  # [unit id, user id]: to whom a form was shown, for when the session has expired
KNOWN_REPORTER = "known-reporter"  # [name, phone, e-mail]: remembered on the reporter's own device
# Of words: these never expire, as the mails do not that they stand in.
MESSAGE_ID = "message-id"  # [notification id, second]: a mail of ours
REPLY_ADDRESS = "reply-address"  # [ticket id, user id or 0]: where the person's answer goes
STOP_REPORTS = "stop-reports"  # [user id]: the link that ends the monthly reports
LIFETIMES = {
    TICKET_PAGE: timedelta(days=400),
    ACK_LINK: timedelta(days=7),
    URGENT_LINK: timedelta(days=400),  # to say that it is too late; it counts for hours
    KEPT_UPLOAD: timedelta(days=2),
    FILING_PAGE: timedelta(days=2),
    KNOWN_REPORTER: timedelta(days=400),
}

_ID_LENGTH = 32
_SHORT = 16


def sign(purpose: str, *values: Any) -> str:
    """A URL-safe token for `values` (JSON), good for that purpose alone."""
    return URLSafeTimedSerializer(settings().secret_key, salt=purpose).dumps(list(values))


def read(purpose: str, token: str) -> list[Any]:
    """The values that `sign` was given.

    Raises:
        BadToken: forged, for another purpose, or older than the purpose's lifetime.
    """
    serializer = URLSafeTimedSerializer(settings().secret_key, salt=purpose)
    try:
        values: list[Any] = serializer.loads(token, max_age=int(LIFETIMES[purpose].total_seconds()))
    except BadSignature as refused:
        raise BadToken from refused
    return values


def address_secret(purpose: str) -> str:
    """Part of an address that nobody guesses, for a provider that signs nothing; the same until the key changes."""
    key = settings().secret_key.encode()
    return hmac.new(key, b"address:" + purpose.encode(), hashlib.sha256).hexdigest()[:32]


def six_digits(purpose: str, *values: object) -> str:
    """A code for people to type, worked out from `values`: whoever has only the database cannot tell it."""
    return f"{int(keyed_digest(purpose, *values), 16) % 1_000_000:06d}"


def keyed_digest(purpose: str, *values: object) -> str:
    """Of a short secret, which a plain digest would give away to whoever tries them all."""
    text = ":".join((purpose, *(str(value) for value in values)))
    return hmac.new(settings().secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def new_attempt_id() -> str:
    return secrets.token_hex(_ID_LENGTH // 2)


def sign_attempt(attempt_id: str) -> str:
    """The id with its signature, letters and digits only (callback paths allow no more)."""
    return attempt_id + _attempt_signature(attempt_id)


def read_attempt(token: str) -> str:
    """The attempt id inside.

    Raises:
        BadToken: the signature is not ours.
    """
    attempt_id, signature = token[:_ID_LENGTH], token[_ID_LENGTH:]
    if not hmac.compare_digest(signature.encode(), _attempt_signature(attempt_id).encode()):
        raise BadToken
    return attempt_id


def sign_words(purpose: str, *words: str) -> str:
    """The words, of letters and digits, with their signature: letters, digits and "-" only."""
    return "-".join((*words, _words_signature(purpose, words)))


def read_words(purpose: str, token: str) -> list[str]:
    """The words inside.

    Raises:
        BadToken: forged, or for another purpose.
    """
    *words, signature = token.split("-")
    if not hmac.compare_digest(signature.encode(), _words_signature(purpose, words).encode()):
        raise BadToken
    return words


def sign_short(purpose: str, *words: str) -> str:
    """As `sign_words`, for places with little room such as a mail address: the signature has 64 bits."""
    return "-".join((*words, _words_signature(purpose, words)[:_SHORT]))


def read_short(purpose: str, token: str) -> list[str]:
    """The words inside.

    Raises:
        BadToken: forged, or for another purpose.
    """
    *words, signature = token.split("-")
    if not hmac.compare_digest(signature.encode(), _words_signature(purpose, words)[:_SHORT].encode()):
        raise BadToken
    return words


def _words_signature(purpose: str, words: Sequence[str]) -> str:
    key = settings().secret_key.encode()
    signed = "-".join((purpose, *words)).encode()
    return hmac.new(key, b"words:" + signed, hashlib.sha256).hexdigest()[:32]


def _attempt_signature(attempt_id: str) -> str:
    key = settings().secret_key.encode()
    return hmac.new(key, b"attempt:" + attempt_id.encode(), hashlib.sha256).hexdigest()[:32]
