"""The call channel: the call is made here; what it says is decided when somebody answers (inbound/calls.py)."""

from dataclasses import dataclass

from helpdesk.models import Attempt
from helpdesk.notify import twilio
from helpdesk.notify.parcel import Receipt
from helpdesk.notify.render import absolute
from helpdesk.tokens import sign_attempt

# Below most voicemail boxes' patience.
RING_SECONDS = 20


@dataclass(frozen=True)
class Call:
    to: str
    url: str
    callback: str

    provider = twilio.PROVIDER

    def send(self) -> Receipt:
        """Raises DeliveryError."""
        sid, status = twilio.make_call(to=self.to, url=self.url, callback=self.callback, ring_seconds=RING_SECONDS)
        return Receipt(sid, status)


def prepare(attempt: Attempt) -> Call:
    token = sign_attempt(attempt.id)
    return Call(
        to=attempt.notification.address,
        url=absolute("twilio.call", token=token),
        callback=absolute("twilio.call_status", token=token),
    )
