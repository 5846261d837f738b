"""What Twilio's refusals mean: its codes as data, and the four families of errors through the real SDK."""

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException

from helpdesk.attempt_words import CODES
from helpdesk.notify import twilio
from helpdesk.notify.codes import CALL_STATES, DECISIONS, MESSAGE_STATES, decision_for
from helpdesk.notify.parcel import Decision, DeliveryError
from helpdesk.simulator.state import FINAL_CALL_STATUSES

D = Decision
CALLBACK = "http://helpdesk.test/twilio/status/abc"


@pytest.mark.parametrize(
    ("code", "decision"),
    [
        ("20003", D.CONFIGURATION),
        ("20429", D.TEMPORARY),
        ("21211", D.PERMANENT),
        ("21217", D.PERMANENT),
        ("21212", D.CONFIGURATION),
        ("21408", D.CONFIGURATION),
        ("21606", D.CONFIGURATION),
        ("21608", D.CONFIGURATION),
        ("21610", D.OPTED_OUT),
        ("21612", D.ELSEWHERE),
        ("21614", D.REFUSED),  # a landline still takes calls
        ("30001", D.TEMPORARY),
        ("30003", D.ONCE_MORE),
        ("30004", D.PERMANENT),
        ("30005", D.PERMANENT),
        ("30006", D.REFUSED),
        ("30007", D.ELSEWHERE),
        ("30008", D.ONCE_MORE),
        ("63038", D.CONFIGURATION),
        ("99999", D.ONCE_MORE),  # nobody knows it
    ],
)
def test_a_code_means(code, decision):
    assert decision_for(code) is decision


def test_no_code_makes_a_number_broken_for_calls_because_it_is_a_landline():
    assert {code for code, decision in DECISIONS.items() if decision is D.PERMANENT} == {
        "21211",
        "21217",
        "30004",
        "30005",
    }


def test_every_code_that_is_not_our_set_up_has_its_words():
    named = {code for code, decision in DECISIONS.items() if decision is not D.CONFIGURATION}
    assert named <= set(CODES)


def test_every_state_of_a_call_is_known():
    assert set(CALL_STATES) >= FINAL_CALL_STATUSES | {"queued", "initiated", "ringing", "in-progress"}
    assert {"accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled"} <= set(
        MESSAGE_STATES
    )


def sends(to="+48500000001"):
    return twilio.send_message(to=to, body="Próba", callback=CALLBACK, valid_seconds=240)


def refusal(**kwargs):
    with pytest.raises(DeliveryError) as refused:
        sends(**kwargs)
    return refused.value.decision


@pytest.mark.parametrize(
    ("fault", "decision"),
    [
        ("403", D.CONFIGURATION),
        ("429", D.TEMPORARY),
        ("503", D.TEMPORARY),
        ("500", D.UNKNOWN),
        ("500_after", D.UNKNOWN),
        ("cut_before", D.UNKNOWN),
        ("cut_after", D.UNKNOWN),
        ("unreadable", D.UNKNOWN),
    ],
)
def test_a_fault_on_the_wire_means(sim, fault, decision):
    sim.fault(fault)
    assert refusal() is decision


def test_a_read_time_out_is_unknown_and_the_message_may_exist(app, sim):
    twilio.client().http_client.timeout = 0.2
    sim.fault("slow", seconds=2)
    assert refusal() is D.UNKNOWN


def test_a_provider_that_nobody_can_reach_has_certainly_created_nothing(app, sim):
    twilio.client().http_client.api_url = "http://127.0.0.1:1"
    assert refusal() is D.TEMPORARY


def test_a_network_that_is_gone_is_noticed_sooner_than_an_answer_that_is_slow(app, monkeypatch):
    patience = []

    def nowhere(_adapter, _request, *, timeout, **_rest):
        patience.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", nowhere)
    assert refusal() is D.TEMPORARY
    assert patience == [(3, 10)]


@pytest.mark.parametrize(("to", "decision"), [("+15005550001", D.PERMANENT), ("+15005550009", D.REFUSED)])
def test_the_magic_numbers_of_twilio_mean(sim, to, decision):
    assert refusal(to=to) is decision


def test_wrong_credentials_are_a_matter_of_set_up(app, sim):
    twilio.client().auth = ("AC" + "0" * 32, "wrong")
    assert refusal() is D.CONFIGURATION


@pytest.mark.parametrize("fault", ["500", "unreadable"])
def test_a_list_that_cannot_be_had_is_a_delivery_error(sim, app, fault):
    sim.fault(fault, method="GET")
    with pytest.raises(DeliveryError):
        twilio.fetch_message("SM" + "0" * 32)


@pytest.mark.parametrize(
    ("error", "decision", "code"),
    [
        (TwilioRestException(400, "/", "bad", 21211), D.PERMANENT, "21211"),
        (TwilioRestException(403, "/", "closed", None), D.CONFIGURATION, "403"),
        (TwilioRestException(403, "/", "closed", 20005), D.CONFIGURATION, "20005"),
        (TwilioRestException(403, "/", "new", 29999), D.CONFIGURATION, "403"),
        (TwilioRestException(403, "/", "stopped", 21610), D.OPTED_OUT, "21610"),
        (TwilioRestException(429, "/", "daily limit", 63038), D.CONFIGURATION, "63038"),
        (TwilioRestException(500, "/", "broken", 20005), D.UNKNOWN, "20005"),
        (TwilioRestException(404, "/", "gone", None), D.ONCE_MORE, "404"),
        (TwilioServiceException("about:blank", "slow down", 429, 20429), D.TEMPORARY, "20429"),
        (TwilioServiceException("about:blank", "bad number", 400, 21211), D.PERMANENT, "21211"),
        (TwilioException("Unable to fetch page"), D.UNKNOWN, "no_answer"),
        (requests.ConnectTimeout(), D.TEMPORARY, "connect"),
        (requests.ReadTimeout(), D.UNKNOWN, "no_answer"),
        (requests.ConnectionError("reset by peer"), D.UNKNOWN, "no_answer"),
    ],
)
def test_an_error_of_the_sdk_means(error, decision, code):
    found = twilio.delivery_error(error)
    assert (found.decision, found.code) == (decision, code)
