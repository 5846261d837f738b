import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

HOTLINE, ANNA = "+48500000001", "+48500000011"


def text(sdk):
    return sdk.messages.create(to=ANNA, from_=HOTLINE, body="Pilne")


@pytest.mark.parametrize(
    ("kind", "status", "code", "stored"),
    [
        ("429", 429, 20429, 0),
        ("500", 500, 20500, 0),
        ("503", 503, 20503, 0),
        ("500_after", 500, 20500, 1),
        ("503_after", 503, 20503, 1),
    ],
)
def test_refusal_comes_once_at_its_moment(sdk, sim, kind, status, code, stored):
    sim.fault(kind, "Messages")
    with pytest.raises(TwilioRestException) as refusal:
        text(sdk)
    assert (refusal.value.status, refusal.value.code) == (status, code)
    assert len(sim.messages_to(ANNA)) == stored
    assert text(sdk).status == "queued"


@pytest.mark.parametrize(("kind", "stored"), [("cut_before", 0), ("cut_after", 1)])
def test_cut_connection_does_not_tell_whether_the_message_was_stored(sdk, sim, kind, stored):
    sim.fault(kind)
    with pytest.raises(requests.ConnectionError):
        text(sdk)
    assert len(sim.messages_to(ANNA)) == stored


def test_slow_answer_runs_into_the_time_out_although_the_message_is_stored(impatient, sim):
    sim.fault("slow", seconds=3)
    with pytest.raises(requests.ReadTimeout):
        text(impatient)
    assert len(sim.messages_to(ANNA)) == 1


def test_fault_waits_for_the_request_it_was_meant_for(sdk, sim):
    sim.fault("500", "Calls")
    sim.fault("503", "Messages", method="GET")
    assert text(sdk).status == "queued"
    with pytest.raises(TwilioException, match="Unable to fetch page"):
        sdk.messages.list(limit=1)


def test_fault_strikes_as_often_as_scheduled(sdk, sim):
    sim.fault("429", times=2)
    for _ in range(2):
        with pytest.raises(TwilioRestException):
            text(sdk)
    assert text(sdk).status == "queued"


def test_unknown_fault_is_refused(sim):
    with pytest.raises(KeyError):
        sim.fault("gremlin")
