"""A sign of life is written as often as it is wanted, whoever else writes it, and whatever the clock did."""

from datetime import timedelta

import pytest

from helpdesk import clock, signs
from tests.drafts import at_once

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def first(app):
    signs.note("it")


def test_what_comes_often_is_written_once_a_minute(app):
    at = clock.now()
    clock.advance(signs.EVERY - SECOND)
    signs.note("it")
    assert signs.seen_at("it") == at
    clock.advance(SECOND)
    signs.note("it")
    assert signs.seen_at("it") == clock.now()


def test_a_heartbeat_is_written_always(app):
    clock.advance(SECOND)
    signs.note("it", signs.ALWAYS)
    assert signs.seen_at("it") == clock.now()


def test_a_sign_from_the_future_does_not_stand(app):
    clock.advance(-timedelta(hours=1))
    signs.note("it")
    assert signs.seen_at("it") == clock.now()


def test_two_that_give_the_first_sign_at_once_do_no_harm(app):
    at_once(app, *[lambda: signs.note("other", signs.ALWAYS)] * 2)
    assert signs.seen_at("other") == clock.now()
