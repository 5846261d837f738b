"""Twilio through its SDK: the client, what its errors mean, its webhook signatures. The only import of twilio.

Source of the rules: Twilio's documentation and SDK 9.13 (no time-out by default, no retry, no idempotency key).
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import requests
from flask import current_app
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError

from helpdesk.config import TWILIO_API, Settings, settings
from helpdesk.notify.codes import decision_for
from helpdesk.notify.parcel import Decision, DeliveryError

log = logging.getLogger(__name__)
PROVIDER = "twilio"
# More callbacks than by default (one retry of a failed connect): Twilio reads this fragment, it is never sent.
RETRIES = "#rc=3&rp=ct,rt,5xx"
BY_HTTP_STATUS = {
    401: Decision.CONFIGURATION,
    429: Decision.TEMPORARY,  # never processed
    503: Decision.TEMPORARY,
}
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, NameResolutionError)


class ApiClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends every request to `api_url` instead of Twilio's own address; the same class with Twilio's own."""

    def __init__(self, api_url: str, timeout_seconds: int) -> None:
        super().__init__(timeout=timeout_seconds)
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


def send_message(*, to: str, body: str, callback: str, valid_seconds: int) -> tuple[str, str]:
    """Create a message; its SID and status.

    Raises:
        DeliveryError: with the decision that follows.
    """
    house = settings()
    sender = (
        {"messaging_service_sid": house.twilio_messaging_service_sid}
        if house.twilio_messaging_service_sid
        else {"from_": house.twilio_from_number}
    )
    try:
        created = client().messages.create(
            to=to,
            body=body,
            status_callback=callback + RETRIES,
            validity_period=max(1, min(valid_seconds, 36000)),
            **sender,
        )
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    return str(created.sid), str(created.status)


def make_call(*, to: str, url: str, callback: str, ring_seconds: int) -> tuple[str, str]:
    """Create a call that asks `url` what to say when somebody answers; its SID and status.

    Raises:
        DeliveryError: with the decision that follows.
    """
    try:
        created = client().calls.create(
            to=to,
            from_=settings().hotline,
            url=url,
            method="POST",
            timeout=ring_seconds,
            status_callback=callback + RETRIES,
            status_callback_event=["initiated", "ringing", "answered", "completed"],
            status_callback_method="POST",
        )
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    return str(created.sid), str(created.status)


def recent_messages(to: str, since: datetime, until: datetime) -> list[Any]:
    """Messages to the number created in [since, until], newest first (not filtered by DateSent: null at first).

    Raises:
        DeliveryError: the provider cannot be asked.
    """
    try:
        found = client().messages.list(to=to, limit=50)
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    return [message for message in found if _is_between(message.date_created, since, until)]


def recent_calls(to: str, since: datetime, until: datetime) -> list[Any]:
    """Calls to the number created in [since, until], newest first.

    Raises:
        DeliveryError: the provider cannot be asked.
    """
    try:
        found = client().calls.list(to=to, limit=50)
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    return [call for call in found if _is_between(call.date_created, since, until)]


def _is_between(created_at: datetime | None, since: datetime, until: datetime) -> bool:
    return created_at is None or since <= created_at <= until


def fetch_message(sid: str) -> tuple[str, str]:
    """A message's status and error code ("" for none).

    Raises:
        DeliveryError: the provider cannot be asked, or does not know it.
    """
    try:
        found = client().messages(sid).fetch()
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    return str(found.status), str(found.error_code or "")


def fetch_call(sid: str) -> tuple[str, str]:
    """A call's status; calls have no error code.

    Raises:
        DeliveryError: the provider cannot be asked, or does not know it.
    """
    try:
        found = client().calls(sid).fetch()
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    return str(found.status), ""


def account_status() -> str:
    """The account's status, "active" when all is well.

    Raises:
        DeliveryError: credentials refused or provider unreachable.
    """
    try:
        return str(client().api.accounts(settings().twilio_account_sid).fetch().status)
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error


def account_type() -> str:
    """ "Full", or "Trial": then only numbers verified at Twilio are reached.

    Raises:
        DeliveryError: credentials refused or provider unreachable.
    """
    try:
        return str(client().api.accounts(settings().twilio_account_sid).fetch().type)
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error


def webhooks_of(phone: str) -> tuple[str, str] | None:
    """Where Twilio reports SMS and calls to our number; None if the account has no such number.

    Raises:
        DeliveryError: credentials refused or provider unreachable.
    """
    try:
        found = client().incoming_phone_numbers.list(phone_number=phone, limit=1)
    except (TwilioException, requests.RequestException) as error:
        raise delivery_error(error) from error
    return (str(found[0].sms_url), str(found[0].voice_url)) if found else None


def delivery_error(error: Exception) -> DeliveryError:
    """What an exception of the SDK (four families) means: created, certainly not created, or unknown."""
    if isinstance(error, TwilioRestException):
        return _answered_error(error.status, error.code, error.msg)
    if isinstance(error, TwilioServiceException):
        return _answered_error(error.status, error.code, error.title)
    if isinstance(error, requests.ConnectionError) and _never_connected(error):
        return DeliveryError(Decision.TEMPORARY, "connect", type(error).__name__)
    return DeliveryError(Decision.UNKNOWN, "no_answer", type(error).__name__)


def _answered_error(status: int, code: int | None, text: str) -> DeliveryError:
    known = str(code or status)
    return DeliveryError(BY_HTTP_STATUS.get(status) or _by_code(status, known), known, text)


def _by_code(status: int, code: str) -> Decision:
    return Decision.UNKNOWN if status >= 500 else decision_for(code)


def _never_connected(error: requests.ConnectionError) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    inner = error.args[0] if error.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NEVER_CONNECTED)


def is_signed(url: str, form: Mapping[str, Any] | Iterable[Any], signature: str) -> bool:
    """Whether one of our auth tokens signed this webhook: exact public URL and all posted parameters."""
    if not signature:
        return False
    try:
        return any(RequestValidator(t).validate(url, form, signature) for t in settings().auth_tokens)
    except (ValueError, TypeError, AttributeError, UnicodeError):
        log.warning("a webhook that cannot even be checked was refused")
        return False
