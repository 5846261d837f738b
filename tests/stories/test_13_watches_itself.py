"""Rule 13. It watches itself: whatever keeps alerts from getting out or answers from coming in is named.

The weekly test alert has its own stories (test_13_weekly_test.py), the outgoing heartbeat its own tests
(tests/notify/test_monitor.py).
"""

from datetime import timedelta

import pytest
from flask_babel import force_locale

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.health import duty, program, providers
from tests import vitals
from tests.conftest import sign_in
from tests.drafts import opened, soon


@pytest.fixture(autouse=True)
def english(app):
    with app.test_request_context(), force_locale("en"):
        yield


def page_of(story, user):
    with vitals.stamped():
        client = story.app.test_client()
        sign_in(client, user)
        return client.get("/health").text


def test_a_worker_that_ended_is_missed_within_a_minute(story, worker):
    def is_alive():
        db.session.rollback()
        return program.worker().ok

    assert soon(is_alive)
    worker.stop()
    clock.advance(program.FRESH)
    assert program.worker().says.startswith("Sending: no sign of life for 1 min")


def test_a_scheduler_that_stands_still_is_missed_within_a_minute(story):
    story.passes()
    assert program.scheduler().ok
    clock.advance(program.FRESH)
    assert not program.scheduler().ok


def test_an_alert_that_no_worker_takes_is_named_by_its_age(story, cast):
    opened(cast)
    clock.advance(timedelta(minutes=2))
    assert program.queue().says.startswith("An alert or a sign-in code has waited for 2 min")


def test_an_alert_that_should_have_moved_is_named(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    clock.advance(timedelta(minutes=7))
    assert ticket.number in program.steps().says
    story.passes()
    assert program.steps().ok


def test_a_channel_over_which_nothing_arrives_is_named(story, cast):
    for _ in range(3):
        story.files(cast.osp, cast.jan)
        story.sim.undeliver(story.sms(cast.anna).sid, 30006)
        story.passes(seconds=20)
    assert "SMS" in providers.channels().says
    assert not providers.channels().ok


def test_reports_that_are_lost_on_the_way_are_noticed_and_their_return_too(story, cast):
    with story.sim.lose_callbacks():
        story.files(cast.osp, cast.jan)
        story.sim.deliver(story.sms(cast.anna).sid)
        story.passes(minutes=4)
        assert not providers.webhook().ok
    story.answers(cast.anna, "1")
    story.passes(minutes=4)
    assert providers.webhook().ok


def test_little_money_is_named_with_what_is_left(story):
    story.sim.exchange.balance = "3.10"
    story.passes()
    assert "3.10 USD" in providers.balance().says
    assert not providers.balance().ok


def test_messages_in_doubt_are_named_while_the_provider_cannot_be_asked(story, cast):
    story.sim.fault("cut_before", "/Messages", times=99)
    story.sim.fault("500", "/Messages", method="GET", times=99)
    story.files(cast.osp, cast.jan)
    story.passes(minutes=1)
    clock.advance(timedelta(minutes=6))
    assert not providers.doubt().ok


def test_an_alert_that_nobody_answered_is_named_until_somebody_does(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    assert duty.alerts().ok
    for _ in range(3):
        clock.advance(timedelta(minutes=5))
        story.passes()
    assert ticket.number in duty.alerts().says
    story.answers(cast.beata, "1")
    assert duty.alerts().ok


def test_a_phone_that_died_is_known_before_its_shift(story, cast):
    story.files(cast.osp, cast.jan)
    story.sim.undeliver(story.sms(cast.anna).sid, 30005)
    assert cast.anna.name in duty.reachable().says


def test_the_page_says_all_that_in_words_and_what_to_do(story, cast):
    story.sim.exchange.auth_token = "another"
    ticket = story.files(cast.osp, cast.jan)
    clock.advance(timedelta(minutes=7))
    page = page_of(story, cast.marek)
    assert "20003" in page and "helpdesk doctor" in page
    assert ticket.number in page
