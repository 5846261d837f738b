"""Signed webhooks to the program: parameters by Twilio's names, the signature, retries, and the courier."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from threading import RLock
from urllib.parse import parse_qs, urldefrag

import requests
from twilio.request_validator import RequestValidator

from helpdesk.simulator.segments import count_segments
from helpdesk.simulator.state import Call, Message, Problem, State

API_VERSION = "2010-04-01"
BUDGET_SECONDS = 15
EVENT_STATUS = {"initiated": "initiated", "ringing": "ringing", "answered": "in-progress"}

Params = Mapping[str, str]
Post = Callable[[str, Params, Mapping[str, str]], tuple[int, str]]


class UnreachedError(Exception):
    """A post got no answer; `moment` is ct (no connection) or rt (connected, no answer in time)."""

    def __init__(self, moment: str) -> None:
        super().__init__(moment)
        self.moment = moment


@dataclass(frozen=True)
class Callback:
    url: str
    params: Params


def post_over_http(url: str, params: Params, headers: Mapping[str, str]) -> tuple[int, str]:
    """Status and body of the answer. Raises UnreachedError."""
    try:
        answer = requests.post(url, data=params, headers=headers, timeout=BUDGET_SECONDS, allow_redirects=False)
    except requests.ReadTimeout as error:
        raise UnreachedError("rt") from error
    except requests.RequestException as error:
        raise UnreachedError("ct") from error
    # XML without a charset is UTF-8; requests would read text/xml as Latin-1.
    return answer.status_code, answer.content.decode("utf-8", "replace")


def retry_rule(fragment: str) -> tuple[int, frozenset[str]]:
    """How often, and after what, a webhook is tried again: `rc=3&rp=ct,rt,5xx`; once after ct by default."""
    wishes = parse_qs(fragment)
    wish = wishes.get("rc", ["1"])[0]
    times = int(wish) if wish.isdecimal() else 1
    policies = frozenset(wishes.get("rp", ["ct"])[0].split(","))
    return min(times, 5), policies | {"ct", "rt", "4xx", "5xx"} if "all" in policies else policies


class Courier:
    """Carries signed posts to the program; tests lose, hold, repeat and reorder the status callbacks."""

    def __init__(
        self, *, auth_token: str, state: State, now: Callable[[], datetime], post: Post = post_over_http
    ) -> None:
        self.post = post
        self.sent: list[Callback] = []
        self.held: list[Callback] = []
        self._validator = RequestValidator(auth_token)
        self._state = state
        self._now = now
        self._mode = "carry"
        self._lock = RLock()

    def fetch(self, url: str, params: Params) -> tuple[int, str]:
        """Post and give back status and body; status 0 when nobody answered. Failures are noted."""
        bare, fragment = urldefrag(url)
        signature = self._validator.compute_signature(bare, params)
        headers = {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": secrets.token_hex(16)}
        times, policies = retry_rule(fragment)
        for _ in range(times + 1):
            status, body, outcome = self._try(bare, params, headers)
            if outcome not in policies:
                break
        if outcome:
            self._state.note(Problem(11200, f"{bare} answered {status or outcome}", self._now()))
        return status, body

    def _try(self, url: str, params: Params, headers: Mapping[str, str]) -> tuple[int, str, str]:
        try:
            status, body = self.post(url, params, headers)
        except UnreachedError as error:
            return 0, "", error.moment
        return status, body, f"{status // 100}xx" if status >= 400 else ""

    def notify(self, callback: Callback) -> None:
        """Carry a status callback, or do with it what `lose` or `hold` said."""
        if not callback.url or self._mode == "lose":
            return
        if self._mode == "hold":
            with self._lock:
                self.held.append(callback)
            return
        self.fetch(callback.url, callback.params)
        with self._lock:
            self.sent.append(callback)
            del self.sent[:-1000]

    def lose(self) -> ExitStack:
        """Status callbacks go nowhere, until `carry` or the end of the `with` block."""
        return self._switch("lose")

    def hold(self) -> ExitStack:
        """Status callbacks wait for `release`."""
        return self._switch("hold")

    def carry(self) -> None:
        self._mode = "carry"

    def _switch(self, mode: str) -> ExitStack:
        self._mode = mode
        stack = ExitStack()
        stack.callback(self.carry)
        return stack

    def release(self, order: Callable[[list[Callback]], list[Callback]] = list) -> int:
        """Carry what was held, in an order of the caller's choice, and say how many."""
        with self._lock:
            waiting, self.held = self.held, []
        self.carry()
        for callback in order(waiting):
            self.notify(callback)
        return len(waiting)


def message_params(message: Message, account_sid: str) -> dict[str, str]:
    """A status callback of a message."""
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": message.status,
        "SmsStatus": message.status,
        "To": message.to,
        "From": message.from_,
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
    }
    optional = {"ErrorCode": message.error_code, "MessagingServiceSid": message.service_sid}
    return params | {name: str(value) for name, value in optional.items() if value}


def inbound_params(message: Message, account_sid: str) -> dict[str, str]:
    """The webhook of an incoming text message."""
    return {
        "MessageSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "Body": message.body,
        "From": message.from_,
        "To": message.to,
        "NumMedia": "0",
        "NumSegments": str(count_segments(message.body)),
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
    }


def call_params(call: Call, account_sid: str) -> dict[str, str]:
    """What every voice webhook carries."""
    params = {
        "CallSid": call.sid,
        "AccountSid": account_sid,
        "From": call.from_,
        "Caller": call.from_,
        "To": call.to,
        "Called": call.to,
        "CallStatus": call.status,
        "Direction": call.direction,
        "ApiVersion": API_VERSION,
    }
    return params | ({"ParentCallSid": call.parent_sid} if call.parent_sid else {})


def call_event_params(call: Call, event: str, *, account_sid: str, at: datetime) -> dict[str, str]:
    """A status callback of a call; `busy` and the like come as the event `completed`."""
    params = call_params(call, account_sid) | {
        "CallStatus": EVENT_STATUS.get(event, call.status),
        "SequenceNumber": str(call.sequence),
        "CallbackSource": "call-progress-events",
        "Timestamp": format_datetime(at),
    }
    if event == "completed":
        params |= {"CallDuration": str(duration(call)), "Duration": str(-(-duration(call) // 60))}
    return params


def duration(call: Call) -> int:
    """Whole seconds between answering and the end; 0 when nobody answered."""
    if call.start_time is None or call.end_time is None:
        return 0
    return int((call.end_time - call.start_time).total_seconds())
