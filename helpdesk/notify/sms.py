"""The SMS channel."""

from dataclasses import dataclass

from helpdesk import clock
from helpdesk.models import Attempt
from helpdesk.models.codes import NotificationEvent
from helpdesk.notify import twilio
from helpdesk.notify.parcel import Receipt
from helpdesk.notify.render import absolute, render_sms
from helpdesk.tokens import sign_attempt

# Shorter than the way to the next step: an alert that comes late is noise.
ALERT_VALID_SECONDS = 240
VALID_SECONDS = 4 * 3600


@dataclass(frozen=True)
class Sms:
    to: str
    body: str
    callback: str
    valid_seconds: int

    provider = twilio.PROVIDER

    def send(self) -> Receipt:
        """Raises DeliveryError."""
        sid, status = twilio.send_message(
            to=self.to, body=self.body, callback=self.callback, valid_seconds=self.valid_seconds
        )
        return Receipt(sid, status)


def prepare(attempt: Attempt) -> Sms:
    notification = attempt.notification
    return Sms(
        to=notification.address,
        body=render_sms(notification),
        callback=absolute("twilio.sms_status", token=sign_attempt(attempt.id)),
        valid_seconds=_valid_seconds(attempt),
    )


def _valid_seconds(attempt: Attempt) -> int:
    if attempt.expires_at is not None:
        return max(1, int((attempt.expires_at - clock.now()).total_seconds()))
    is_alert = attempt.notification.event is NotificationEvent.ALERT
    return ALERT_VALID_SECONDS if is_alert else VALID_SECONDS
