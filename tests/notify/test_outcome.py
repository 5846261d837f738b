"""What becomes of an attempt, whoever reports it, in whatever order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Provider
from helpdesk.models.codes import AttemptState, Channel, CircuitState, EventKind, Lane, NotificationEvent
from helpdesk.notify import outcome
from helpdesk.notify.parcel import Decision, DeliveryError, Receipt
from helpdesk.notify.worker import ALL
from helpdesk.oncall.running_alerts import running
from helpdesk.outbox import Letter
from helpdesk.tokens import new_attempt_id
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened

S = AttemptState
RANK = outbox.RANK


@pytest.fixture
def sms(cast):
    """The SMS to Anna, being sent."""
    opened(cast)
    with transaction():
        outbox.claim(Channel.SMS, (Lane.ALERT, Lane.ALERT), "worker")
    return attempts(channel=Channel.SMS, to=cast.anna)[0]


def refused(attempt, decision, code="1"):
    with transaction():
        outcome.refused(attempt.id, DeliveryError(decision, code, "text"))


def reported(attempt, state, code=""):
    with transaction():
        return outcome.reported(attempt.id, state, sid="SM1", status=state, code=code)


def tries(attempt):
    db.session.expire_all()
    return len(attempt.notification.attempts)


def test_a_busy_provider_is_tried_again_with_growing_distance(sms, cast):
    waits = []
    for _ in range(4):
        newest = sms.notification.attempts[-1]
        refused(newest, Decision.TEMPORARY)
        db.session.expire_all()
        waits.append((sms.notification.attempts[-1].due_at - clock.now()).total_seconds())
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits, 1))


def test_an_alert_is_tried_five_times(sms):
    for _ in range(9):
        refused(sms.notification.attempts[-1], Decision.TEMPORARY)
        db.session.expire_all()
    assert tries(sms) == 5


def test_a_notice_waits_for_hours_for_its_mail_server(app):
    with transaction():
        plain = Letter(event=NotificationEvent.RECEIPT, channel=Channel.EMAIL, address="jan@x.test", dedupe_key="1")
        notification = outbox.enqueue(plain)
    began = clock.now()
    for _ in range(30):
        newest = notification.attempts[-1]
        clock.freeze(max(newest.due_at, clock.now()))
        refused(newest, Decision.TEMPORARY)
        db.session.expire_all()
    assert tries(notification.attempts[0]) == 20
    assert timedelta(hours=1) < clock.now() - began < timedelta(hours=4)


@pytest.mark.parametrize("decision", sorted(set(Decision) - set(outcome.TRIES) - {Decision.UNKNOWN}))
def test_what_cannot_succeed_is_not_tried_again(sms, decision):
    refused(sms, decision)
    assert tries(sms) == 1


def test_a_phone_that_was_off_is_tried_once_more_later(sms):
    reported(sms, S.UNDELIVERED, "30003")
    retry = sms.notification.attempts[-1]
    assert timedelta(seconds=30) <= retry.due_at - clock.now() <= timedelta(seconds=60)
    reported(retry, S.UNDELIVERED, "30003")
    assert tries(sms) == 2


def test_a_code_that_nobody_knows_is_tried_once_more(sms):
    reported(sms, S.UNDELIVERED, "39999")
    assert tries(sms) == 2


def test_no_answer_of_the_provider_is_neither_failed_nor_repeated(sms):
    refused(sms, Decision.UNKNOWN)
    assert (sms.state, tries(sms)) == (S.UNKNOWN, 1)


def test_a_number_that_does_not_exist_is_marked_with_its_code(sms, cast):
    reported(sms, S.UNDELIVERED, "30005")
    contact = cast.anna.contacts[0]
    assert (contact.broken_at, contact.broken_code) == (clock.now(), "30005")
    assert not contact.is_usable


def test_who_has_sent_stop_is_marked_as_opted_out(sms, cast):
    refused(sms, Decision.OPTED_OUT, "21610")
    assert cast.anna.contacts[0].opted_out_at == clock.now()
    assert cast.anna.contacts[0].broken_at is None


def test_a_refused_set_up_marks_nobody_and_raises_an_alarm(sms, cast, caplog):
    refused(sms, Decision.CONFIGURATION, "20003")
    assert cast.anna.contacts[0].is_usable
    assert "refuses our set-up" in caplog.text


def test_the_outcome_of_an_alert_stands_on_the_timeline(sms, cast):
    reported(sms, S.DELIVERED)
    event = sms.notification.ticket.events[-1]
    assert event.kind is EventKind.ATTEMPT
    known = {"channel": "sms", "state": "delivered", "name": cast.anna.name, "attempt": sms.id}
    assert event.data == known


def test_the_timeline_keeps_why_an_alert_did_not_arrive(sms):
    reported(sms, S.UNDELIVERED, "30003")
    data = sms.notification.ticket.events[-1].data
    assert (data["status"], data["code"]) == ("undelivered", "30003")


def test_a_sign_in_code_has_no_ticket_and_fails_alone(app, cast):
    with transaction():
        outbox.enqueue_code(cast.anna, Channel.SMS, "123456", "+48500000001")
    code = attempts()[0]
    assert reported(code, S.UNDELIVERED, "30005")
    assert tries(code) == 1


def test_a_word_of_the_provider_that_nobody_knows_is_kept(sms):
    with transaction():
        outcome.heard(sms.id, "partially-delivered", "SM1")
    assert (sms.provider_status, sms.state, sms.provider_sid) == ("partially-delivered", S.ACCEPTED, "SM1")


@pytest.mark.parametrize("known", [S.SENT, S.DELIVERED])
def test_a_word_that_nobody_knows_moves_nothing_backwards(sms, known):
    reported(sms, known)
    with transaction():
        outcome.heard(sms.id, "partially-delivered", "SM1")
    db.session.expire_all()
    assert (sms.state, sms.provider_status) == (known, "partially-delivered" if known is S.SENT else known)


reports = st.tuples(
    st.just("reported"),
    st.sampled_from([S.ACCEPTED, S.SENT, S.DELIVERED, S.UNDELIVERED, S.FAILED]),
    st.sampled_from(["", "30003", "30005", "39999"]),
)
answers = st.tuples(st.just("refused"), st.sampled_from(sorted(Decision)), st.just("1"))
acceptance = st.tuples(st.just("accepted"), st.sampled_from([S.ACCEPTED, S.SENT]), st.just(""))
rests = st.tuples(st.just("claimed"), st.just(""), st.just(""))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(reports, answers, acceptance, rests), max_size=8), st.booleans())
def test_in_whatever_order_states_only_move_forward(app, cast, moves, is_sending):
    first = _sms_of(open_alert(cast), cast.anna)
    if is_sending:
        _happens(first.id, "claimed", "", "")
    for move in moves:
        clock.advance(timedelta(seconds=1))
        before, finished = first.state, first.finished_at
        _happens(first.id, *move)
        db.session.expire_all()
        assert RANK[first.state] >= RANK[before]
        assert finished is None or (first.state, first.finished_at) == (before, finished)
        times = [first.sending_at, first.accepted_at, first.sent_at, first.finished_at]
        known = [at for at in times if at is not None]
        assert known == sorted(known)


def open_alert(cast):
    found = db.session.query(Escalation).filter_by(state="open").first()
    return found or running(opened(cast))


def _sms_of(alert, user):
    """One more SMS of the alert's first step."""
    key = f"alert:{alert.id}:0:0:{user.id}:{new_attempt_id()}"
    about = {"event": NotificationEvent.ALERT, "channel": Channel.SMS, "address": "+48500000001"}
    with transaction():
        return outbox.enqueue(
            Letter(
                **about,
                dedupe_key=key,
                lane=Lane.ALERT,
                user_id=user.id,
                ticket_id=alert.ticket_id,
                escalation_id=alert.id,
                step_position=0,
            )
        ).attempts[0]


def _happens(attempt_id, what, detail, code):
    with transaction():
        if what == "claimed":
            while outbox.claim(Channel.SMS, ALL, "worker"):
                pass
        elif what == "accepted":
            outcome.accepted(attempt_id, Receipt("SM1", "queued", detail))
        elif what == "refused":
            outcome.refused(attempt_id, DeliveryError(detail, code, "text"))
        else:
            outcome.reported(attempt_id, detail, sid="SM1", status=detail, code=code)
    assert db.session.get(Attempt, attempt_id).provider_sid in (None, "SM1")


def test_an_account_that_is_found_closed_only_when_sending_counts_against_the_provider(app, cast):
    opened(cast)
    sms = attempts(channel=Channel.SMS, to=cast.anna)[0]
    with transaction():
        sms.state, sms.provider, sms.sending_at, sms.accepted_at = (
            S.ACCEPTED,
            "sms:twilio",
            clock.now(),
            clock.now(),
        )
    with transaction():
        outcome.reported(sms.id, S.FAILED, sid="SM1", status="failed", code="30002")
    assert db.session.get(Provider, "sms:twilio").state is CircuitState.OPEN


def test_what_the_provider_has_reported_itself_is_not_refused_by_a_gateway(sms):
    reported(sms, S.SENT)
    refused(sms, Decision.TEMPORARY, "503")
    assert [each.state for each in attempts(channel=Channel.SMS, to=sms.notification.user)] == [S.SENT]
