"""The first provider that does not fail carries the messages; a failing one is probed, tried, and used again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Provider
from helpdesk.models.codes import AttemptState, CircuitState, Lane
from helpdesk.notify import circuit, outcome, twilio
from helpdesk.notify.channels import PROVIDERS
from helpdesk.notify.parcel import Decision, DeliveryError, Receipt
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened

FIRST, SECOND = "sms:twilio", "sms:smsapi"
SECOND_ONE = replace(twilio.SMS, name=SECOND)
BUSY = DeliveryError(Decision.TEMPORARY, "503", "busy")


@pytest.fixture(autouse=True)
def two_providers(monkeypatch):
    monkeypatch.setitem(PROVIDERS, twilio.SMS.channel, (twilio.SMS, SECOND_ONE))


@pytest.fixture
def alert(app, cast):
    opened(cast)
    return attempts(channel=twilio.SMS.channel, to=cast.anna)[0].id


def fails(error, times=1):
    for _ in range(times):
        with transaction():
            circuit.failed(twilio.SMS, error)


def state():
    db.session.expire_all()
    return db.session.get(Provider, FIRST).state


def chosen(alert, lane=Lane.ALERT):
    with transaction():
        attempt = db.session.get(Attempt, alert)
        attempt.lane = lane
        return circuit.choose(attempt).name


def test_the_first_one_is_used_while_it_works(alert):
    assert chosen(alert) == FIRST


def test_three_failures_in_a_row_open_the_circuit(alert):
    fails(BUSY, times=2)
    assert chosen(alert) == FIRST
    fails(BUSY)
    assert (state(), chosen(alert)) == (CircuitState.OPEN, SECOND)


def test_a_success_between_failures_counts_anew(alert):
    fails(BUSY, times=2)
    with transaction():
        circuit.succeeded(twilio.SMS)
    fails(BUSY, times=2)
    assert state() is CircuitState.CLOSED


def test_refused_credentials_open_it_at_once(alert):
    fails(DeliveryError(Decision.CONFIGURATION, "20003", "authenticate"))
    assert chosen(alert) == SECOND


@pytest.mark.parametrize("code", ["20429", "21211"])
def test_what_does_not_lie_with_the_provider_does_not_count(alert, code):
    fails(DeliveryError(twilio.SMS.decision_for(code), code, ""), times=5)
    assert chosen(alert) == FIRST


def test_a_provider_that_still_fails_stays_out(alert):
    fails(BUSY, times=3)
    circuit.probe_open()  # nobody listens there
    assert state() is CircuitState.OPEN


def test_after_a_probe_one_notice_tries_it_and_alerts_do_not(alert, sim):
    fails(BUSY, times=3)
    circuit.probe_open()
    assert state() is CircuitState.HALF_OPEN
    assert chosen(alert) == SECOND
    assert [chosen(alert, Lane.NOTICE), chosen(alert, Lane.NOTICE)] == [FIRST, SECOND]


def test_an_answer_to_somebody_tries_it_as_well(alert, sim):
    fails(BUSY, times=3)
    circuit.probe_open()
    assert chosen(alert, Lane.SECURITY) == SECOND
    assert chosen(alert, Lane.REPLY) == FIRST


def test_when_no_notice_comes_for_long_any_message_tries_it(alert, sim):
    fails(BUSY, times=3)
    circuit.probe_open()
    clock.advance(timedelta(minutes=10))
    assert [chosen(alert), chosen(alert)] == [FIRST, SECOND]
    circuit.probe_open()
    assert chosen(alert) == SECOND  # it has just been tried


def test_the_success_of_the_try_closes_the_circuit(alert, sim):
    fails(BUSY, times=3)
    circuit.probe_open()
    chosen(alert, Lane.NOTICE)
    with transaction():
        circuit.succeeded(twilio.SMS)
    assert chosen(alert) == FIRST


def test_where_all_are_failing_the_first_is_used(alert):
    fails(BUSY, times=3)
    for _ in range(3):
        with transaction():
            circuit.failed(SECOND_ONE, BUSY)
    assert chosen(alert) == FIRST


def test_another_is_one_that_has_not_had_the_message(alert):
    with transaction():
        attempt = db.session.get(Attempt, alert)
        attempt.provider = FIRST
        assert circuit.another(attempt).name == SECOND
        attempt.provider = SECOND
        assert circuit.another(attempt).name == FIRST


UNREGISTERED = DeliveryError(Decision.CONFIGURATION, "30034", "")


def given(alert, provider=FIRST):
    """The alert is given to the provider now."""
    with transaction():
        attempt = db.session.get(Attempt, alert)
        attempt.provider, attempt.state, attempt.provider_sid = provider, AttemptState.DUE, None
        attempt.sending_at = attempt.accepted_at = attempt.finished_at = None
    with transaction():
        outcome.accepted(alert, Receipt("SM1", "queued"))


def reported(alert, to, code=""):
    with transaction():
        outcome.reported(alert, to, sid="SM1", status=to, code=code)


@pytest.mark.parametrize("code", ["30034", "30002", "63038"])
def test_a_closed_account_that_is_told_later_opens_it_at_once(alert, code):
    given(alert)
    reported(alert, AttemptState.UNDELIVERED, code)
    assert state() is CircuitState.OPEN


@pytest.mark.parametrize("code", ["30007", "30005", "30034x"])
def test_what_is_told_of_one_message_does_not(alert, code):
    given(alert)
    reported(alert, AttemptState.UNDELIVERED, code)
    assert db.session.get(Provider, FIRST) is None or state() is CircuitState.CLOSED


def test_what_is_told_later_is_disproved_by_a_delivery_only(alert, sim):
    fails(UNREGISTERED)
    circuit.probe_open()
    clock.advance(timedelta(seconds=1))
    given(alert)
    assert state() is CircuitState.HALF_OPEN
    reported(alert, AttemptState.DELIVERED)
    assert state() is CircuitState.CLOSED


def test_another_failure_meanwhile_does_not_make_it_forgotten(alert, sim):
    fails(UNREGISTERED)
    circuit.probe_open()
    fails(DeliveryError(Decision.TEMPORARY, "503", ""))
    circuit.probe_open()
    given(alert)
    assert state() is CircuitState.HALF_OPEN


def test_a_delivery_of_what_was_sent_before_disproves_nothing(alert, sim):
    given(alert)
    clock.advance(timedelta(seconds=1))
    fails(UNREGISTERED)
    reported(alert, AttemptState.DELIVERED)
    assert state() is CircuitState.OPEN


def test_no_alert_tries_an_account_that_takes_and_does_not_deliver(alert, sim):
    fails(UNREGISTERED)
    circuit.probe_open()
    clock.advance(timedelta(minutes=10))
    assert chosen(alert) == SECOND
    assert chosen(alert, Lane.NOTICE) == FIRST
