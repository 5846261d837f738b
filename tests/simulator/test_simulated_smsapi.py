"""The look-alike of SMSAPI: what it refuses, what it remembers, how its reports travel, how it breaks."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from smsapi.client import Client
from smsapi.exception import EndpointException, SendException

from helpdesk import clock
from helpdesk.simulator.smsapi_api import start_smsapi
from tests.smsapi_contract import check_request

TOKEN, TO = "the-token", "48500000001"
CALLBACK = "http://helpdesk.test/smsapi/report/abc"


@pytest.fixture
def far_end():
    """With a clock that stands still and a program that says OK to every report."""
    clock.freeze(datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    running = start_smsapi(token=TOKEN, incoming_url="http://helpdesk.test/smsapi/sms/secret")
    running.account.reports.send = lambda url, params: (200, "OK")
    yield running
    running.stop()
    clock.reset()


@pytest.fixture
def api(far_end):
    return Client(f"{far_end.url}/", access_token=TOKEN)


def send(api, **changes):
    values = {"to": TO, "message": "Próba", "from_": "GMINA", "idx": "a" * 32, "check_idx": 1, "encoding": "utf-8"}
    return api.sms.send(**values | {"notify_url": CALLBACK} | changes).results[0]


def refusal(api, **changes):
    with pytest.raises(SendException) as refused:
        send(api, **changes)
    return refused.value.code


def test_a_message_is_kept_and_paid_for(far_end, api):
    answer = send(api)
    assert (answer.status, answer.number, answer.idx, answer.error) == ("QUEUE", TO, "a" * 32, None)
    assert far_end.account.messages_to(f"+{TO}")[0].body == "Próba"
    assert api.account.balance().points == pytest.approx(100 - answer.points)


def test_the_same_idx_is_refused_for_a_day(far_end, api):
    send(api)
    clock.advance(timedelta(hours=23))
    assert refusal(api) == 53
    clock.advance(timedelta(hours=1, seconds=1))
    assert send(api).id != far_end.account.messages[0].id


def test_without_check_idx_the_same_idx_is_sent_again(far_end, api):
    for _ in range(2):
        send(api, check_idx=0)
    assert len(far_end.account.messages) == 2


def in_minutes(minutes):
    return int((clock.now() + timedelta(minutes=minutes)).timestamp())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "123"}, 13),
        ({"from_": "STRANGER"}, 14),
        ({"message": " "}, 11),
        ({"message": "a" * 919}, 11),
        ({"message": "a" * 161, "max_parts": 1}, 12),
        ({"idx": "a" * 256}, 27),
        ({"notify_url": "no address"}, 70),
        ({"expiration_date": "tomorrow"}, 54),
        ({"expiration_date": lambda: in_minutes(59)}, 56),
        ({"expiration_date": lambda: in_minutes(73 * 60)}, 56),
    ],
)
def test_a_wrong_request_is_refused(far_end, api, changes, code):
    changes = {name: value() if callable(value) else value for name, value in changes.items()}
    assert refusal(api, **changes) == code
    assert far_end.account.messages == []


def test_ten_messages_a_minute_go_to_one_number(far_end, api):
    for number in range(10):
        send(api, idx=f"{number:032}")
    assert refusal(api) == 52
    clock.advance(timedelta(minutes=1))
    assert send(api).id


def test_links_and_an_empty_account_are_refused(far_end, api):
    far_end.account.allows_links = False
    assert refusal(api, message="http://helpdesk.test") == 94
    far_end.account.points = 0.1
    assert refusal(api) == 103


def test_a_wrong_token_is_answered_with_401(far_end):
    with pytest.raises(EndpointException) as refused:
        send(Client(f"{far_end.url}/", access_token="wrong"))
    assert refused.value.code == 401 and '"error":101' in refused.value.message


def test_a_test_message_is_not_sent(far_end, api):
    assert send(api, test=1).id
    assert far_end.account.messages == []


def test_reports_carry_number_and_name_of_the_status(far_end, api):
    sid = send(api).id
    far_end.account.deliver(sid)
    found = [report.params for report in far_end.account.reports.sent]
    assert [(params["status"], params["status_name"]) for params in found] == [
        ("410", "ACCEPTED"),
        ("404", "DELIVERED"),
    ]
    assert {(params["MsgId"], params["idx"], params["to"]) for params in found} == {(sid, "a" * 32, TO)}


def test_a_final_status_stays(far_end, api):
    sid = send(api).id
    far_end.account.report(sid, "DELIVERED", "FAILED")
    assert far_end.account.get(sid).status == "DELIVERED"


def test_reports_are_lost_held_repeated_and_reordered(far_end, api):
    sid, reports = send(api).id, far_end.account.reports
    with reports.lose():
        far_end.account.report(sid, "ACCEPTED")
    reports.hold()
    far_end.account.report(sid, "SENT", "DELIVERED")
    assert reports.sent == []
    reports.release(lambda held: [*held[::-1], *held])
    assert [report.params["status"] for report in reports.sent] == ["404", "403", "403", "404"]


def test_an_answer_other_than_ok_is_noted(far_end, api):
    far_end.account.reports.send = lambda url, params: (204, "")
    far_end.account.deliver(send(api).id)
    assert len(far_end.account.reports.problems) == 2


def test_a_text_of_a_person_names_the_message_that_it_answers(far_end, api):
    said = []
    far_end.account.reports.send = lambda url, params: said.append((url, params)) or (200, "OK")
    sid = send(api).id
    assert far_end.account.text_in(f"+{TO}", "1") == (200, "OK")
    url, params = said[0]
    assert url.endswith("/smsapi/sms/secret")
    assert (params["sms_from"], params["sms_text"], params["MsgId"]) == (TO, "1", sid)


@pytest.mark.parametrize(("kind", "stored"), [("cut_before", 0), ("cut_after", 1), ("500", 0), ("500_after", 1)])
def test_faults_come_before_or_after_the_message_was_stored(far_end, api, kind, stored):
    far_end.fault(kind)
    with pytest.raises((requests.ConnectionError, EndpointException)):
        send(api)
    assert len(far_end.account.messages) == stored


def test_only_loopback_is_listened_on():
    with pytest.raises(ValueError, match="loopback"):
        start_smsapi(token=TOKEN, host="0.0.0.0")


GOOD = {"to": TO, "message": "Próba", "format": "json", "encoding": "utf-8", "idx": "a" * 32, "check_idx": "1"}
HEADERS = {"Authorization": "Bearer x", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({}, None),
        ({"to": f"+{TO}"}, "to="),
        ({"eco": "1"}, "eco is not a parameter"),
        ({"encoding": "iso-8859-2"}, "encoding="),
        ({"message": "Pr\ufffdba"}, "message="),
        ({"check_idx": ""}, "check_idx is required"),
        ({"notify_url": f"{CALLBACK}?a=1"}, "notify_url="),
    ],
)
def test_the_contract_complains_of(changes, complaint):
    found = list(check_request("POST", "/sms.do", HEADERS, GOOD | {"notify_url": CALLBACK} | changes))
    assert found == [] if complaint is None else complaint in found[0]


def test_the_contract_knows_no_other_operation():
    assert list(check_request("GET", "/vms.do", HEADERS, {})) == ["GET /vms.do: no such operation"]
    assert "token" in "".join(check_request("GET", "/sms.do", {}, {"status": "7", "format": "json"}))
