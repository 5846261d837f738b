import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

TOKEN = "token-for-tests"
HOTLINE, ANNA, BARTEK = "+48500000001", "+48500000011", "+48500000012"
ASK = (
    "<Response><Gather numDigits='1' action='/voice/key'><Say language='pl-PL'>Pilne. 1 przyjmij.</Say>"
    "</Gather><Redirect>/voice/alert</Redirect></Response>"
)
BYE = "<Response><Say language='pl-PL'>Do widzenia</Say><Hangup/></Response>"
EVENTS = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture
def call(sdk, program):
    program.answers |= {"/voice/alert": ASK, "/voice/key": BYE}
    return sdk.calls.create(
        to=ANNA,
        from_=HOTLINE,
        url="https://helpdesk.test/voice/alert",
        status_callback="https://helpdesk.test/voice/status",
        status_callback_event=EVENTS,
        timeout=20,
    )


def statuses(program):
    return [params["CallStatus"] for params in program.sent_to("/voice/status")]


def test_new_call_is_queued_and_rings_only_when_told(call, sim):
    assert (call.status, call.direction) == ("queued", "outbound-api")
    assert sim.ring(call.sid).status == "ringing"


def test_answered_call_says_what_the_program_wants_now(call, sim):
    answered = sim.answer(call.sid)
    assert (answered.status, answered.said) == ("in-progress", "Pilne. 1 przyjmij.")


def test_voice_webhook_is_signed(call, sim, program):
    sim.answer(call.sid)
    url, params, headers = program.posts[-1]
    assert (params["CallSid"], params["CallStatus"], params["To"]) == (call.sid, "in-progress", ANNA)
    assert RequestValidator(TOKEN).validate(url, params, headers["X-Twilio-Signature"])


def test_digit_goes_to_the_action_and_the_call_ends(call, sim, program):
    sim.answer(call.sid)
    ended = sim.press(call.sid, "1")
    assert program.sent_to("/voice/key")[0]["Digits"] == "1"
    assert (ended.status, ended.said) == ("completed", "Pilne. 1 przyjmij. Do widzenia")
    assert statuses(program) == ["initiated", "ringing", "in-progress", "completed"]


def test_events_are_numbered(call, sim, program):
    sim.answer(call.sid)
    sim.hang_up(call.sid)
    assert [params["SequenceNumber"] for params in program.sent_to("/voice/status")] == list("0123")


def test_silence_falls_through_to_the_next_verb(call, sim, program):
    sim.answer(call.sid)
    assert sim.wait(call.sid).said == "Pilne. 1 przyjmij. Pilne. 1 przyjmij."
    assert len(program.sent_to("/voice/alert")) == 2


def test_call_nobody_answers_is_told_as_completed_with_its_status(call, sim, program):
    assert sim.no_answer(call.sid).status == "no-answer"
    assert statuses(program) == ["initiated", "ringing", "no-answer"]
    assert program.sent_to("/voice/alert") == []


def test_declined_call_is_busy(call, sim, sdk):
    sim.busy(call.sid)
    assert sdk.calls(call.sid).fetch().status == "busy"


def test_call_can_fail(call, sim):
    sim.fail(call.sid)
    assert sim.call(call.sid).status == "failed"


def test_answer_after_the_end_changes_nothing(call, sim):
    sim.no_answer(call.sid)
    assert sim.answer(call.sid).status == "no-answer"


def test_canceled_over_the_api_stops_the_ringing_and_tells_later(call, sim, sdk, program):
    sim.ring(call.sid)
    assert sdk.calls(call.sid).update(status="canceled").status == "canceled"
    assert statuses(program) == ["initiated", "ringing"]
    assert sim.settle() == 1
    assert statuses(program)[-1] == "canceled"


def test_canceling_leaves_a_call_in_progress_alone_but_completing_ends_it(call, sim, sdk):
    sim.answer(call.sid)
    assert sdk.calls(call.sid).update(status="canceled").status == "in-progress"
    assert sdk.calls(call.sid).update(status="completed").status == "completed"


def test_call_that_is_over_cannot_be_changed(call, sim, sdk):
    sim.hang_up(call.sid)
    with pytest.raises(TwilioRestException) as refusal:
        sdk.calls(call.sid).update(status="completed")
    assert refusal.value.code == 21220


def test_call_in_progress_gets_other_instructions(call, sim, sdk):
    sim.answer(call.sid)
    sdk.calls(call.sid).update(twiml=BYE)
    sim.settle()
    assert sim.call(call.sid).said.endswith("Do widzenia")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550003"}, 21215),
        ({"to": "112"}, 21217),
        ({"to": ""}, 21201),
        ({"from_": ""}, 21213),
        ({"from_": "+48500000999"}, 21210),
        ({"url": None}, 21205),
        ({"twiml": BYE}, 21205),
        ({"url": None, "twiml": "x" * 4001}, 21205),
        ({"url": "/voice/alert"}, 21205),
        ({"timeout": 601}, 20001),
        ({"status_callback_event": ["busy"]}, 21626),
    ],
)
def test_bad_call_is_refused_with_twilios_code(sdk, sim, changes, code):
    wanted = {"to": ANNA, "from_": HOTLINE, "url": "https://helpdesk.test/voice/alert"} | changes
    with pytest.raises(TwilioRestException) as refusal:
        sdk.calls.create(**{name: value for name, value in wanted.items() if value is not None})
    assert refusal.value.code == code


def test_bad_document_ends_the_call_and_is_noted(sdk, sim):
    call = sdk.calls.create(to=ANNA, from_=HOTLINE, twiml="<Response><Sing>la</Sing></Response>")
    assert sim.answer(call.sid).status == "completed"
    assert [problem.code for problem in sim.problems] == [12200]


def test_unreachable_program_ends_the_call_and_is_noted(call, sim, program):
    program.status = 502
    assert sim.answer(call.sid).status == "completed"
    assert {problem.code for problem in sim.problems} == {11200}


def test_redirect_without_end_is_cut_off(call, sim, program):
    program.answers["/voice/alert"] = "<Response><Redirect>/voice/alert</Redirect></Response>"
    assert sim.answer(call.sid).status == "completed"
    assert len(program.sent_to("/voice/alert")) == 50


def test_finish_key_sends_what_was_pressed_before_it(call, sim, program):
    program.answers["/voice/alert"] = ASK.replace("numDigits='1'", "finishOnKey='#'")
    sim.answer(call.sid)
    sim.press(call.sid, "42")
    assert program.sent_to("/voice/key") == []
    sim.press(call.sid, "#")
    assert program.sent_to("/voice/key")[0]["Digits"] == "42"


def test_empty_entry_reaches_the_action_only_when_asked_for(call, sim, program):
    program.answers["/voice/alert"] = ASK.replace("<Gather", "<Gather actionOnEmptyResult='true'")
    sim.answer(call.sid)
    sim.wait(call.sid)
    assert program.sent_to("/voice/key")[0]["Digits"] == ""


def test_calls_are_listed_by_recipient_and_status(call, sim, sdk):
    sim.ring(call.sid)
    assert [item.sid for item in sdk.calls.list(to=ANNA, status="ringing", limit=5)] == [call.sid]
    assert sdk.calls.list(to=BARTEK, limit=5) == []
