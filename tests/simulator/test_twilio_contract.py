import pytest
from werkzeug.datastructures import MultiDict

from tests import twilio_contract
from tests.twilio_contract import check_request

ACCOUNT = "https://api.twilio.com/2010-04-01/Accounts/AC" + "1" * 32
MESSAGE = {"To": "+48500000011", "From": "+48500000001", "Body": "Pilne"}
CALL = {"To": "+48500000011", "From": "+48500000001", "Url": "https://helpdesk.test/twilio/voice/abc"}
needs_spec = pytest.mark.skipif(twilio_contract.specification() is None, reason="no OpenAPI on this machine")


def complaints(path, form, method="POST"):
    return check_request(method, ACCOUNT + path, MultiDict(form))


def test_proper_message_and_call_are_in_order():
    events = [("StatusCallbackEvent", event) for event in ("initiated", "completed")]
    assert complaints("/Messages.json", MESSAGE | {"ValidityPeriod": "120"}) == []
    assert complaints("/Calls.json", [*CALL.items(), *events]) == []


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/Messages.json", {"From": ""}),
        ("/Messages.json", {"To": ""}),
        ("/Messages.json", {"Body": " "}),
        ("/Messages.json", {"Body": "x" * 1601}),
        ("/Messages.json", {"ValidityPeriod": "36001"}),
        ("/Messages.json", {"StatusCallback": "https://help_desk.test/x"}),
        ("/Messages.json", {"StatusCallback": "https://helpdesk.test/x?id=1"}),
        ("/Messages.json", {"StatusCallback": "https://helpdesk.test/a.b"}),
        ("/Calls.json", {"Url": ""}),
        ("/Calls.json", {"Twiml": "<Response/>"}),
        ("/Calls.json", {"Url": "", "Twiml": "x" * 4001}),
        ("/Calls.json", {"Timeout": "601"}),
    ],
)
def test_rule_of_the_prose_is_held_without_the_specification(monkeypatch, path, changes):
    monkeypatch.setattr(twilio_contract, "specification", lambda: None)
    good = MESSAGE if path == "/Messages.json" else CALL
    assert complaints(path, good) == []
    assert len(complaints(path, good | changes)) == 1


@needs_spec
@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("/Letters.json", {}, "no such operation"),
        ("/Messages.json", MESSAGE | {"Colour": "red"}, "Colour is not a parameter"),
        ("/Messages.json", MESSAGE | {"MessagingServiceSid": "MG1"}, "does not match"),
        ("/Messages.json", [*MESSAGE.items(), ("Body", "twice")], "2 times"),
        ("/Messages.json", MESSAGE | {"SmartEncoded": "maybe"}, "boolean"),
        ("/Messages.json", MESSAGE | {"RiskCheck": "often"}, "is not one of"),
        ("/Calls.json", CALL | {"Method": "PATCH"}, "is not one of"),
        ("/Calls.json", CALL | {"Timeout": "20.5"}, "integer"),
        ("/Calls/CA1.json", {"Status": "completed"}, "Sid='CA1' does not match"),
    ],
)
def test_specification_is_held(monkeypatch, path, form, words):
    monkeypatch.setattr(twilio_contract, "_against_prose", lambda *_: iter(()))
    (complaint,) = complaints(path, form)
    assert words in complaint


@needs_spec
def test_query_is_checked_too():
    assert complaints("/Messages.json?DateSent%3E=2026-03-11T09:00:00Z&PageSize=5", {}, "GET") == []
    assert complaints("/Messages.json?PageSize=5000", {}, "GET")
    assert complaints("/Messages.json?DateSent=yesterday", {}, "GET")


@needs_spec
def test_what_the_sdk_sends_is_in_order(sdk, sim):
    sim.on_request.append(check_request)
    message = sdk.messages.create(**{"to": "+48500000011", "from_": "+48500000001", "body": "Pilne"})
    sdk.messages(message.sid).fetch()
    sdk.messages.list(to="+48500000011", date_sent_after=message.date_created, limit=3)
    sdk.incoming_phone_numbers.list(phone_number="+48500000001", limit=1)
    sdk.balance.fetch()
    assert sim.problems == []
