"""Tokens are single-purpose, expire, and cannot be forged."""

import re
import time
from dataclasses import replace

import pytest

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import BadToken

PURPOSES = list(tokens.LIFETIMES)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_gives_back_what_was_signed(app, purpose):
    assert tokens.read(purpose, tokens.sign(purpose, 42, "Żółć", None)) == [42, "Żółć", None]


def test_a_token_fits_into_an_address_as_it_is(app):
    assert re.fullmatch(r"[A-Za-z0-9._-]+", tokens.sign(tokens.TICKET_PAGE, 42))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_is_good_for_its_purpose_alone(app, purpose):
    token = tokens.sign(purpose, 42)
    for other in set(PURPOSES) - {purpose}:
        with pytest.raises(BadToken):
            tokens.read(other, token)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_expires(app, purpose, monkeypatch):
    token, now = tokens.sign(purpose, 42), time.time()
    lifetime = tokens.LIFETIMES[purpose].total_seconds()
    monkeypatch.setattr(time, "time", lambda: now + lifetime - 5)
    assert tokens.read(purpose, token) == [42]
    monkeypatch.setattr(time, "time", lambda: now + lifetime + 5)
    with pytest.raises(BadToken):
        tokens.read(purpose, token)


@pytest.mark.parametrize(
    "forge", [lambda t: t[:-1], lambda t: "A" + t, lambda t: t.swapcase(), lambda t: "", lambda t: "ą.b.c"]
)
def test_a_changed_token_is_refused(app, forge):
    with pytest.raises(BadToken):
        tokens.read(tokens.TICKET_PAGE, forge(tokens.sign(tokens.TICKET_PAGE, 42)))


def test_a_token_of_another_installation_is_refused(app):
    token, own = tokens.sign(tokens.ACK_LINK, 42, 7), settings()
    attempt = tokens.sign_attempt(tokens.new_attempt_id())
    app.config["SETTINGS"] = replace(own, secret_key="the secret of another house")
    try:
        with pytest.raises(BadToken):
            tokens.read(tokens.ACK_LINK, token)
        with pytest.raises(BadToken):
            tokens.read_attempt(attempt)
    finally:
        app.config["SETTINGS"] = own


def test_a_callback_token_names_its_attempt_with_letters_and_digits_alone(app):
    attempt_id = tokens.new_attempt_id()
    token = tokens.sign_attempt(attempt_id)
    assert tokens.read_attempt(token) == attempt_id
    assert re.fullmatch(r"[0-9a-f]{64}", token)


@pytest.mark.parametrize(
    "forge", [lambda t: t[:-1], lambda t: "0" + t[1:], lambda t: t[:32], lambda t: "", lambda t: t + "ą"]
)
def test_a_forged_callback_token_is_refused(app, forge):
    token = tokens.sign_attempt("f" * 32)
    with pytest.raises(BadToken):
        tokens.read_attempt(forge(token))


def test_attempts_have_random_names(app):
    assert len({tokens.new_attempt_id() for _ in range(100)}) == 100
