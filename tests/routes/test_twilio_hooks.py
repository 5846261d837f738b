"""Twilio's webhooks: signed or refused, never an error of ours, and a repeat is harmless."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from helpdesk import clock, outbox, signs
from helpdesk.extensions import db
from helpdesk.models import Inbound
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.notify.twilio import is_signed
from helpdesk.tokens import new_attempt_id, sign_attempt, sign_words
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, phone_of

PUBLIC = "http://helpdesk.test"
SIGNATURE = "X-Twilio-Signature"
S = AttemptState


def with_tokens(app, *tokens):
    """Settings are frozen: others for one test."""
    first, second = (*tokens, "")[:2]
    return app.config["SETTINGS"].__class__(
        **{**vars(app.config["SETTINGS"]), "twilio_auth_token": first, "twilio_auth_token_secondary": second}
    )


@pytest.fixture(autouse=True)
def same_settings(app):
    before = app.config["SETTINGS"]
    yield
    app.config["SETTINGS"] = before


@pytest.fixture
def signature(app):
    def sign(path, form=(), token=None):
        validator = RequestValidator(token or app.config["SETTINGS"].twilio_auth_token)
        return validator.compute_signature(PUBLIC + path, MultiDict(form))

    return sign


@pytest.fixture
def post(client, signature):
    """Post as Twilio does; the answer."""

    def send(path, form=(), **kwargs):
        return client.post(path, data=form, headers={SIGNATURE: signature(path, form)}, **kwargs)

    return send


@pytest.fixture
def sms(cast):
    """The SMS of an alert to Anna, due."""
    opened(cast)
    return attempts(channel=Channel.SMS, to=cast.anna)[0]


def status_path(attempt_id):
    return f"/twilio/status/{sign_attempt(attempt_id)}"


def test_the_documented_example_is_signed(app):
    app.config["SETTINGS"] = with_tokens(app, "12345")
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234"}
    form |= {"From": "+14158675309", "To": "+18005551212"}
    url, known = "https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert is_signed(url, MultiDict(form), known)
    assert not is_signed(url, MultiDict(form | {"Digits": "1"}), known)


@pytest.mark.parametrize(("token", "status"), [("old token", 200), ("new token", 200), ("other", 403), ("", 403)])
def test_while_tokens_are_rotated_both_are_good(app, client, signature, token, status):
    app.config["SETTINGS"] = with_tokens(app, "new token", "old token")
    given_ = signature("/twilio/voice", token=token or "x")
    assert client.post("/twilio/voice", headers={SIGNATURE: given_}).status_code == status


@pytest.mark.parametrize("header", ["", "garbled", "ą" * 28, "=" * 28, "\U0001f525", "a" * 10000])
def test_a_bad_signature_is_refused(client, header):
    assert client.post("/twilio/sms", headers={SIGNATURE: header.encode().decode("latin-1")}).status_code == 403


def test_no_signature_at_all_is_refused(client):
    assert client.post("/twilio/sms").status_code == 403
    assert client.post("/twilio/sms", json={"MessageSid": "SM1"}).status_code == 403


def test_a_json_body_is_not_covered_by_the_signature(client, signature):
    signed = {SIGNATURE: signature("/twilio/sms")}
    assert client.post("/twilio/sms", json={"Body": "1"}, headers=signed).status_code == 200
    assert db.session.scalar(sa.select(Inbound.body)) == ""


def test_a_huge_body_is_refused(client):
    assert client.post("/twilio/sms", data={"Body": "a" * 3_000_000}).status_code in (403, 413)


@pytest.mark.parametrize("host", ["helpdesk.test:99999", "evil.test", "[::1", "a b", ""])
def test_the_host_is_not_believed(client, signature, host):
    answer = client.post(
        "/twilio/voice", headers={SIGNATURE: signature("/twilio/voice")}, environ_overrides={"HTTP_HOST": host}
    )
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("target", ["http://helpdesk.test/twilio/voice", "http://evil.test:99999/twilio/voice"])
def test_an_absolute_request_target_is_signed_as_our_own_address(client, signature, target):
    overrides = {"RAW_URI": target, "REQUEST_URI": target}
    headers = {SIGNATURE: signature("/twilio/voice")}
    assert client.post("/twilio/voice", headers=headers, environ_overrides=overrides).status_code == 200


@pytest.mark.parametrize("target", ["*", "", "//evil.test/twilio/voice", "/twilio/voice?x=%ff", "http://", "\x00"])
def test_a_strange_request_target_is_refused(client, signature, target):
    overrides = {"RAW_URI": target, "REQUEST_URI": target}
    headers = {SIGNATURE: signature("/twilio/voice/9")}
    answer = client.post("/twilio/voice", headers=headers, environ_overrides=overrides)
    assert answer.status_code == 403


def test_a_percent_encoded_path_is_signed_as_it_was_sent(post):
    assert post("/twilio/v%6fice").status_code == 200


def test_a_query_is_part_of_what_is_signed(client, post, signature):
    assert post("/twilio/voice?a=1&b=%20").status_code == 200
    headers = {SIGNATURE: signature("/twilio/voice")}
    assert client.post("/twilio/voice?a=1", headers=headers).status_code == 403


def test_repeated_parameters_count(client, signature):
    form = MultiDict([("Body", "1"), ("Body", "2")])
    headers = {SIGNATURE: signature("/twilio/sms", form)}
    assert client.post("/twilio/sms", data=form, headers=headers).status_code == 200
    assert client.post("/twilio/sms", data={"Body": "1"}, headers=headers).status_code == 403


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3),
)
def test_whatever_is_sent_under_twilio_is_no_error_of_ours(app, method, path, form):
    answer = app.test_client().open(f"/twilio/{path}", method=method, data=form if method == "POST" else None)
    assert answer.status_code in (200, 204, 301, 302, 308, 400, 403, 404, 405)
    assert method == "OPTIONS" or answer.status_code not in (200, 204)


WORDS = st.text(st.characters(codec="utf-8"), max_size=70)
NAMES = ("From", "Body", "MessageSid", "MessageStatus", "CallStatus", "CallSid", "Digits", "ErrorCode")
FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, WORDS))
PATHS = ["sms", "voice", "voice/1", "voice-status", "voice/ticket/1"]
PATHS += ["status/x", "call-status/x", "call/x", "digit/x"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(PATHS), form=FIELDS)
def test_whatever_twilio_signs_is_no_error_of_ours(sms, post, path, form):
    path = path.replace("/x", f"/{sign_attempt(sms.id)}")
    assert post(f"/twilio/{path}", form).status_code in (200, 204)


HOTLINE = ["menu", "press", "after", "whisper", "take", "rang", "message", "recording"]
FROM_CALLS = ("CallStatus", "DialCallStatus", "DialBridged", "Digits", "RecordingSid", "RecordingStatus")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(path=st.sampled_from(HOTLINE), form=st.fixed_dictionaries({}, optional=dict.fromkeys(FROM_CALLS, WORDS)))
def test_whatever_twilio_signs_in_a_hotline_call_is_no_error_of_ours(cast, post, path, form):
    post("/twilio/voice", {"From": "+48500000000", "CallSid": "CA1"})
    token = sign_words("hotline", "CA1", str(cast.anna.id))
    assert post(f"/twilio/hotline/{path}/{token}", form).status_code in (200, 204)


@pytest.mark.parametrize("path", HOTLINE)
@pytest.mark.parametrize("token", ["x", "CA1-1", "CA1-1-" + "0" * 32, "-"])
def test_a_forged_token_of_a_hotline_call_is_not_found(cast, post, path, token):
    post("/twilio/voice", {"From": "+48500000000", "CallSid": "CA1"})
    form = {"CallStatus": "completed"}
    assert post(f"/twilio/hotline/{path}/{token}", form).status_code == 404


@pytest.mark.parametrize("path", [*(f"hotline/{each}/x" for each in HOTLINE), "voice-status"])
def test_an_unsigned_report_of_a_hotline_call_is_refused(cast, client, path):
    assert client.post(f"/twilio/{path}").status_code == 403


@pytest.mark.parametrize("status", ["delivered", "partially-delivered"])
def test_a_token_of_no_attempt_is_not_found(cast, post, status):
    assert post(status_path(new_attempt_id()), {"MessageStatus": status}).status_code == 404


@pytest.mark.parametrize("spoil", [lambda t: t[:-1] + "0x"[t[-1] == "0"], lambda t: t[:32], lambda t: "ą" + t])
def test_a_forged_token_is_not_found(sms, post, spoil):
    for place in ("status", "call-status", "call", "digit"):
        path = f"/twilio/{place}/{spoil(sign_attempt(sms.id))}"
        assert post(path, {"MessageStatus": "sent"}).status_code in (403, 404)
    assert attempts()[0].state is S.DUE


def test_a_callback_may_come_before_our_own_commit(sms, post):
    with transaction():
        outbox.claim(Channel.SMS, (0, 0), "worker")
    assert post(status_path(sms.id), {"MessageStatus": "sent", "MessageSid": "SM7"}).status_code == 204
    found = attempts(channel=Channel.SMS)[0]
    assert (found.state, found.provider_sid) == (S.SENT, "SM7")


def test_an_unknown_status_is_written_down_and_nothing_more(sms, post, caplog):
    assert post(status_path(sms.id), {"MessageStatus": "partially-delivered"}).status_code == 204
    assert attempts()[0].provider_status == "partially-delivered"
    assert "unknown status 'partially-delivered'" in caplog.text


def test_a_repeated_callback_is_harmless(sms, post, cast):
    form = {"MessageStatus": "undelivered", "MessageSid": "SM7", "ErrorCode": "30003"}
    for _ in range(3):
        assert post(status_path(sms.id), form).status_code == 204
    assert len(attempts(channel=Channel.SMS, to=cast.anna)) == 2


def test_an_inbound_message_is_answered_in_twiml(sms, post, cast):
    form = {"MessageSid": "SM1", "From": phone_of(cast.anna), "Body": "1"}
    first = post("/twilio/sms", form)
    assert first.mimetype == "text/xml"
    assert first.text.count("<Message>") == 1
    assert post("/twilio/sms", form).text == first.text


def test_the_id_may_stand_in_the_older_field(sms, post, cast):
    form = {"SmsSid": "SM1", "From": phone_of(cast.anna), "Body": "idę"}
    post("/twilio/sms", form)
    post("/twilio/sms", form)
    assert len(sms.notification.ticket.messages) == 1


def test_nothing_to_answer_is_an_empty_document(cast, post):
    answer = post("/twilio/sms", {"MessageSid": "SM1", "From": phone_of(cast.anna), "Body": "STOP"})
    assert "<Message>" not in answer.text


def test_no_answer_sets_a_cookie_or_asks_to_sign_in(post):
    answer = post("/twilio/voice")
    assert "Set-Cookie" not in answer.headers
    assert answer.status_code == 200


def test_a_signed_webhook_shows_that_we_are_reached_and_others_do_not(client, post):
    client.post("/twilio/status/nothing")
    assert signs.seen_at(signs.WEBHOOK) is None
    post("/twilio/voice", {"From": "+48500000099"})
    assert signs.seen_at(signs.WEBHOOK) == clock.now()


def test_a_report_that_leads_nowhere_does_not_show_that_we_are_reached(post):
    """As after a change of SECRET_KEY, or with two: no token of the other key is known here."""
    assert post("/twilio/status/of-another-key", {"MessageStatus": "sent"}).status_code == 404
    assert signs.seen_at(signs.WEBHOOK) is None


def test_that_we_are_reached_is_written_once_a_minute(post):
    for _ in range(3):
        post("/twilio/voice", {"From": "+48500000099"})
        clock.advance(timedelta(seconds=25))
    assert clock.now() - signs.seen_at(signs.WEBHOOK) == timedelta(seconds=75)
