"""Rule 12. A channel has an ordered list of providers; the next one is used while the first is failing."""

from dataclasses import replace

import pytest

from helpdesk.config import settings
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify.channels import providers_of
from tests.drafts import attempts, phone_of


@pytest.fixture
def order(app, smsapi):
    """The house chooses and orders its companies."""

    def choose(*companies):
        app.config["SETTINGS"] = replace(settings(), sms_providers=companies)

    return choose


def over_smsapi(smsapi, user):
    return [sms.body for sms in smsapi.account.messages_to(phone_of(user))]


def test_the_house_orders_its_providers(story, cast, smsapi, order):
    order("smsapi", "twilio")
    ticket = story.files(cast.osp, cast.jan)
    assert ticket.number in over_smsapi(smsapi, cast.anna)[0]
    assert story.texts(cast.anna) == []


def test_twilio_stands_in_for_smsapi_as_well(story, cast, smsapi, order):
    order("smsapi", "twilio")
    smsapi.refuse(103, times=50)  # no points left
    ticket = story.files(cast.osp, cast.jan)
    assert ticket.number in story.last_text(cast.anna)
    assert over_smsapi(smsapi, cast.anna) == []


def test_a_company_that_the_house_leaves_out_is_never_used(story, cast, smsapi, order):
    order("twilio")
    story.sim.fault("503", "/Messages", times=9)
    story.files(cast.osp, cast.jan)
    story.passes(minutes=1)
    assert smsapi.account.messages == []


def test_without_an_account_there_is_no_second_provider(story):
    assert [provider.name for provider in providers_of(Channel.SMS)] == ["sms:twilio"]


def test_calls_go_on_over_twilio_while_its_sms_fail(story, cast, smsapi):
    story.sim.fault("503", "/Messages", times=9)
    story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    assert len(story.calls(cast.anna)) == 1
    assert len(over_smsapi(smsapi, cast.anna)) == 1


def test_what_the_second_provider_cannot_bring_either_rings_the_phone_at_once(story, cast, smsapi):
    story.sim.fault("503", "/Messages")
    smsapi.refuse(13)
    story.files(cast.osp, cast.jan)
    story.passes()
    assert len(story.calls(cast.anna)) == 1


def test_each_attempt_remembers_who_carried_it(story, cast, smsapi):
    story.sim.fault("503", "/Messages")
    story.files(cast.osp, cast.jan)
    sms = attempts(channel=Channel.SMS, to=cast.anna)
    assert [(each.provider, each.state) for each in sms] == [
        ("sms:twilio", AttemptState.FAILED),
        ("sms:smsapi", AttemptState.ACCEPTED),
    ]


def test_a_lost_answer_of_the_first_provider_is_no_reason_to_use_the_second(story, cast, smsapi):
    story.sim.fault("500_after", "/Messages")
    story.files(cast.osp, cast.jan)
    story.passes(seconds=40)
    assert len(story.texts(cast.anna)) == 1
    assert over_smsapi(smsapi, cast.anna) == []
