"""SMSAPI (https://www.smsapi.pl) through its package: the second company for SMS. The only import of smsapi.

Source of the rules: smsapi-client 2.9, SMSAPI's OpenAPI and its table of errors. What nobody has tried against the
real service stands in docs/decisions/0007-second-provider.md.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import requests
from smsapi.client import Client
from smsapi.endpoint import bind_api_endpoint
from smsapi.exception import EndpointException, SmsApiException

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify import sms
from helpdesk.notify.links import absolute
from helpdesk.notify.network import unanswered
from helpdesk.notify.parcel import Decision, DeliveryError, Parcel, Receipt
from helpdesk.notify.provider import Balance, Found, Provider
from helpdesk.tokens import address_secret, sign_attempt

NAME = "sms:smsapi"
INCOMING = "smsapi-incoming"  # the secret in the address that an owner types at SMSAPI
TIMEOUT_SECONDS = (5, 10)  # to connect, to answer; the package would wait for 30
ALREADY_TAKEN = "53"  # it has had a message with this idx within a day
MOST_PARTS = 6  # else the account's own limit would refuse a text that SMS_TRANSLITERATE=no makes longer
# Its limits are 15 minutes or an hour (two sources differ) and 72 hours, give or take five minutes.
SHORTEST_LIFE, LONGEST_LIFE = timedelta(minutes=65), timedelta(hours=12)

DECISIONS: dict[str, Decision] = {
    **dict.fromkeys(("11", "12", "17", "76"), Decision.REFUSED),  # this text
    "13": Decision.ELSEWHERE,  # no number it sends to: none at all, a landline, on a list of its own
    "52": Decision.ONCE_MORE,  # more than ten to one number within a minute
    **dict.fromkeys(("57", "96", "112"), Decision.ELSEWHERE),  # it does not send to this number, this country
    "59": Decision.OPTED_OUT,
    "94": Decision.ELSEWHERE,  # a link in the text
    **dict.fromkeys(("8", "18", "19", "20", "25", "27", "28", "30"), Decision.CONFIGURATION),  # our request
    **dict.fromkeys(("50", "54", "56", "70", "72", "74"), Decision.CONFIGURATION),  # its times, its addresses
    "14": Decision.CONFIGURATION,  # sender not confirmed
    **dict.fromkeys(("98", "101", "102", "103", "105", "110", "997", "1000"), Decision.CONFIGURATION),  # account
    **dict.fromkeys(("401", "403", "404", "407"), Decision.CONFIGURATION),  # token, its rights, our SMSAPI_URL
    "client": Decision.CONFIGURATION,  # the package itself refused
    **dict.fromkeys(("200", "202", "203", "429"), Decision.TEMPORARY),  # not taken
    **dict.fromkeys(("201", "999"), Decision.UNKNOWN),  # an error inside: taken or not
    # Its reports:
    "EXPIRED": Decision.REFUSED,
    "UNDELIVERED": Decision.ONCE_MORE,
    "REJECTED": Decision.ELSEWHERE,
    "FAILED": Decision.ELSEWHERE,
    "STOP": Decision.REFUSED,
}
STATUSES = {
    "401": "NOT_FOUND",
    "402": "EXPIRED",
    "403": "SENT",
    "404": "DELIVERED",
    "405": "UNDELIVERED",
    "406": "FAILED",
    "407": "REJECTED",
    "408": "UNKNOWN",
    "409": "QUEUE",
    "410": "ACCEPTED",
    "411": "RENEWAL",
    "412": "STOP",
}
# NOT_FOUND is missing: that nothing is known says nothing about the message.
STATES = {
    "QUEUE": AttemptState.ACCEPTED,
    "ACCEPTED": AttemptState.SENT,  # the operator has it
    "RENEWAL": AttemptState.SENT,  # the operator tries again
    "SENT": AttemptState.SENT,  # and no report will come
    "UNKNOWN": AttemptState.SENT,  # no report has come
    "DELIVERED": AttemptState.DELIVERED,
    "EXPIRED": AttemptState.UNDELIVERED,
    "UNDELIVERED": AttemptState.UNDELIVERED,
    "REJECTED": AttemptState.UNDELIVERED,
    "FAILED": AttemptState.FAILED,
    "STOP": AttemptState.FAILED,
}


class _AsItIs:
    """A mapping for the package's endpoints that changes nothing."""

    @staticmethod
    def from_dict(answer: Any, **_: Any) -> Any:
        return answer


# The API can tell the status of a message (its other packages ask so); the Python package has no method for it.
_ask_status = bind_api_endpoint(
    method="GET",
    path="sms.do",
    mapping=_AsItIs,
    accept_parameters=["status"],
    force_parameters={"format": "json"},
    exception_class=EndpointException,
)


def client() -> Client:
    return Client(f"{settings().smsapi_url}/", access_token=settings().smsapi_token)


@contextmanager
def asking() -> Iterator[None]:
    """Whatever the package raises becomes a DeliveryError with the decision that follows."""
    try:
        yield
    except (SmsApiException, requests.RequestException) as error:
        raise delivery_error(error) from error
    except (AttributeError, TypeError, ValueError) as unexpected:
        # The package takes any JSON for the one that it expects, and breaks on a list or null.
        raise _unreadable() from unexpected


def is_set_up() -> bool:
    return bool(settings().smsapi_token)


def can_reply() -> bool:
    """Only a number takes answers: one of the account, or one that SMSAPI lends for "2way"."""
    sender = settings().smsapi_sender
    return sender.startswith("+") or sender.lower() == "2way"


def incoming_address() -> str:
    """Where SMSAPI is to bring the SMS that come in."""
    return absolute("smsapi.sms_in", secret=address_secret(INCOMING))


def prepare(attempt: Attempt) -> Parcel:
    """The attempt's id goes along as idx: given the same attempt again, SMSAPI says so and sends nothing."""
    text = sms.text_of(attempt, can_reply=can_reply())
    life = timedelta(seconds=sms.valid_seconds(attempt))
    send = partial(
        send_message,
        to=attempt.notification.address,
        body=text,
        idx=attempt.id,
        callback=absolute("smsapi.report", token=sign_attempt(attempt.id)),
        expires_at=clock.now() + min(max(life, SHORTEST_LIFE), LONGEST_LIFE),
    )
    return Parcel(send, sms.text_hash(text))


def send_message(*, to: str, body: str, idx: str, callback: str, expires_at: datetime) -> Receipt:
    """Hand a message over; without an id if SMSAPI has had it before. Raises DeliveryError."""
    try:
        with asking():
            answer = client().sms.send(
                to=to.lstrip("+"),
                message=body,
                idx=idx,
                check_idx=1,
                encoding="utf-8",
                max_parts=MOST_PARTS,
                expiration_date=int(expires_at.timestamp()),
                notify_url=callback,
                timeout=TIMEOUT_SECONDS,
                **_sender(),
            )
    except DeliveryError as error:
        if error.code == ALREADY_TAKEN:
            return Receipt("", "duplicate")
        raise
    return _receipt(answer.results)


def _sender() -> dict[str, str]:
    sender = settings().smsapi_sender.lstrip("+")
    return {"from_": sender} if sender else {}


def _receipt(messages: list[Any]) -> Receipt:
    """The package makes an empty list of an answer that is no JSON at all: then nobody knows."""
    if len(messages) != 1 or not messages[0].id:
        raise _unreadable()
    return Receipt(str(messages[0].id), str(messages[0].status))


def fetch(sid: str) -> Found:
    """Raises DeliveryError."""
    with asking():
        answer = _ask_status(client().sms, status=sid, timeout=TIMEOUT_SECONDS)
    rows = answer.get("list", [answer]) if isinstance(answer, dict) else answer
    messages = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not messages or not messages[0].get("status"):
        raise _unreadable()
    return found(sid, str(messages[0]["status"]))


def found(sid: str, status: str) -> Found:
    """`status` is SMSAPI's number ("404") or word ("DELIVERED") for it."""
    word = STATUSES.get(status, status.upper())
    state = STATES.get(word)
    has_failed = state in (AttemptState.UNDELIVERED, AttemptState.FAILED)
    return Found(sid=sid, status=word, state=state, code=word if has_failed else "")


def balance() -> Balance:
    """The points of the account. Raises DeliveryError."""
    with asking():
        return Balance(float(client().account.balance(timeout=TIMEOUT_SECONDS).points), "points")


def probe() -> None:
    """Raises DeliveryError: unreachable, token or address refused."""
    balance()


def decision_for(code: str) -> Decision:
    return DECISIONS.get(code, Decision.ONCE_MORE)


def delivery_error(error: Exception) -> DeliveryError:
    """What an error of the package or the network means: taken, certainly not taken, or unknown."""
    if isinstance(error, EndpointException) and error.http_method:
        return _http_error(error)
    if isinstance(error, SmsApiException):
        code = str(error.code or "client")
        return DeliveryError(decision_for(code), code, str(error.message))
    return unanswered(error)


def _http_error(error: EndpointException) -> DeliveryError:
    """Not 2xx: the package gives its status as the code, and the body as it came."""
    status, body = str(error.code), _json_of(error.message)
    code = str(body.get("error") or status)
    text = str(body.get("message") or f"HTTP {status}")
    decision = DECISIONS.get(code) or decision_for(status)
    return DeliveryError(Decision.UNKNOWN if status >= "500" else decision, code, text)


def _json_of(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _unreadable() -> DeliveryError:
    return DeliveryError(Decision.UNKNOWN, "unreadable", "an answer that is none of SMSAPI's")


SMS = Provider(
    name=NAME,
    channel=Channel.SMS,
    is_set_up=is_set_up,
    prepare=prepare,
    decision_for=decision_for,
    per_second=lambda: settings().smsapi_sms_per_second,
    probe=probe,
    fetch=fetch,
    balance=balance,
    knows_repeats=True,  # it lists no sent messages
    closes_account=frozenset({"98", "101", "103", "105", "110", "401"}),
    too_many=frozenset({"202", "203", "429"}),
)
