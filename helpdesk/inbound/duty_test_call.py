"""What is said in the call of the weekly test alert."""

from flask_babel import force_locale
from flask_babel import gettext as _
from twilio.twiml.voice_response import VoiceResponse

from helpdesk.extensions import db
from helpdesk.inbound.speech import REPEATS, TAKES, ask, last_words, read_again, say
from helpdesk.models import Attempt, DutyTest
from helpdesk.notify import outcome
from helpdesk.notify.links import absolute
from helpdesk.notify.render import render
from helpdesk.oncall import duty_test
from helpdesk.tokens import sign_attempt


def spoken(attempt: Attempt, turn: int) -> str:
    """What it says when it is picked up, the `turn`-th time; after the last it hangs up."""
    notification = attempt.notification
    with force_locale(notification.locale):
        if _test_of(attempt).confirmed_at is not None:
            return last_words(_("This test alert is confirmed already. Thank you."), notification.locale)
        if turn >= REPEATS:
            return last_words(_("The test alert was not confirmed. Goodbye."), notification.locale)
        response = VoiceResponse()
        gather = ask(response, absolute("twilio.digit", token=sign_attempt(attempt.id)))
        say(gather, render(notification, "voice"), notification.locale)
        read_again(response, attempt.id, turn + 1)
        return str(response)


def pressed(attempt: Attempt, digit: str) -> str:
    """1 confirms, every other key repeats."""
    locale = attempt.notification.locale
    if digit != TAKES:
        return spoken(attempt, 1)
    outcome.pressed(attempt.id, digit)
    duty_test.confirm(_test_of(attempt))
    with force_locale(locale):
        return last_words(_("Thank you. The test alert is confirmed: your phone works."), locale)


def _test_of(attempt: Attempt) -> DutyTest:
    return db.session.get_one(DutyTest, attempt.notification.params["test"], populate_existing=True)
