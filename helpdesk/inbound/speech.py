"""What is said in a call, in the voice of the language."""

import re

from twilio.twiml.voice_response import Gather, VoiceResponse

from helpdesk.config import settings
from helpdesk.notify.links import absolute
from helpdesk.tokens import sign_attempt

REPEATS = 3
TAKES, PASSES = "1", "2"  # the keys
LANGUAGES = {"pl": "pl-PL", "en": "en-GB"}
ENGLISH_VOICE = "Polly.Amy"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def ask(response: VoiceResponse, action: str) -> Gather:
    """Wait for one digit, which goes to `action`; what is said inside can be interrupted by it."""
    gather: Gather = response.gather(input="dtmf", num_digits=1, timeout=6, action=action, method="POST")
    return gather


def say(verb: VoiceResponse | Gather, text: str, locale: str) -> None:
    """Control characters pass the TwiML builder unharmed: they are taken out here."""
    voice = settings().voice if locale == "pl" else ENGLISH_VOICE
    verb.say(CONTROL.sub(" ", text), language=LANGUAGES.get(locale, "pl-PL"), voice=voice)


def read_again(response: VoiceResponse, attempt_id: str, turn: int) -> None:
    """Go back to the beginning of our call, for the `turn`-th time."""
    response.redirect(absolute("twilio.call_again", token=sign_attempt(attempt_id), turn=turn), method="POST")


def last_words(text: str, locale: str) -> str:
    """A document that says the text and hangs up."""
    response = VoiceResponse()
    say(response, text, locale)
    response.hangup()
    return str(response)


def digit_by_digit(number: str) -> str:
    """ "LEO-2026-0042" → "L E O, 4 2": spoken sign by sign, without the year and leading zeros."""
    code, _year, count = number.split("-")
    return f"{' '.join(code)}, {' '.join(count.lstrip('0') or '0')}"
