"""What the health page, monitors and `helpdesk doctor` know without the network."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask_babel import force_locale

from helpdesk import clock, health
from helpdesk.config import TWILIO_API, settings
from helpdesk.extensions import db
from helpdesk.health import Verdict
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify.worker import Worker
from helpdesk.oncall.escalation import open_escalation
from helpdesk.serve import warn_of_strange_provider
from helpdesk.transaction import transaction
from tests import vitals
from tests.factories import make_ticket

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture(autouse=True)
def english(app) -> Iterator[None]:
    with force_locale("en"), vitals.stamped():
        yield


def verdicts() -> dict[str, Verdict]:
    return {check.name: check.verdict for check in health.checks()}


def test_a_house_in_order_says_so(cast):
    vitals.beat("worker", "scheduler")
    simulated = {"provider": Verdict.WARNING}
    assert verdicts() == dict.fromkeys(verdicts(), Verdict.OK) | simulated


def test_an_outdated_schema_is_all_that_is_said(app):
    vitals.outdate()
    assert [check.says for check in health.checks()] == [
        "The database has the schema of another version. Run: helpdesk db upgrade"
    ]


@pytest.mark.parametrize("part", health.PARTS)
def test_a_part_without_a_sign_of_life_for_a_minute_is_broken(app, part):
    vitals.beat(part, age=MINUTE - SECOND)
    assert verdicts()[part] is Verdict.OK
    clock.advance(SECOND)
    assert verdicts()[part] is Verdict.BROKEN


def test_a_message_that_waits_for_two_minutes_is_named(cast):
    vitals.due(cast.jan)
    assert health.queue().ok
    clock.advance(2 * MINUTE)
    assert health.queue().says == "A message has waited for 2 min to be sent. Is a worker running?"


def test_a_message_for_later_does_not_wait(cast):
    attempt = vitals.due(cast.jan)
    with transaction():
        attempt.due_at = clock.now() + timedelta(hours=3)
    assert health.oldest_due() == timedelta()


def test_a_code_that_only_our_settings_can_mend_is_named(cast):
    vitals.ended(cast.jan, AttemptState.FAILED, "30003")
    assert health.set_up().ok
    vitals.ended(cast.jan, AttemptState.FAILED, "21606")
    vitals.ended(cast.jan, AttemptState.UNDELIVERED, "30007")
    assert "(code 21606, 30007)" in health.set_up().says


def test_a_message_that_could_not_be_prepared_is_shown(cast):
    attempt = vitals.ended(cast.jan, AttemptState.FAILED, health.POISONED)
    assert attempt.id in health.poisoned().says


def test_failures_older_than_a_day_are_history(cast):
    vitals.ended(cast.jan, AttemptState.FAILED, "21606")
    clock.advance(timedelta(hours=25))
    assert health.recent(*health.NOT_REACHED) == []
    assert health.set_up().ok


def test_a_channel_over_which_nothing_arrives_is_failing(cast):
    for _ in range(3):
        vitals.ended(cast.jan, AttemptState.UNDELIVERED, "30008")
    assert health.channels().says.startswith("Nothing has arrived over this channel for an hour: SMS.")
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    assert health.channels().ok


def test_another_channel_does_not_hide_a_failing_one(cast):
    for _ in range(3):
        vitals.ended(cast.jan, AttemptState.FAILED, "30008", Channel.VOICE)
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    assert not health.channels().ok


def test_an_alert_that_nobody_answered_is_named(cast):
    with transaction():
        ticket = make_ticket(cast)
        escalation = open_escalation(ticket)
        escalation.round = 1
    assert ticket.number in health.alerts().says


REAL = {"simulated": False, "twilio_api_url": TWILIO_API}
STRANGE = [
    ({"twilio_api_url": "https://relay.test"}, "TWILIO_API_URL is not Twilio's own address: https://relay.test"),
    ({"smsapi_url": "https://relay.test"}, "SMSAPI_URL is not SMSAPI's own address: https://relay.test"),
    ({"smsapi_url": "http://api.smsapi.pl"}, "SMSAPI_URL is not SMSAPI's own address: http://api.smsapi.pl"),
]


@pytest.mark.parametrize(("changes", "says"), STRANGE)
def test_an_address_that_is_not_the_providers_own_is_named(app, changes, says):
    own = settings()
    app.config["SETTINGS"] = replace(own, **REAL | changes)
    try:
        assert health.provider().verdict is Verdict.WARNING
        assert health.provider().says == says
    finally:
        app.config["SETTINGS"] = own


@pytest.mark.parametrize(("changes", "says"), STRANGE)
def test_an_address_that_is_not_the_providers_own_is_named_at_the_start(app, caplog, changes, says):
    warn_of_strange_provider(settings())
    warn_of_strange_provider(replace(settings(), **REAL, smsapi_url="https://api2.smsapi.pl"))
    assert caplog.messages == []
    warn_of_strange_provider(replace(settings(), **REAL | changes))
    assert caplog.messages == [says]


def test_hours_without_anybody_on_duty_are_named(cast):
    assert health.on_call().ok
    with transaction():
        cast.anna.active = False
    assert health.on_call().says.startswith(
        "Nobody is on duty from Wed 11 Mar 2026, 10:00 to Thu 12 Mar 2026, 08:00"
    )


def test_no_schedule_at_all_is_named(app):
    assert health.on_call().says.startswith("There is no on-call schedule")


def test_a_broken_phone_is_known_before_the_shift(cast):
    with transaction():
        cast.beata.contacts[0].broken_at = clock.now()
    assert health.reachable().says == "On duty soon without a verified, working phone: Beata Testowa"


def test_nobody_who_could_be_the_last_resort_is_named(cast):
    assert health.managers().ok
    with transaction():
        cast.marek.active = False
    assert not health.managers().ok


def test_a_running_worker_gives_a_sign_of_life(app):
    worker = Worker(app)
    worker.start()
    try:
        until = time.monotonic() + 10
        while health.heartbeat_age("worker") is None and time.monotonic() < until:
            db.session.rollback()
            time.sleep(0.02)
        assert health.worker().ok
    finally:
        worker.stop()
