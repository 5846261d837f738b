"""SMSAPI through its real package, against the look-alike: what is sent, what answers mean, what it remembers."""

from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from smsapi.exception import ClientException, EndpointException, SendException

from helpdesk import clock
from helpdesk.attempt_words import CODES
from helpdesk.config import settings
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify import smsapi as provider
from helpdesk.notify.parcel import Decision, DeliveryError, Receipt
from helpdesk.simulator.smsapi_account import ERRORS, STATUS_NUMBERS
from tests.drafts import attempts, opened
from tests.smsapi_stage import TOKEN

D, S = Decision, AttemptState
WORD = "authorization_failed"  # newer parts of the API give words, not numbers
TO, IDX = "+48500000001", "0123456789abcdef" * 2
CALLBACK = "http://helpdesk.test/smsapi/report/abc"


def sends(to=TO, body="Próba: zażółć gęślą jaźń", idx=IDX, life=timedelta(hours=2)):
    expires_at = clock.now() + life
    return provider.send_message(to=to, body=body, idx=idx, callback=CALLBACK, expires_at=expires_at)


def refusal(**kwargs):
    with pytest.raises(DeliveryError) as refused:
        sends(**kwargs)
    return refused.value


@pytest.fixture
def change(app, smsapi):
    """Other settings; the look-alike's fixture puts the old ones back."""

    def change(**fields):
        app.config["SETTINGS"] = replace(settings(), **fields)

    return change


# Codes and statuses as data


@pytest.mark.parametrize(
    ("code", "decision"),
    [
        ("11", D.REFUSED),  # this text
        ("13", D.ELSEWHERE),  # perhaps a landline: the number is not broken for calls
        ("14", D.CONFIGURATION),
        ("52", D.ONCE_MORE),
        ("57", D.ELSEWHERE),
        ("59", D.OPTED_OUT),
        ("70", D.CONFIGURATION),
        ("94", D.ELSEWHERE),
        ("98", D.CONFIGURATION),
        ("101", D.CONFIGURATION),
        ("103", D.CONFIGURATION),
        ("105", D.CONFIGURATION),
        ("110", D.CONFIGURATION),
        ("200", D.TEMPORARY),
        ("201", D.UNKNOWN),
        ("203", D.TEMPORARY),
        ("429", D.TEMPORARY),
        ("999", D.UNKNOWN),
        ("4711", D.ONCE_MORE),  # nobody knows it
        ("EXPIRED", D.REFUSED),
        ("UNDELIVERED", D.ONCE_MORE),
    ],
)
def test_a_code_means(code, decision):
    assert provider.decision_for(code) is decision


def test_no_code_of_smsapi_makes_a_number_broken_because_it_may_be_a_landline():
    assert D.PERMANENT not in provider.DECISIONS.values()


def test_every_code_that_is_not_our_set_up_has_its_words():
    named = {code for code, decision in provider.DECISIONS.items() if decision is not D.CONFIGURATION}
    assert named <= set(CODES)


def test_every_error_that_the_look_alike_can_give_has_its_row():
    assert {str(code) for code in ERRORS} - {provider.ALREADY_TAKEN, "400"} <= set(provider.DECISIONS)


def test_every_status_has_its_number_and_its_state():
    assert {str(number): word for word, number in STATUS_NUMBERS.items()} == provider.STATUSES
    assert set(provider.STATES) == set(STATUS_NUMBERS) - {"NOT_FOUND"}


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ("404", S.DELIVERED, ""),
        ("DELIVERED", S.DELIVERED, ""),
        ("delivered", S.DELIVERED, ""),
        ("402", S.UNDELIVERED, "EXPIRED"),
        ("406", S.FAILED, "FAILED"),
        ("403", S.SENT, ""),  # and no report will come
        ("408", S.SENT, ""),
        ("401", None, ""),  # that nothing is known says nothing
        ("499", None, ""),
    ],
)
def test_a_status_means(status, state, code):
    found = provider.found("7", status)
    assert (found.state, found.code) == (state, code)


# Sending


def test_a_message_arrives_as_it_was_written(smsapi):
    receipt = sends()
    sms = smsapi.account.messages_to(TO)[0]
    assert receipt == Receipt(sms.id, "QUEUE")
    assert (sms.number, sms.sender, sms.idx) == ("48500000001", "GMINA", IDX)
    assert sms.body == "Próba: zażółć gęślą jaźń"


def test_the_same_attempt_given_again_is_one_message(smsapi):
    first = sends()
    assert sends() == Receipt("", "duplicate")
    assert [sms.id for sms in smsapi.account.messages] == [first.sid]


@pytest.mark.parametrize("fault", ["500_after", "cut_after"])
def test_a_message_whose_answer_was_lost_is_known_when_it_is_given_again(smsapi, fault):
    smsapi.fault(fault)
    assert refusal().decision is D.UNKNOWN
    assert sends().provider_status == "duplicate"
    assert len(smsapi.account.messages) == 1


@pytest.mark.parametrize("fault", ["500", "503", "cut_before"])
def test_a_message_that_was_lost_on_the_way_is_taken_when_it_is_given_again(smsapi, fault):
    smsapi.fault(fault)
    assert refusal().decision is D.UNKNOWN
    assert sends().sid == smsapi.account.messages[0].id


def test_without_a_sender_the_accounts_own_is_used(smsapi, change):
    change(smsapi_sender="")
    sends()
    assert smsapi.account.messages[0].sender == ""


def test_a_number_as_sender_has_no_plus(smsapi, change):
    smsapi.account.senders += ("48500000200",)
    change(smsapi_sender="+48500000200")
    sends()
    assert smsapi.account.messages[0].sender == "48500000200"


# Answers


@pytest.mark.parametrize("code", [11, 13, 14, 59, 101, 103, 200, 201, 203, 999])
def test_an_error_in_an_answer_is_its_code(smsapi, code):
    smsapi.refuse(code)
    found = refusal()
    assert (found.code, found.decision) == (str(code), provider.decision_for(str(code)))
    assert found.text == ERRORS[code]


def test_too_many_requests_are_not_taken(smsapi):
    smsapi.fault("429")
    assert (refusal().decision, len(smsapi.account.messages)) == (D.TEMPORARY, 0)


def test_a_number_that_is_none_is_refused(smsapi):
    smsapi.account.refused["48500000001"] = 13
    assert refusal().code == "13"


def test_an_empty_account_is_a_matter_of_set_up(smsapi):
    smsapi.account.points = 0
    assert (refusal().code, refusal().decision) == ("103", D.CONFIGURATION)


def test_a_wrong_token_is_a_matter_of_set_up(smsapi, change):
    change(smsapi_token="another-token")
    assert (refusal().code, refusal().decision) == ("101", D.CONFIGURATION)


def test_a_wrong_address_is_a_matter_of_set_up(smsapi, change):
    change(smsapi_url=f"{smsapi.url}/v1")
    assert (refusal().code, refusal().decision) == ("404", D.CONFIGURATION)
    smsapi.problems.clear()


def test_a_read_time_out_is_unknown_and_the_message_exists(smsapi, monkeypatch):
    monkeypatch.setattr(provider, "TIMEOUT_SECONDS", (1, 0.2))
    smsapi.fault("slow", seconds=1)
    assert refusal().decision is D.UNKNOWN
    assert len(smsapi.account.messages) == 1


def test_a_provider_that_nobody_can_reach_has_certainly_taken_nothing(change):
    change(smsapi_url="http://127.0.0.1:1")
    assert (refusal().code, refusal().decision) == ("connect", D.TEMPORARY)


STRANGE = [
    "<html>Log in to the network</html>",
    "ERROR:101",
    "[]",
    "null",
    '{"list": null}',
    '{"list": []}',
    '"OK"',
]


@pytest.mark.parametrize("body", [*STRANGE, '{"count": 1, "list": [{"id": null}]}', '{"list": ["7"]}'])
def test_an_answer_that_is_none_of_theirs_is_unknown(smsapi, body):
    smsapi.answer_strangely(body)
    assert (refusal().code, len(smsapi.account.messages)) == ("unreadable", 0)


@pytest.mark.parametrize(
    ("error", "decision", "code"),
    [
        (SendException("No correct phone numbers", 13), D.ELSEWHERE, "13"),
        (EndpointException("Wrong IP address", 105), D.CONFIGURATION, "105"),
        (EndpointException("no path", None), D.CONFIGURATION, "client"),
        (EndpointException("<h1>502</h1>", 502, http_method="POST"), D.UNKNOWN, "502"),
        (EndpointException('{"error": 103}', 500, http_method="POST"), D.UNKNOWN, "103"),
        (EndpointException('{"error": 103}', 400, http_method="POST"), D.CONFIGURATION, "103"),
        (EndpointException('{"error": "authorization_failed"}', 401, http_method="GET"), D.CONFIGURATION, WORD),
        (EndpointException("[]", 418, http_method="POST"), D.ONCE_MORE, "418"),
        (ClientException("Credentials are required."), D.CONFIGURATION, "client"),
        (requests.ConnectTimeout(), D.TEMPORARY, "connect"),
        (requests.ReadTimeout(), D.UNKNOWN, "no_answer"),
        (requests.ConnectionError("reset by peer"), D.UNKNOWN, "no_answer"),
        (requests.TooManyRedirects(), D.UNKNOWN, "no_answer"),
    ],
)
def test_an_error_of_the_package_means(error, decision, code):
    found = provider.delivery_error(error)
    assert (found.decision, found.code) == (decision, code)


# Asking


@pytest.mark.parametrize(
    ("word", "state"), [("QUEUE", S.ACCEPTED), ("DELIVERED", S.DELIVERED), ("FAILED", S.FAILED)]
)
def test_the_status_of_a_message_can_be_asked_for(smsapi, word, state):
    sid = sends().sid
    with smsapi.account.reports.lose():
        smsapi.account.report(sid, word)
    found = provider.fetch(sid)
    assert (found.sid, found.status, found.state) == (sid, word, state)


@pytest.mark.parametrize(
    "body",
    ['{"status": "SENT"}', '{"count": 1, "list": [{"status": "SENT"}]}', '[{"status": "SENT"}]', '{"status": 403}'],
)
def test_every_shape_of_an_answer_about_a_message_is_read(smsapi, body):
    smsapi.answer_strangely(body)
    assert provider.fetch("7").state is S.SENT


@pytest.mark.parametrize("body", [*STRANGE, "7", '{"status": ""}', "[1]"])
def test_a_strange_answer_about_a_message_is_a_delivery_error(smsapi, body):
    smsapi.answer_strangely(body)
    with pytest.raises(DeliveryError):
        provider.fetch("7")


def test_a_message_that_smsapi_does_not_know_is_a_delivery_error(smsapi):
    with pytest.raises(DeliveryError, match="400"):
        provider.fetch("7")


def test_the_balance_is_in_points(smsapi):
    smsapi.account.points = 12.5
    assert (provider.balance().amount, provider.balance().currency) == (12.5, "points")


def test_a_probe_sends_nothing_and_fails_while_smsapi_does(smsapi):
    provider.probe()
    smsapi.fault("503", method="GET")
    with pytest.raises(DeliveryError):
        provider.probe()
    assert smsapi.account.messages == []


@pytest.mark.parametrize("body", STRANGE)
def test_a_strange_balance_is_a_delivery_error(smsapi, body):
    smsapi.answer_strangely(body)
    with pytest.raises(DeliveryError):
        provider.probe()


# An attempt


@pytest.mark.parametrize(
    ("sender", "can"), [("GMINA", False), ("", False), ("+48500000200", True), ("2way", True), ("2WAY", True)]
)
def test_only_a_number_takes_answers(change, sender, can):
    change(smsapi_sender=sender)
    assert provider.can_reply() is can


def test_an_alert_from_a_name_does_not_ask_for_an_answer(smsapi, cast):
    opened(cast)
    attempt = attempts(channel=Channel.SMS, to=cast.anna)[0]
    receipt = provider.prepare(attempt).send()
    sms = smsapi.account.get(receipt.sid)
    assert sms.idx == attempt.id
    assert sms.body.endswith("Odbierz telefon i wcisnij 1.")
    assert sms.expires_at - clock.now() == timedelta(minutes=65)  # SMSAPI takes no shorter life


def test_smsapi_is_set_up_by_its_token(app, change):
    assert provider.is_set_up()
    change(smsapi_token="")
    assert not provider.is_set_up()


def test_the_token_is_not_told_to_logs(smsapi):
    assert TOKEN not in repr(settings()) + repr(provider.client())
