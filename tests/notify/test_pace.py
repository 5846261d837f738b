"""A provider is given so many messages a second; alerts do not wait for notices."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Provider
from helpdesk.models.codes import Lane
from helpdesk.notify import pace, twilio
from helpdesk.transaction import transaction

SLOW = replace(twilio.SMS, per_second=lambda: 2.0)


def places_taken(provider, lane):
    taken = 0
    while True:
        try:
            with transaction():
                pace.take_place(provider, lane)
        except pace.TooFastError:
            return taken
        taken += 1


def test_notices_keep_to_the_rate(app):
    burst = places_taken(SLOW, Lane.NOTICE)
    clock.advance(timedelta(seconds=10))
    assert places_taken(SLOW, Lane.NOTICE) == burst  # the time without messages is not saved up
    clock.advance(timedelta(seconds=1))
    assert places_taken(SLOW, Lane.NOTICE) == 2


def test_an_alert_does_not_wait_for_notices(app):
    places_taken(SLOW, Lane.NOTICE)
    with transaction():
        pace.take_place(SLOW, Lane.ALERT)
    assert pace.seconds_to_wait(SLOW, Lane.ALERT) == 0
    assert pace.seconds_to_wait(SLOW, Lane.NOTICE) > 0


def test_alerts_do_not_flood_the_provider_either(app):
    assert places_taken(SLOW, Lane.ALERT) == 2 * 5 + 1


def test_who_comes_too_early_learns_how_long_to_wait(app):
    places_taken(SLOW, Lane.NOTICE)
    assert pace.seconds_to_wait(SLOW, Lane.NOTICE) == pytest.approx(0.5, abs=0.01)
    assert pace.seconds_to_wait(SLOW, Lane.ALERT) == 0


def test_a_provider_that_gets_too_much_is_left_alone_for_a_while(app):
    with transaction():
        pace.hold_off(SLOW.name, 4)
    assert pace.seconds_to_wait(SLOW, Lane.NOTICE) == pytest.approx(3)
    assert pace.seconds_to_wait(SLOW, Lane.ALERT) == 0


def test_a_provider_without_a_rate_is_never_waited_for(app):
    assert pace.seconds_to_wait(replace(SLOW, per_second=lambda: 0.0), Lane.NOTICE) == 0


def test_a_clock_that_was_wrong_once_holds_nobody_up(app):
    with transaction():
        db.session.add(Provider(name=SLOW.name, next_at=clock.now() + timedelta(hours=1)))
    assert pace.seconds_to_wait(SLOW, Lane.NOTICE) == 0
    with transaction():
        pace.take_place(SLOW, Lane.NOTICE)
    assert db.session.get(Provider, SLOW.name).next_at == clock.now() + timedelta(seconds=0.5)


def test_what_a_wrong_clock_left_does_not_outlive_the_providers_word(app):
    with transaction():
        db.session.add(Provider(name=SLOW.name, next_at=clock.now() + timedelta(hours=1)))
    with transaction():
        pace.hold_off(SLOW.name, 4)
    assert pace.seconds_to_wait(SLOW, Lane.NOTICE) == pytest.approx(3)
