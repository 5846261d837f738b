"""Why something did not arrive, in words."""

import pytest
from flask_babel import force_locale

from helpdesk.attempt_words import BOUNCED, OURS, providers_code, why_not
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel


def failed(code, text="", channel=Channel.SMS):
    return Attempt(channel=channel, state=AttemptState.FAILED, error_code=code, error_text=text, provider_status="")


@pytest.mark.parametrize("code", ["20500", "20503", "500", "503", "429", *OURS])
def test_a_reason_that_we_know_is_told_in_our_words(app, code):
    with force_locale("pl"):
        said = str(why_not(failed(code, "Service unavailable")))
    with force_locale("en"):
        assert said not in ("", "Service unavailable", str(why_not(failed(code, "Service unavailable"))))


@pytest.mark.parametrize("reason", ["not_found", "doubtful"])
def test_what_became_of_an_unknown_one_is_told_beside_the_providers_code(app, reason):
    attempt = failed("20500", reason)
    assert why_not(attempt) == OURS[reason]
    assert providers_code(attempt) == "20500"


def test_a_reason_of_ours_shows_no_code(app):
    assert providers_code(failed("no_answer")) == ""


def test_a_mail_servers_503_keeps_its_own_text(app):
    assert why_not(failed("503", "bad sequence", Channel.EMAIL)) == "bad sequence"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("5.1.1", "there is no such mailbox"),
        ("5.2.2", "the mailbox is full"),
        ("5.7.1", "the recipient's mail server refused it"),
        ("", "the recipient's mail server refused it"),
    ],
)
def test_a_mail_that_came_back_says_why(app, code, words):
    attempt = Attempt(
        channel=Channel.EMAIL,
        state=AttemptState.UNDELIVERED,
        provider_status=BOUNCED,
        error_code=code,
        error_text="",
    )
    with force_locale("en"):
        assert str(why_not(attempt)) == words
