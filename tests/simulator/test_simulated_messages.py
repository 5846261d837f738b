import re
from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from helpdesk.simulator.driver import Simulator

ACCOUNT = "AC" + "1" * 32
TOKEN = "token-for-tests"
HOTLINE, ANNA, BARTEK = "+48500000001", "+48500000011", "+48500000012"
CALLBACK = "https://helpdesk.test/twilio/status/abc"


def text(sdk: Client, to: str = ANNA, body: str = "Pilne", **more: object):
    return sdk.messages.create(to=to, from_=HOTLINE, body=body, **more)


def test_new_message_is_queued_and_not_yet_sent(sdk, sim):
    message = text(sdk)
    assert re.fullmatch(r"SM[0-9a-f]{32}", message.sid)
    assert (message.status, message.date_sent, message.direction) == ("queued", None, "outbound-api")
    assert [item.body for item in sim.messages_to(ANNA)] == ["Pilne"]


def test_message_through_a_service_is_accepted_without_a_sender(sdk):
    message = sdk.messages.create(to=ANNA, messaging_service_sid="MG" + "a" * 32, body="Pilne")
    assert (message.status, message.from_) == ("accepted", None)


def test_delivery_is_told_step_by_step(sdk, sim, program):
    message = text(sdk, status_callback=CALLBACK)
    sim.deliver(message.sid)
    told = [params["MessageStatus"] for params in program.sent_to("/twilio/status/abc")]
    assert told == ["sent", "delivered"]
    assert sdk.messages(message.sid).fetch().date_sent is not None


def test_callback_is_signed_over_the_url_without_its_fragment(sdk, sim, program):
    message = text(sdk, status_callback=f"{CALLBACK}#rc=3&rp=ct,rt,5xx")
    sim.send(message.sid)
    url, params, headers = program.posts[0]
    assert url == CALLBACK
    assert RequestValidator(TOKEN).validate(url, params, headers["X-Twilio-Signature"])


def test_failure_carries_its_code(sdk, sim, program):
    message = text(sdk, status_callback=CALLBACK)
    sim.undeliver(message.sid, 30003)
    assert program.posts[-1][1]["ErrorCode"] == "30003"
    fetched = sdk.messages(message.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("undelivered", 30003)


def test_final_status_stays(sdk, sim, program):
    message = text(sdk, status_callback=CALLBACK)
    sim.deliver(message.sid)
    sim.fail(message.sid)
    assert sim.message(message.sid).status == "delivered"
    assert len(program.posts) == 2


def test_lost_callbacks_leave_the_resource_to_be_asked(sdk, sim, program):
    message = text(sdk, status_callback=CALLBACK)
    with sim.lose_callbacks():
        sim.deliver(message.sid)
    assert program.posts == []
    assert sdk.messages(message.sid).fetch().status == "delivered"


def test_held_callbacks_come_in_the_order_that_the_test_chooses(sdk, sim, program):
    message = text(sdk, status_callback=CALLBACK)
    with sim.hold_callbacks():
        sim.deliver(message.sid)
    assert sim.release_callbacks(lambda held: held[::-1]) == 2
    assert [params["MessageStatus"] for _, params, _ in program.posts] == ["delivered", "sent"]


def test_server_error_is_tried_again_only_when_asked_for(sdk, sim, program):
    program.status = 500
    sim.send(text(sdk, status_callback=CALLBACK).sid)
    sim.send(text(sdk, status_callback=f"{CALLBACK}-x#rc=2&rp=5xx").sid)
    assert len(program.sent_to("/twilio/status/abc")) == 1
    assert len(program.sent_to("/twilio/status/abc-x")) == 3
    assert [problem.code for problem in sim.problems] == [11200, 11200]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"to": "500 000 011"}, 21211),
        ({"to": ""}, 21604),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"from_": ""}, 21603),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+48500000999"}, 21606),
        ({"from_": "A sender name too long"}, 21212),
        ({"status_callback": "https://help_desk.test/x"}, 21609),
        ({"validity_period": 0}, 21624),
        ({"validity_period": 36001}, 21624),
    ],
)
def test_bad_message_is_refused_with_twilios_code(sdk, sim, changes, code):
    wanted = {"to": ANNA, "from_": HOTLINE, "body": "Pilne"} | changes
    with pytest.raises(TwilioRestException) as refusal:
        sdk.messages.create(**wanted)
    assert (refusal.value.code, refusal.value.status) == (code, 400)
    assert sim.messages_to(ANNA) == []


@pytest.mark.parametrize("sender", ["+15005550006", "Helpdesk"])
def test_test_number_and_a_name_are_good_senders(sdk, sender):
    assert sdk.messages.create(to=ANNA, from_=sender, body="Pilne").status == "queued"


def test_wrong_token_gets_401(sim: Simulator, sdk):
    stranger = Client(ACCOUNT, "wrong", http_client=sdk.http_client)
    with pytest.raises(TwilioRestException) as refusal:
        text(stranger)
    assert (refusal.value.status, refusal.value.code) == (401, 20003)


def test_other_account_gets_401(sdk):
    with pytest.raises(TwilioRestException) as refusal:
        sdk.api.accounts("AC" + "2" * 32).fetch()
    assert refusal.value.code == 20003


def test_unknown_message_is_not_found(sdk):
    with pytest.raises(TwilioRestException) as refusal:
        sdk.messages("SM" + "0" * 32).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


def test_resource_that_the_look_alike_does_not_have_is_refused_in_json(sdk):
    with pytest.raises(TwilioRestException) as refusal:
        sdk.queues.create(friendly_name="x")
    assert (refusal.value.status, refusal.value.code) == (404, 20404)
    with pytest.raises(TwilioRestException) as refusal:
        sdk.calls("CA" + "0" * 32).delete()
    assert (refusal.value.status, refusal.value.code) == (405, 20004)


def test_list_is_newest_first_and_pages_hold_still_while_messages_arrive(sdk):
    for number in range(5):
        text(sdk, body=str(number))
    first = sdk.messages.page(page_size=2)
    assert [message.body for message in first] == ["4", "3"]
    text(sdk, body="late")
    assert [message.body for message in first.next_page()] == ["2", "1"]


def test_list_walks_every_page(sdk):
    for number in range(5):
        text(sdk, body=str(number))
    assert [m.body for m in sdk.messages.list(page_size=2, limit=10)] == ["4", "3", "2", "1", "0"]


def test_list_filters_by_recipient_and_by_the_day_sent(sdk, sim):
    sim.send(text(sdk, to=ANNA).sid)
    text(sdk, to=ANNA, body="queued")
    sim.send(text(sdk, to=BARTEK).sid)
    day = sdk.messages.list(to=ANNA, limit=1)[0].date_created
    assert len(sdk.messages.list(to=ANNA, limit=10)) == 2
    assert len(sdk.messages.list(to=ANNA, date_sent_after=day - timedelta(hours=1), limit=10)) == 1
    assert sdk.messages.list(to=ANNA, date_sent_before=day - timedelta(days=2), limit=10) == []


def test_text_is_taken_away_and_message_deleted_once_final(sdk, sim):
    message = text(sdk)
    with pytest.raises(TwilioRestException, match="not complete"):
        message.delete()
    sim.deliver(message.sid)
    assert sdk.messages(message.sid).update(body="").body == ""
    assert sdk.messages(message.sid).delete()
    assert sim.messages_to(ANNA) == []


def test_segments_are_counted_by_gsm_7_and_ucs_2(sdk):
    assert text(sdk, body="a" * 161).num_segments == "2"
    assert text(sdk, body="ą" * 70).num_segments == "1"
    assert text(sdk, body="ą" * 71).num_segments == "2"


def test_reply_of_the_program_reaches_the_person(sim, program):
    program.answers["/twilio/sms"] = "<Response><Message>Przyjeto LEO-2026-0042</Message></Response>"
    assert sim.send_sms(ANNA, "1") == "Przyjeto LEO-2026-0042"
    (asked,) = program.sent_to("/twilio/sms")
    assert (asked["From"], asked["To"], asked["Body"], asked["NumMedia"]) == (ANNA, HOTLINE, "1", "0")
    assert [message.direction for message in sim.messages_to(ANNA)] == ["outbound-reply"]


def test_stop_shuts_the_number_and_start_opens_it(sdk, sim):
    sim.send_sms(ANNA, " stop ")
    with pytest.raises(TwilioRestException) as refusal:
        text(sdk)
    assert refusal.value.code == 21610
    sim.send_sms(ANNA, "START")
    assert text(sdk).status == "queued"


def test_account_balance_and_numbers_are_there_for_the_doctor(sdk):
    assert sdk.api.accounts(ACCOUNT).fetch().status == "active"
    assert sdk.balance.fetch().currency == "USD"
    (number,) = sdk.incoming_phone_numbers.list(limit=5)
    assert (number.phone_number, number.sms_url) == (HOTLINE, "https://helpdesk.test/twilio/sms")


def test_every_request_is_shown_to_the_hook(sdk, sim):
    sim.on_request.append(lambda method, url, form: [f"{method} {form.get('To')}"])
    text(sdk)
    assert [problem.text for problem in sim.problems] == [f"POST {ANNA}"]
