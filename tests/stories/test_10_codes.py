"""Rule 10. The provider's code says what follows: another channel, an alarm and another provider, a short retry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.health import providers
from helpdesk.health.check import Verdict
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.transaction import transaction
from tests import vitals
from tests.drafts import attempts, phone_of

S = AttemptState


@pytest.fixture
def comes_back(story, cast):
    """An alert whose SMS to Anna comes back with the code; the worker goes on."""

    def come(code):
        ticket = story.files(cast.osp, cast.jan)
        story.sim.undeliver(story.sms(cast.anna).sid, code)
        story.passes()
        return ticket

    return come


@pytest.fixture
def refuses(app, story, cast):
    """Twilio refuses the order of an alert to Anna with the code of its magic number."""

    def refuse(to=None, sender=None):
        with transaction():
            cast.anna.contacts[0].value = to or phone_of(cast.anna)
        app.config["SETTINGS"] = replace(settings(), twilio_from_number=sender or settings().twilio_from_number)
        return story.files(cast.osp, cast.jan)

    return refuse


def sms_of(user):
    return attempts(channel=Channel.SMS, to=user)


@pytest.mark.parametrize("code", [30004, 30005])
def test_a_dead_number_is_marked_and_the_next_alert_passes_over_it(story, cast, comes_back, code):
    comes_back(code)
    assert len(story.calls(cast.anna)) == 1
    assert (cast.anna.contacts[0].broken_code, cast.anna.contacts[0].is_usable) == (str(code), False)
    later = story.files(cast.osp, cast.jan)
    assert later.number in story.last_text(cast.beata)
    assert len(sms_of(cast.anna)) == 1


def test_a_number_that_is_none_is_marked(story, cast, refuses):
    refuses(to="+15005550001")
    assert sms_of(cast.anna)[0].error_code == "21211"
    assert cast.anna.contacts[0].broken_code == "21211"


@pytest.mark.parametrize("code", [30006, 21635])
def test_a_landline_is_called_and_stays_good_for_calls(story, cast, comes_back, code):
    comes_back(code)
    assert len(story.calls(cast.anna)) == 1
    assert cast.anna.contacts[0].is_usable
    assert len(sms_of(cast.anna)) == 1


def test_who_has_sent_stop_is_called_and_marked(story, cast):
    story.sim.exchange.state.opted_out.add(phone_of(cast.anna))
    story.files(cast.osp, cast.jan)
    assert len(story.calls(cast.anna)) == 1
    assert cast.anna.contacts[0].opted_out_at == clock.now()


@pytest.mark.parametrize("code", [30034, 30007, 63038])
def test_what_only_we_can_mend_is_an_alarm_and_goes_over_the_other_provider(story, cast, smsapi, comes_back, code):
    ticket = comes_back(code)
    [text] = [sms.body for sms in smsapi.account.messages_to(phone_of(cast.anna))]
    assert ticket.number in text
    assert len(story.texts(cast.anna)) == 1  # never the same text again over this one
    assert providers.set_up().verdict is Verdict.BROKEN
    assert str(code) in providers.set_up().says


@pytest.mark.parametrize(
    ("setting", "code"), [({"sender": "+15005550007"}, "21606"), ({"to": "+15005550003"}, "21408")]
)
def test_a_wrong_set_up_is_an_alarm_and_goes_over_the_other_provider(story, cast, smsapi, refuses, setting, code):
    ticket = refuses(**setting)
    assert sms_of(cast.anna)[0].error_code == code
    assert ticket.number in smsapi.account.messages_to(phone_of(cast.anna))[0].body
    assert code in providers.set_up().says
    assert cast.anna.contacts[0].is_usable


def test_without_another_provider_a_wrong_set_up_calls_at_once(story, cast, comes_back):
    comes_back(30034)
    assert len(story.calls(cast.anna)) == 1
    assert len(sms_of(cast.anna)) == 1


def test_a_number_of_ours_that_may_neither_text_nor_call_is_an_alarm_for_both(story, refuses):
    refuses(sender="+15005550007")
    story.passes()
    assert all(code in providers.set_up().says for code in ("21606", "21210"))


def test_refused_credentials_are_an_alarm(story, cast):
    story.sim.exchange.auth_token = "another"
    story.files(cast.osp, cast.jan)
    assert "20003" in providers.set_up().says
    assert providers.circuits().verdict is Verdict.BROKEN


def test_a_suspended_account_is_an_alarm_and_goes_over_the_other_provider(story, cast, smsapi):
    story.sim.fault("403", times=99)
    ticket = story.files(cast.osp, cast.jan)
    assert ticket.number in smsapi.account.messages_to(phone_of(cast.anna))[0].body
    assert "20005" in providers.set_up().says
    assert "SMSAPI" in providers.circuits().says


@pytest.mark.parametrize("code", ["401", "403"])
def test_an_answer_without_a_code_is_an_alarm_as_well(cast, code):
    vitals.ended(cast.jan, S.FAILED, code)
    assert code in providers.set_up().says


@pytest.mark.parametrize("code", [30003, 30008, 39999])
def test_what_may_pass_is_tried_once_more_and_the_phone_rings_meanwhile(story, cast, comes_back, code):
    comes_back(code)
    assert len(story.calls(cast.anna)) == 1
    assert timedelta() < sms_of(cast.anna)[1].due_at - clock.now() <= timedelta(minutes=1)
    clock.advance(timedelta(minutes=1))
    story.passes()
    assert len(story.texts(cast.anna)) == 2
    story.sim.undeliver(story.sms(cast.anna).sid, code)
    assert len(sms_of(cast.anna)) == 2


@pytest.mark.parametrize("fault", ["429", "503"])
def test_a_busy_provider_is_asked_again_and_the_phone_rings_meanwhile(story, cast, fault):
    story.sim.fault(fault, "/Messages")
    story.files(cast.osp, cast.jan)
    assert len(story.calls(cast.anna)) == 1
    story.passes(seconds=10)
    assert len(story.texts(cast.anna)) == 1


def test_a_full_queue_is_given_again_and_the_phone_rings_meanwhile(story, cast, comes_back):
    comes_back(30001)
    assert len(story.calls(cast.anna)) == 1
    story.passes(seconds=10)
    assert len(story.texts(cast.anna)) == 2


def test_a_code_marks_nobody_who_was_only_away(story, cast, comes_back):
    comes_back(30003)
    assert cast.anna.contacts[0].is_usable
    assert sms_of(cast.anna)[0].state is S.UNDELIVERED
