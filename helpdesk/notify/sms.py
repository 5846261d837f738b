"""What all providers of SMS share: the text, how long it is of use, how to recognise it."""

import hashlib

from helpdesk import clock, outbox
from helpdesk.models import Attempt
from helpdesk.models.codes import NotificationEvent
from helpdesk.notify.render import render_sms

# Shorter than the way to the next step: an alert that comes late is noise.
ALERT_VALID_SECONDS = 240
VALID_SECONDS = 4 * 3600
# What Twilio puts before the words of a trial account.
TRIAL_PREFIX = "Sent from your Twilio trial account - "


def text_of(attempt: Attempt, *, can_reply: bool) -> str:
    """The text of the attempt and of all that it carries; it asks for an answer only if one can be given."""
    return render_sms(attempt.notification, can_reply=can_reply, carried=outbox.carried_by(attempt))


def valid_seconds(attempt: Attempt) -> int:
    if attempt.expires_at is not None:
        return max(1, int((attempt.expires_at - clock.now()).total_seconds()))
    is_alert = attempt.notification.event is NotificationEvent.ALERT
    return ALERT_VALID_SECONDS if is_alert else VALID_SECONDS


def text_hash(text: str) -> str:
    """The same for the text as it was sent and as the provider gives it back."""
    return hashlib.sha256(" ".join(text.removeprefix(TRIAL_PREFIX).split()).encode()).hexdigest()
