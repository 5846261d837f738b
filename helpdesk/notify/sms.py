"""What all providers of SMS share: the text, how long it is of use, how to recognise it."""

import hashlib

from helpdesk import clock, outbox
from helpdesk.models import Attempt
from helpdesk.models.codes import NotificationEvent
from helpdesk.notify.render import render_sms
from helpdesk.oncall.running_alerts import minutes_of_step

ALERT_VALID_SECONDS = 240
# Shorter than the time to the next step: an alert that comes later is noise.
BEFORE_NEXT_STEP_SECONDS = 30
VALID_SECONDS = 4 * 3600
# What Twilio puts before the words of a trial account.
TRIAL_PREFIX = "Sent from your Twilio trial account - "


def text_of(attempt: Attempt, *, can_reply: bool) -> str:
    """The text of the attempt and of all that it carries; it asks for an answer only if one can be given."""
    return render_sms(attempt.notification, can_reply=can_reply, carried=outbox.carried_by(attempt))


def valid_seconds(attempt: Attempt) -> int:
    """For how long the SMS is of use to its reader, at least a second."""
    if attempt.expires_at is not None:
        return max(1, int((attempt.expires_at - clock.now()).total_seconds()))
    if attempt.notification.event is not NotificationEvent.ALERT:
        return VALID_SECONDS
    minutes, first = minutes_of_step(attempt.notification), attempt.notification.attempts[0]
    waited = int((first.due_at - attempt.notification.created_at).total_seconds())  # by the person's own rules
    left = (minutes or 0) * 60 - BEFORE_NEXT_STEP_SECONDS - max(0, waited)
    return min(ALERT_VALID_SECONDS, max(BEFORE_NEXT_STEP_SECONDS, left)) if minutes else ALERT_VALID_SECONDS


def text_hash(text: str) -> str:
    """The same for the text as it was sent and as the provider gives it back."""
    return hashlib.sha256(" ".join(text.removeprefix(TRIAL_PREFIX).split()).encode()).hexdigest()
