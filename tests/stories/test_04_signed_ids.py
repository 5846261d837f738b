"""Rule 4. Our signed attempt id is in every callback address: a report counts though its SID is unknown."""

import pytest
from twilio.request_validator import RequestValidator

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.tokens import new_attempt_id, read_attempt, sign_attempt
from tests.drafts import attempts

S = AttemptState


@pytest.fixture
def orders(sim):
    """The forms of the orders that Twilio got."""
    forms = []
    sim.on_request.append(lambda method, _url, form: forms.append(dict(form)) or () if method == "POST" else ())
    return forms


def first(cast, channel=Channel.SMS):
    return attempts(channel=channel, to=cast.anna)[0]


def as_twilio(story, path, form, key=None):
    """Post it signed as Twilio signs; the status."""
    signed = RequestValidator(key or settings().twilio_auth_token)
    signature = signed.compute_signature(settings().public_url + path, form)
    client = story.app.test_client()
    return client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code


def test_every_address_that_the_provider_gets_names_one_attempt_of_ours(story, cast, orders):
    story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    addresses = [form[name] for form in orders for name in ("StatusCallback", "Url") if name in form]
    tokens = [address.split("#")[0].rsplit("/", 1)[1] for address in addresses]
    assert len(addresses) == len(orders) + 1  # a call has two
    assert all(db.session.get(Attempt, read_attempt(token)) for token in tokens)
    assert all(token.isalnum() for token in tokens)


def test_a_report_of_an_sms_whose_id_we_never_heard_is_accepted_and_brings_it(story, cast):
    story.sim.fault("cut_after", "/Messages")
    story.files(cast.osp, cast.jan)
    assert (first(cast).state, first(cast).provider_sid) == (S.UNKNOWN, None)
    story.sim.deliver(story.sms(cast.anna).sid)
    assert (first(cast).state, first(cast).provider_sid) == (S.DELIVERED, story.sms(cast.anna).sid)


def test_a_report_in_a_word_that_nobody_knows_brings_the_id_too(story, cast):
    story.sim.fault("cut_after", "/Messages")
    story.files(cast.osp, cast.jan)
    form = {"MessageStatus": "partially_delivered", "MessageSid": story.sms(cast.anna).sid}
    assert as_twilio(story, f"/twilio/status/{sign_attempt(first(cast).id)}", form) == 204
    story.sim.fault("500", "/Messages", method="GET", times=9)
    story.passes(seconds=30)
    assert (first(cast).state, first(cast).provider_sid) == (S.ACCEPTED, story.sms(cast.anna).sid)
    assert len(story.texts(cast.anna)) == 1


def test_a_call_whose_id_we_never_heard_is_answered_like_any_other(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.sim.fault("cut_after", "/Calls")
    story.passes(seconds=20)
    story.passes(seconds=10)
    call = story.call(cast.anna)
    story.sim.answer(call.sid)
    story.sim.press(call.sid, "1")
    assert story.state(ticket).acknowledged_by.name == cast.anna.name
    assert first(cast, Channel.VOICE).provider_sid == call.sid


def test_a_call_that_is_picked_up_says_its_id_though_every_report_is_lost(story, cast):
    story.files(cast.osp, cast.jan)
    story.sim.fault("cut_after", "/Calls")
    with story.sim.lose_callbacks():
        story.passes(seconds=30)
        call = story.call(cast.anna)
        story.sim.answer(call.sid)
    assert first(cast, Channel.VOICE).provider_sid == call.sid


def test_an_undelivered_sms_whose_id_we_never_heard_brings_the_call_forward(story, cast):
    story.sim.fault("cut_after", "/Messages")
    story.files(cast.osp, cast.jan)
    story.sim.undeliver(story.sms(cast.anna).sid, 30005)
    story.passes()
    assert len(story.calls(cast.anna)) == 1
    assert len(story.texts(cast.anna)) == 1


def test_a_forged_or_foreign_token_moves_nothing(story, cast):
    story.files(cast.osp, cast.jan)
    known, foreign = sign_attempt(first(cast).id), sign_attempt(new_attempt_id())
    for token in (new_attempt_id() + known[32:], known[:32] + known[32:][::-1], known[:32], foreign):
        form = {"MessageStatus": "delivered", "MessageSid": "SM9"}
        assert as_twilio(story, f"/twilio/status/{token}", form) == 404
    assert first(cast).state is S.ACCEPTED


def test_a_good_token_without_twilios_signature_moves_nothing(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    for place in ("status", "call-status", "call", "digit"):
        path = f"/twilio/{place}/{sign_attempt(first(cast).id)}"
        form = {"MessageStatus": "delivered", "CallStatus": "busy", "Digits": "1"}
        assert as_twilio(story, path, form, key="somebody else's key") == 403
    assert first(cast).state is S.ACCEPTED
    assert story.state(ticket).acknowledged_at is None
