"""An attempt of which nobody knows whether SMSAPI has it is given to it again, and is one message."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk import clock, outbox
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models.codes import AckVia, AttemptState, Channel, Lane
from helpdesk.notify import reconcile
from helpdesk.notify import smsapi as provider
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, own_session, phone_of, works

S = AttemptState


@pytest.fixture
def first_choice(app, sim, smsapi):
    """The account at SMSAPI, which is asked before Twilio."""
    app.config["SETTINGS"] = replace(settings(), sms_providers=("smsapi", "twilio"))
    return smsapi.account


def sms_of(user):
    return attempts(channel=Channel.SMS, to=user)


@pytest.fixture
def alert(cast, first_choice):
    return opened(cast)


@pytest.fixture
def killed(cast, alert):
    """A worker claimed the alert's SMS and died; its lease is over."""
    with transaction():
        attempt_id = outbox.claim(Channel.SMS, (Lane.ALERT, Lane.ALERT), "worker")
        outbox.note_parcel(attempt_id, provider.NAME, None)
    clock.advance(outbox.LEASE[Channel.SMS] + timedelta(seconds=1))
    with own_session():
        assert reconcile.take_over_expired() == 1
    return attempt_id


def settled():
    """How many unknown attempts the job settles."""
    with own_session():
        return reconcile.reconcile_unknown()


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "500", "500_after"])
def test_a_lost_answer_costs_no_second_message_and_loses_none(alert, smsapi, cast, fault):
    smsapi.fault(fault)
    works(Channel.SMS)
    assert [attempt.state for attempt in sms_of(cast.anna)] == [S.UNKNOWN]
    assert settled() == 1
    [sms] = smsapi.account.messages_to(phone_of(cast.anna))
    smsapi.account.deliver(sms.id)
    [attempt] = sms_of(cast.anna)
    assert (attempt.state, attempt.provider_sid, attempt.provider) == (S.DELIVERED, sms.id, provider.NAME)


def test_a_worker_killed_before_it_sent_has_lost_nothing(killed, smsapi, cast):
    assert settled() == 1
    assert [sms.idx for sms in smsapi.account.messages_to(phone_of(cast.anna))] == [killed]


def test_a_worker_killed_after_it_sent_has_sent_once(killed, smsapi, cast):
    provider.prepare(sms_of(cast.anna)[0]).send()
    assert settled() == 1
    assert len(smsapi.account.messages_to(phone_of(cast.anna))) == 1
    assert sms_of(cast.anna)[0].state is S.ACCEPTED


def test_what_somebody_has_taken_meanwhile_is_not_given_again(killed, alert, smsapi, cast):
    with transaction():
        acknowledge(alert, cast.beata, AckVia.PAGE)
    assert settled() == 1
    assert smsapi.account.messages == []
    assert sms_of(cast.anna)[0].state is S.FAILED


def test_what_smsapi_may_have_forgotten_is_not_given_again(killed, smsapi):
    clock.advance(reconcile.REPEATED)
    assert settled() == 1
    assert smsapi.account.messages == []


@pytest.mark.parametrize("trouble", [lambda smsapi: smsapi.fault("503"), lambda smsapi: smsapi.refuse(101)])
def test_an_alert_goes_another_way_when_smsapi_does_not_say(killed, smsapi, sim, cast, trouble):
    trouble(smsapi)
    settled()
    works(Channel.SMS)
    assert [attempt.provider for attempt in sms_of(cast.anna)] == [provider.NAME, "sms:twilio"]
    assert len(sim.messages_to(phone_of(cast.anna))) == 1


def test_a_repeat_that_comes_too_fast_for_smsapi_is_made_once_more(killed, smsapi, cast):
    provider.prepare(sms_of(cast.anna)[0]).send()
    smsapi.fault("429")
    assert settled() == 0
    clock.advance(reconcile.LOOK_AGAIN)
    assert settled() == 1
    assert [attempt.state for attempt in sms_of(cast.anna)] == [S.ACCEPTED]
    assert len(smsapi.account.messages_to(phone_of(cast.anna))) == 1


def test_a_refusal_of_the_repeat_is_a_refusal(killed, smsapi, cast):
    smsapi.refuse(59)
    assert settled() == 1
    db.session.expire_all()
    assert cast.anna.contacts[0].opted_out_at is not None
