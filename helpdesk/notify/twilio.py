"""Twilio through its SDK: messages, calls, what its errors mean, its webhook signatures. The only import of twilio.

Source of the rules: Twilio's documentation and SDK 9.13 (no time-out by default, no retry, no idempotency key).
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import requests
from flask import current_app
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010 import account  # noqa: F401  (else the SDK loads it between the first claim and its POST)

from helpdesk.config import TWILIO_API, Settings, settings
from helpdesk.models import Attempt
from helpdesk.models.codes import Channel
from helpdesk.notify import sms
from helpdesk.notify.codes import (
    CALL_STATES,
    CLOSES_ACCOUNT,
    MESSAGE_STATES,
    TOLD_LATER,
    TOO_MANY,
    decision_for,
    decision_for_answer,
    known_as,
)
from helpdesk.notify.links import absolute
from helpdesk.notify.network import unanswered
from helpdesk.notify.parcel import Decision, DeliveryError, Parcel, Receipt
from helpdesk.notify.provider import Balance, Found, Provider
from helpdesk.tokens import sign_attempt

log = logging.getLogger(__name__)
# More callbacks than by default (one retry of a failed connect): Twilio reads this fragment, it is never sent.
RETRIES = "#rc=3&rp=ct,rt,5xx"
# Below most voicemail boxes' patience.
RING_SECONDS = 20
CONNECT_SECONDS = 3  # for each of Twilio's addresses, one after the other: all of them within a lease
ASKED = 50  # how many of the newest messages or calls to a number are looked at


class ApiClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends every request to `api_url` instead of Twilio's own address; the same class with Twilio's own."""

    def __init__(self, api_url: str, timeout_seconds: int) -> None:
        super().__init__(timeout=timeout_seconds)
        self.timeout = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self.api_url = api_url

    def request(self, method: str, url: str, **rest: Any) -> Any:
        return super().request(method, url.replace(TWILIO_API, self.api_url, 1), **rest)


def client() -> Client:
    """The client of this application, made once."""
    known = current_app.extensions.get("helpdesk_twilio")
    if known is None:
        known = _make_client(settings())
        current_app.extensions["helpdesk_twilio"] = known
    return known


def _make_client(house: Settings) -> Client:
    http = ApiClient(house.twilio_api_url, house.twilio_timeout_seconds)
    return Client(house.twilio_account_sid, house.twilio_auth_token, http_client=http)


@contextmanager
def asking() -> Iterator[None]:
    """Whatever the SDK raises becomes a DeliveryError with the decision that follows."""
    try:
        yield
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    except (AttributeError, TypeError, ValueError) as unexpected:
        # Something on the way (a proxy, a sign-in page) answered for Twilio, with 200: the SDK takes it for JSON.
        log.warning("an answer that is none of Twilio's", exc_info=True)
        raise DeliveryError(Decision.UNKNOWN, "unreadable", "an answer that is none of Twilio's") from unexpected


def is_set_up() -> bool:
    return bool(settings().twilio_account_sid)


def prepare_sms(attempt: Attempt) -> Parcel:
    text = sms.text_of(attempt, can_reply=_can_reply())
    callback = absolute("twilio.sms_status", token=sign_attempt(attempt.id))
    send = partial(
        send_message,
        to=attempt.notification.address,
        body=text,
        callback=callback,
        valid_seconds=sms.valid_seconds(attempt),
    )
    return Parcel(send, sms.text_hash(text))


def _can_reply() -> bool:
    """An alphanumeric sender takes no answers; a messaging service chooses numbers."""
    return settings().twilio_from_number.startswith("+") or bool(settings().twilio_messaging_service_sid)


def send_message(*, to: str, body: str, callback: str, valid_seconds: int) -> Receipt:
    """Create a message. Raises DeliveryError."""
    house = settings()
    sender = (
        {"messaging_service_sid": house.twilio_messaging_service_sid}
        if house.twilio_messaging_service_sid
        else {"from_": house.twilio_from_number}
    )
    with asking():
        created = client().messages.create(
            to=to,
            body=body,
            status_callback=callback + RETRIES,
            validity_period=max(1, min(valid_seconds, 36000)),
            **sender,
        )
    return Receipt(str(created.sid), str(created.status))


def prepare_call(attempt: Attempt) -> Parcel:
    """What the call says is decided when somebody answers (inbound/calls.py)."""
    token = sign_attempt(attempt.id)
    send = partial(
        make_call,
        to=attempt.notification.address,
        url=absolute("twilio.call", token=token),
        callback=absolute("twilio.call_status", token=token),
    )
    return Parcel(send)


def make_call(*, to: str, url: str, callback: str) -> Receipt:
    """Create a call that asks `url` what to say when somebody answers. Raises DeliveryError."""
    with asking():
        created = client().calls.create(
            to=to,
            from_=settings().hotline,
            url=url,
            method="POST",
            timeout=RING_SECONDS,
            status_callback=callback + RETRIES,
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            status_callback_method="POST",
        )
    return Receipt(str(created.sid), str(created.status))


def find_messages(to: str, since: datetime, until: datetime) -> list[Found]:
    """Messages to the number created in [since, until], newest first (not filtered by DateSent: null at first).
    Raises DeliveryError."""
    with asking():
        return _created_between(map(_message, client().messages.list(to=to, limit=ASKED)), since, until)


def find_calls(to: str, since: datetime, until: datetime) -> list[Found]:
    """Calls that we placed to the number, created in [since, until], newest first; not those to which a call of the
    units was connected. Raises DeliveryError."""
    with asking():
        ours = (row for row in client().calls.list(to=to, limit=ASKED) if row.direction == "outbound-api")
        return _created_between(map(_call, ours), since, until)


def _created_between(all_found: Iterable[Found], since: datetime, until: datetime) -> list[Found]:
    return [found for found in all_found if found.created_at is None or since <= found.created_at <= until]


def fetch_message(sid: str) -> Found:
    """Raises DeliveryError."""
    with asking():
        return _message(client().messages(sid).fetch())


def fetch_call(sid: str) -> Found:
    """Raises DeliveryError."""
    with asking():
        return _call(client().calls(sid).fetch())


def stop_call(sid: str) -> None:
    """By Twilio's documentation "canceled" ends queued and ringing calls only. Raises DeliveryError."""
    with asking():
        client().calls(sid).update(status="canceled")


def _message(row: Any) -> Found:
    return Found(
        sid=row.sid,
        status=str(row.status),
        state=MESSAGE_STATES.get(str(row.status)),
        code=str(row.error_code or ""),
        text=row.body or "",
        created_at=row.date_created,
    )


def _call(row: Any) -> Found:
    """Calls have no error code."""
    status = str(row.status)
    return Found(sid=row.sid, status=status, state=CALL_STATES.get(status), created_at=row.date_created)


def probe() -> None:
    """Raises DeliveryError: unreachable, credentials refused, account suspended."""
    status = account_status()
    if status != "active":
        raise DeliveryError(Decision.CONFIGURATION, "account", f"the account is {status}")


def account_status() -> str:
    """The account's status, "active" when all is well. Raises DeliveryError."""
    with asking():
        return str(client().api.accounts(settings().twilio_account_sid).fetch().status)


def account_type() -> str:
    """ "Full", or "Trial": then only numbers verified at Twilio are reached. Raises DeliveryError."""
    with asking():
        return str(client().api.accounts(settings().twilio_account_sid).fetch().type)


def balance() -> Balance | None:
    """What is left in the account; None when Twilio does not say. Raises DeliveryError."""
    with asking():
        row = client().balance.fetch()
    return Balance(float(row.balance), str(row.currency)) if row.balance is not None else None


def webhooks_of(phone: str) -> tuple[str, str, str] | None:
    """Where Twilio reports SMS, calls and their end to our number; None if the account has no such number. Raises
    DeliveryError."""
    with asking():
        found = client().incoming_phone_numbers.list(phone_number=phone, limit=1)
    return (str(found[0].sms_url), str(found[0].voice_url), str(found[0].status_callback)) if found else None


def delivery_error(error: Exception) -> DeliveryError:
    """What an exception of the SDK (four families) means: created, certainly not created, or unknown."""
    if isinstance(error, TwilioRestException):
        return _answered_error(error.status, error.code, error.msg)
    if isinstance(error, TwilioServiceException):
        return _answered_error(error.status, error.code, error.title)
    if isinstance(error, TwilioException) and error.args and isinstance(error.args[-1], Response):
        # A list that was refused: the SDK does not look at the answer, it only encloses it.
        return _answered_error(error.args[-1].status_code, None, str(error.args[0]))
    return unanswered(error)


def _answered_error(status: int, code: int | None, text: str) -> DeliveryError:
    return DeliveryError(decision_for_answer(status, code), known_as(status, code), text)


def is_signed(url: str, form: Mapping[str, Any] | Iterable[Any], signature: str) -> bool:
    """Whether one of our auth tokens signed this webhook: exact public URL and all posted parameters."""
    if not signature:
        return False
    try:
        return any(RequestValidator(t).validate(url, form, signature) for t in settings().auth_tokens)
    except (ValueError, TypeError, AttributeError, UnicodeError):
        log.warning("a webhook that cannot even be checked was refused")
        return False


SMS = Provider(
    name="sms:twilio",
    channel=Channel.SMS,
    is_set_up=is_set_up,
    prepare=prepare_sms,
    decision_for=decision_for,
    per_second=lambda: settings().twilio_sms_per_second,
    probe=probe,
    fetch=fetch_message,
    find=find_messages,
    closes_account=CLOSES_ACCOUNT | TOLD_LATER,
    told_later=TOLD_LATER,
    too_many=TOO_MANY,
    balance=balance,
)
VOICE = Provider(
    name="voice:twilio",
    channel=Channel.VOICE,
    is_set_up=is_set_up,
    prepare=prepare_call,
    decision_for=decision_for,
    per_second=lambda: settings().twilio_calls_per_second,
    probe=probe,
    fetch=fetch_call,
    find=find_calls,
    stop=stop_call,
    closes_account=CLOSES_ACCOUNT,
    too_many=TOO_MANY,
)
