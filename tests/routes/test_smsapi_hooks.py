"""SMSAPI's callbacks: known by a secret in their address or not found, never an error of ours, repeats harmless."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk import outbox
from helpdesk.extensions import db
from helpdesk.models import Inbound, Notification
from helpdesk.models.codes import AttemptState, Channel, Lane, NotificationEvent
from helpdesk.notify import smsapi as provider
from helpdesk.tokens import address_secret, new_attempt_id, sign_attempt
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, phone_of

S = AttemptState


@pytest.fixture
def sms(smsapi, cast):
    """The SMS of an alert to Anna, in the hands of a worker that gives it to SMSAPI."""
    opened(cast)
    with transaction():
        attempt_id = outbox.claim(Channel.SMS, (Lane.ALERT, Lane.ALERT), "worker")
        outbox.note_parcel(attempt_id, provider.NAME, None)
    return the(attempt_id)


def the(attempt_id):
    db.session.expire_all()
    return next(attempt for attempt in attempts() if attempt.id == attempt_id)


def report_path(attempt_id):
    return f"/smsapi/report/{sign_attempt(attempt_id)}"


def report(client, attempt_id, status="404", **more):
    values = {"MsgId": "7", "status": status, "idx": attempt_id, "to": "48500000004", "donedate": "1773219600"}
    return client.get(report_path(attempt_id), query_string=values | more)


def incoming(client, text="1", method="GET", secret=None, **more):
    path = f"/smsapi/sms/{secret or address_secret(provider.INCOMING)}"
    values = {"sms_from": "48500000004", "sms_to": "48500000200", "sms_text": text, "sms_date": "1773219600"}
    place = "query_string" if method == "GET" else "data"
    return client.open(path, method=method, **{place: values | {"username": "helpdesk"} | more})


def answers():
    query = sa.select(Notification).filter_by(event=NotificationEvent.SMS_ANSWER).order_by(Notification.id)
    return [notification.params["text"] for notification in db.session.scalars(query)]


# Reports


@pytest.mark.parametrize(("status", "state"), [("404", S.DELIVERED), ("410", S.SENT), ("405", S.UNDELIVERED)])
def test_a_report_before_our_own_commit_brings_the_id_and_the_state(client, sms, status, state):
    answer = report(client, sms.id, status)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "OK", "text/plain")
    found = the(sms.id)
    assert (found.state, found.provider_sid, found.provider_status) == (state, "7", provider.STATUSES[status])


def test_reports_may_be_posted(client, sms):
    form = {"MsgId": "7", "status": "DELIVERED", "idx": sms.id}
    assert client.post(report_path(sms.id), data=form).text == "OK"
    assert the(sms.id).state is S.DELIVERED


def test_reports_out_of_order_never_move_backwards(client, sms):
    for status in ("404", "410", "409", "403"):
        assert report(client, sms.id, status).text == "OK"
    assert the(sms.id).state is S.DELIVERED


def test_a_repeated_report_is_harmless(client, sms, cast):
    for _ in range(3):
        assert report(client, sms.id, "405").text == "OK"
    assert len(attempts(channel=Channel.SMS, to=cast.anna)) == 2


def test_an_unknown_status_is_written_down_and_says_only_that_smsapi_has_it(client, sms, caplog):
    assert report(client, sms.id, "499").text == "OK"
    assert (the(sms.id).state, the(sms.id).provider_status) == (S.ACCEPTED, "499")
    assert "unknown status '499'" in caplog.text


def test_of_several_reports_in_one_only_ours_counts(client, sms):
    other = new_attempt_id()
    ids = {"MsgId": "6,7,8", "idx": f"{other},{sms.id},{other}", "to": "1,2,3"}
    assert report(client, sms.id, "405,404,406", **ids).text == "OK"
    found = the(sms.id)
    assert (found.state, found.provider_sid) == (S.DELIVERED, "7")


def test_a_report_without_our_mark_is_about_the_attempt_of_its_address(client, sms):
    assert report(client, sms.id, idx="").text == "OK"
    assert the(sms.id).state is S.DELIVERED


@pytest.mark.parametrize(
    "values", [{"MsgId": ""}, {"status": ""}, {"status": "404,404"}, {"idx": "a,b"}, {"idx": "somebody else's"}]
)
def test_a_garbled_report_is_refused(client, sms, values):
    assert report(client, sms.id, **values).status_code == 400
    assert the(sms.id).state is S.SENDING


@pytest.mark.parametrize("spoil", [lambda t: t[:-1] + "0x"[t[-1] == "0"], lambda t: t[:32], lambda t: "ą" + t])
def test_a_forged_token_is_not_found(client, sms, spoil):
    path = f"/smsapi/report/{spoil(sign_attempt(sms.id))}"
    assert client.get(path, query_string={"MsgId": "7", "status": "404"}).status_code == 404
    assert the(sms.id).state is S.SENDING


def test_an_attempt_that_another_provider_carries_is_not_found(client, sms):
    with transaction():
        outbox.note_parcel(sms.id, "sms:twilio", None)
    assert report(client, sms.id).status_code == 404


def test_a_token_of_no_attempt_is_not_found(client, cast):
    assert report(client, new_attempt_id()).status_code == 404


# SMS that come in


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_takes_the_ticket_and_is_answered_by_an_sms_of_its_own(client, sms, method):
    answer = incoming(client, "1", method)
    assert (answer.status_code, answer.text) == (200, "OK")
    assert sms.notification.ticket.acknowledged_by.name == sms.notification.user.name
    [text] = answers()
    assert text.startswith(sms.notification.ticket.number)


def test_a_repeated_sms_acts_once_and_is_answered_once(client, sms):
    for _ in range(3):
        assert incoming(client, "idę do domu").text == "OK"
    assert len(sms.notification.ticket.messages) == 1
    assert len(answers()) == 1


def test_the_same_words_a_moment_later_are_another_sms(client, sms):
    incoming(client, "idę do domu")
    incoming(client, "idę do domu", sms_date="1773219601")
    assert db.session.scalar(sa.select(sa.func.count(Inbound.id))) == 2


def test_polish_letters_come_as_they_were_typed(client, sms):
    incoming(client, "Zażółć gęślą jaźń")
    assert db.session.scalar(sa.select(Inbound.body)) == "Zażółć gęślą jaźń"


def test_stop_opts_out_and_is_not_answered(client, sms, cast):
    incoming(client, "STOP", sms_from=phone_of(cast.anna).lstrip("+"))
    assert cast.anna.contacts[0].opted_out_at is not None
    assert answers() == []


def test_a_plus_before_the_number_is_taken_too(client, sms):
    assert incoming(client, sms_from="+48500000004").text == "OK"
    assert db.session.scalar(sa.select(Inbound.address)) == "+48500000004"


@pytest.mark.parametrize("sender", ["INFO", "1234", "1" * 16, "٤٨٥٠٠٠٠٠٠٠٤"])
def test_an_sms_from_what_is_no_number_is_not_read(client, cast, sender):
    assert incoming(client, sms_from=sender).text == "OK"
    assert db.session.scalar(sa.select(sa.func.count(Inbound.id))) == 0


def test_a_garbled_sms_is_refused(client, cast):
    assert incoming(client, sms_from="").status_code == 400
    assert client.get(f"/smsapi/sms/{address_secret(provider.INCOMING)}").status_code == 400


@pytest.mark.parametrize("secret", ["x", "a" * 32, "ą", address_secret])
def test_without_the_secret_there_is_no_such_address(client, cast, secret):
    secret = secret("ack-link") if callable(secret) else secret
    assert incoming(client, secret=secret).status_code == 404


WORDS = st.text(st.characters(codec="utf-8"), max_size=70)
NAMES = ("MsgId", "status", "idx", "to", "donedate", "sms_from", "sms_to", "sms_text", "sms_date", "username")
VALUES = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, WORDS | st.sampled_from(["404", "48500000004"])))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(["report", "sms"]), method=st.sampled_from(["GET", "POST"]), values=VALUES)
def test_whatever_comes_with_the_secret_is_no_error_of_ours(sms, client, place, method, values):
    secret = sign_attempt(sms.id) if place == "report" else address_secret(provider.INCOMING)
    given_as = {"query_string" if method == "GET" else "data": values}
    answer = client.open(f"/smsapi/{place}/{secret}", method=method, **given_as)
    assert answer.status_code in (200, 400)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE"]), st.text(st.characters(codec="utf-8"), max_size=30))
def test_whatever_is_sent_under_smsapi_without_a_secret_is_refused(app, method, path):
    answer = app.test_client().open(f"/smsapi/{path}", method=method)
    assert answer.status_code in (301, 302, 308, 400, 403, 404, 405)


def test_no_answer_sets_a_cookie_or_asks_to_sign_in(client, sms):
    assert "Set-Cookie" not in report(client, sms.id).headers
