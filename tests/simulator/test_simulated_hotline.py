import io
import wave

import pytest
import requests

TOKEN = "token-for-tests"
HOTLINE, ANNA, BARTEK, CELINA = "+48500000001", "+48500000011", "+48500000012", "+48500000013"
DIAL = (
    "<Response><Dial action='/voice/after' timeout='15'>"
    f"<Number url='/voice/screen'>{BARTEK}</Number><Number url='/voice/screen'>{CELINA}</Number>"
    "</Dial></Response>"
)
SCREEN = "<Response><Gather numDigits='1' action='/voice/take'><Say>1 odbierz</Say></Gather><Hangup/></Response>"
RECORD = "<Response><Record action='/voice/after' recordingStatusCallback='/voice/recorded'/></Response>"
BYE = "<Response><Say>Do widzenia</Say></Response>"


@pytest.fixture
def hotline(program):
    program.answers |= {
        "/twilio/voice": DIAL,
        "/voice/screen": SCREEN,
        "/voice/take": "<Response/>",
        "/voice/after": BYE,
    }
    return program


def ringing(sim, phone):
    (call,) = [call for call in sim.calls_to(phone) if call.status == "ringing"]
    return call.sid


def test_caller_is_asked_for_by_the_signed_webhook(sim, hotline):
    call = sim.call_in(ANNA)
    asked = hotline.sent_to("/twilio/voice")[0]
    assert (asked["From"], asked["To"], asked["CallStatus"]) == (ANNA, HOTLINE, "ringing")
    assert call.status == "in-progress"


def test_dial_rings_everybody_at_once(sim, hotline):
    sim.call_in(ANNA)
    assert ringing(sim, BARTEK)
    assert ringing(sim, CELINA)


def test_screening_that_is_accepted_connects_and_stops_the_others(sim, hotline):
    caller = sim.call_in(ANNA)
    answered = ringing(sim, BARTEK)
    sim.answer(answered)
    assert sim.call(caller.sid).bridged_to == ""
    sim.press(answered, "1")
    assert sim.call(caller.sid).bridged_to == answered
    assert [call.status for call in sim.calls_to(CELINA)] == ["canceled"]


def test_end_of_the_conversation_reaches_the_action_as_completed(sim, hotline):
    caller = sim.call_in(ANNA)
    sim.press(sim.answer(ringing(sim, BARTEK)).sid, "1")
    sim.hang_up(sim.call(caller.sid).bridged_to)
    after = hotline.sent_to("/voice/after")[0]
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "true")


def test_voicemail_that_presses_nothing_does_not_count_as_an_answer(sim, hotline):
    sim.call_in(ANNA)
    sim.busy(ringing(sim, CELINA))
    sim.wait(sim.answer(ringing(sim, BARTEK)).sid)
    after = hotline.sent_to("/voice/after")[0]
    assert (after["DialCallStatus"], after["DialBridged"]) == ("no-answer", "false")


def test_nobody_answers_and_the_caller_goes_on(sim, hotline):
    caller = sim.call_in(ANNA)
    assert sim.wait(caller.sid).said == "Do widzenia"
    assert hotline.sent_to("/voice/after")[0]["DialCallStatus"] == "no-answer"


def test_caller_who_hangs_up_stops_the_ringing(sim, hotline):
    sim.hang_up(sim.call_in(ANNA).sid)
    assert {call.status for call in sim.calls_to(BARTEK) + sim.calls_to(CELINA)} == {"canceled"}


def test_number_that_cannot_be_called_is_noted_and_skipped(sim, hotline):
    hotline.answers["/twilio/voice"] = "<Response><Dial action='/voice/after'>112</Dial></Response>"
    assert sim.call_in(ANNA).said == "Do widzenia"
    assert [problem.code for problem in sim.problems] == [13224]


def test_foreign_caller_id_is_noted(sim, hotline):
    hotline.answers["/twilio/voice"] = f"<Response><Dial callerId='+48500000777'>{BARTEK}</Dial></Response>"
    sim.call_in(ANNA)
    assert [problem.code for problem in sim.problems] == [13214]


def test_rejected_caller_hears_nothing(sim, hotline):
    hotline.answers["/twilio/voice"] = "<Response><Reject reason='busy'/></Response>"
    assert sim.call_in(ANNA).status == "busy"


def test_recording_is_ready_only_after_the_action(sim, hotline):
    hotline.answers["/twilio/voice"] = RECORD
    caller = sim.call_in(ANNA)
    sim.speak(caller.sid, 7)
    assert hotline.sent_to("/voice/after")[0]["RecordingDuration"] == "7"
    recorded = hotline.sent_to("/voice/recorded")[0]
    assert (recorded["RecordingStatus"], recorded["CallSid"]) == ("completed", caller.sid)


def test_hanging_up_after_the_beep_keeps_the_recording(sim, hotline):
    hotline.answers["/twilio/voice"] = RECORD
    sim.hang_up(sim.call_in(ANNA).sid)
    assert hotline.sent_to("/voice/after")[0]["Digits"] == "hangup"
    assert len(hotline.sent_to("/voice/recorded")) == 1


def test_recording_is_fetched_with_credentials_and_deleted(sim, sdk, hotline):
    hotline.answers["/twilio/voice"] = RECORD
    sim.speak(sim.call_in(ANNA).sid, 2)
    (recording,) = sdk.recordings.list(limit=5)
    address = hotline.sent_to("/voice/recorded")[0]["RecordingUrl"]
    assert requests.get(address, timeout=5).status_code == 401
    sound = requests.get(address, auth=("AC" + "1" * 32, TOKEN), timeout=5)
    with wave.open(io.BytesIO(sound.content)) as silence:
        assert silence.getnframes() == 16000
    assert recording.delete()
    assert sdk.recordings.list(limit=5) == []
