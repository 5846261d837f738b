from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.simulator.autopilot import Pace, start_autopilot, tick

HOTLINE, ANNA, BARTEK = "+48500000001", "+48500000011", "+48500000012"
PACE = Pace(step=timedelta(seconds=1))
ASK = "<Response><Gather timeout='5'><Say>Nacisnij 1.</Say></Gather><Say>Dziekuje</Say></Response>"


@pytest.fixture(autouse=True)
def still_clock():
    clock.freeze(clock.now())
    yield
    clock.reset()


def pass_time(sim, seconds):
    clock.advance(timedelta(seconds=seconds))
    tick(sim, PACE)


def place_call(sdk, **more):
    return sdk.calls.create(to=ANNA, from_=HOTLINE, twiml=ASK, **more).sid


def test_message_is_sent_and_delivered_step_by_step(sdk, sim):
    sid = sdk.messages.create(to=ANNA, from_=HOTLINE, body="Pilne").sid
    seen = []
    for seconds in (0.5, 0.5, 0.5, 0.5):
        pass_time(sim, seconds)
        seen.append(sim.message(sid).status)
    assert seen == ["queued", "sent", "sent", "delivered"]


def test_phone_rings_until_the_time_out_of_the_call(sdk, sim):
    sid = place_call(sdk, timeout=20)
    pass_time(sim, 1)
    assert sim.call(sid).status == "ringing"
    pass_time(sim, 19)
    assert sim.call(sid).status == "ringing"
    pass_time(sim, 1)
    assert sim.call(sid).status == "no-answer"


def test_question_waits_until_it_is_spoken_and_read_and_timed_out(sdk, sim):
    sid = place_call(sdk)
    sim.answer(sid)
    pass_time(sim, 10)
    assert sim.call(sid).status == "in-progress"
    pass_time(sim, 1)
    assert sim.call(sid).said == "Nacisnij 1. Dziekuje"


def test_what_the_program_ended_is_told(sdk, sim, program):
    sid = place_call(sdk, status_callback="https://helpdesk.test/ended")
    sdk.calls(sid).update(status="canceled")
    tick(sim, PACE)
    assert [params["CallStatus"] for params in program.sent_to("/ended")] == ["canceled"]


def test_autopilot_ends_with_the_simulator(sdk, sim):
    start_autopilot(sim, Pace(step=timedelta(), look=0.01))
    sid = sdk.messages.create(to=ANNA, from_=HOTLINE, body="Pilne").sid
    sim.stop()
    assert sim.message(sid).status in {"queued", "sent", "delivered"}
