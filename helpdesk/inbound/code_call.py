"""The call that says the code for a landline."""

from flask_babel import force_locale
from twilio.twiml.voice_response import VoiceResponse

from helpdesk.inbound.speech import REPEATS, say
from helpdesk.models import Attempt
from helpdesk.notify.render import render

PAUSE_SECONDS = 2


def spoken(attempt: Attempt, _turn: int) -> str:
    """The code digit by digit, a few times over; there is nothing to press."""
    notification, response = attempt.notification, VoiceResponse()
    with force_locale(notification.locale):
        text = render(notification, "voice")
    for _reading in range(REPEATS):
        say(response, text, notification.locale)
        response.pause(length=PAUSE_SECONDS)
    response.hangup()
    return str(response)
