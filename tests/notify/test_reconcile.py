"""Attempts whose fate nobody knows: the provider is asked; found is adopted, lost is sent again."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt
from helpdesk.models.codes import AckVia, AttemptState, Channel, Lane, NotificationEvent
from helpdesk.notify import outcome, twilio
from helpdesk.notify.channels import PROVIDERS
from helpdesk.notify.parcel import Decision, DeliveryError
from helpdesk.notify.reconcile import ask_about_silent, reconcile_unknown, take_over_expired
from helpdesk.notify.worker import ALL
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.running_alerts import running
from helpdesk.outbox import Letter, claim
from helpdesk.simulator.state import Call, new_sid
from helpdesk.transaction import transaction
from helpdesk.wanted import MAY_RING
from tests.drafts import attempts, opened, own_session, phone_of, works

S = AttemptState
SMS, VOICE, EMAIL = Channel.SMS, Channel.VOICE, Channel.EMAIL


@pytest.fixture
def ticket(sim, cast):
    return opened(cast)


def later(seconds):
    clock.advance(timedelta(seconds=seconds))
    with own_session():
        take_over_expired()
        reconcile_unknown()


def asked():
    with own_session():
        return ask_about_silent()


def sent_to(sim, user):
    return sim.messages_to(phone_of(user))


def states(user, channel=SMS):
    return [attempt.state for attempt in attempts(channel=channel, to=user)]


def is_claimed(channel):
    with transaction():
        return claim(channel, ALL, "killed")


def test_a_lost_answer_is_found_and_adopted(sim, cast, ticket):
    sim.fault("cut_after", path="Messages")
    works(SMS)
    assert states(cast.anna) == [S.UNKNOWN]
    later(10)
    assert states(cast.anna) == [S.ACCEPTED]
    assert attempts(to=cast.anna)[0].provider_sid == sent_to(sim, cast.anna)[0].sid


def test_what_the_provider_never_had_is_sent_again_after_two_looks(sim, cast, ticket):
    sim.fault("cut_before", path="Messages")
    works(SMS)
    later(10)
    assert states(cast.anna) == [S.UNKNOWN]
    later(10)
    assert states(cast.anna) == [S.UNKNOWN]
    later(10)
    works(SMS)
    assert states(cast.anna) == [S.FAILED, S.ACCEPTED]
    assert len(sent_to(sim, cast.anna)) == 1


def test_a_worker_that_was_killed_after_sending_is_taken_over_without_a_duplicate(sim, cast, ticket):
    works(SMS)
    with transaction():
        db.session.execute(
            sa.update(Attempt).where(Attempt.provider_sid.is_not(None)).values(state=S.SENDING, provider_sid=None)
        )
    later(61)
    later(30)
    assert states(cast.anna) == [S.ACCEPTED]
    assert len(sent_to(sim, cast.anna)) == 1


def test_a_worker_that_was_killed_before_sending_is_taken_over(sim, cast, ticket):
    is_claimed(SMS)
    later(59)
    assert states(cast.anna) == [S.SENDING]
    for _ in range(3):
        later(21)
    works(SMS)
    assert len(sent_to(sim, cast.anna)) == 1


def test_an_adopted_message_brings_its_state_along(sim, cast, ticket):
    sim.fault("cut_after", path="Messages")
    works(SMS)
    with sim.lose_callbacks():
        sim.undeliver(sent_to(sim, cast.anna)[0].sid, 30005)
    later(10)
    assert states(cast.anna) == [S.UNDELIVERED]
    assert attempts(channel=VOICE, to=cast.anna)[0].due_at == clock.now()


def test_a_message_with_other_words_is_not_taken_for_it(sim, cast, ticket):
    with transaction():
        outbox.enqueue_code(cast.anna, SMS, "123456", phone_of(cast.anna))
    sim.fault("cut_before", path="Messages")
    works(SMS)
    assert len(sent_to(sim, cast.anna)) == 1
    later(10)
    later(20)
    works(SMS)
    assert len(sent_to(sim, cast.anna)) == 2


def test_words_that_changed_meanwhile_do_not_cause_a_duplicate(sim, cast, ticket):
    sim.fault("cut_after", path="Messages")
    works(SMS)
    with transaction():
        ticket.summary = "Zupełnie inne słowa"
    later(10)
    later(20)
    works(SMS)
    assert len(sent_to(sim, cast.anna)) == 1


@pytest.mark.parametrize("fault", ["500", "unreadable"])
def test_when_the_provider_cannot_be_asked_an_alert_is_sent_again(sim, cast, ticket, fault):
    sim.fault("cut_before", path="Messages")
    works(SMS)
    sim.fault(fault, path="Messages", method="GET", times=1)
    later(10)
    works(SMS)
    assert states(cast.anna) == [S.FAILED, S.ACCEPTED]


@pytest.mark.parametrize("fault", ["429", "503"])
def test_a_provider_that_is_busy_for_a_moment_is_asked_once_more(sim, cast, ticket, fault):
    sim.fault("cut_after", path="Messages")
    works(SMS)
    sim.fault(fault, path="Messages", method="GET", times=1)
    later(10)
    assert states(cast.anna) == [S.UNKNOWN]
    later(20)
    assert states(cast.anna) == [S.ACCEPTED]
    assert len(sent_to(sim, cast.anna)) == 1


def test_a_provider_that_leaves_the_question_unanswered_is_asked_once_more(sim, cast, ticket):
    sim.fault("cut_after", path="Messages")
    works(SMS)
    sim.fault("cut_before", path="Messages", method="GET", times=1)
    later(10)
    assert states(cast.anna) == [S.UNKNOWN]
    later(20)
    assert len(sent_to(sim, cast.anna)) == 1


def test_a_provider_that_leaves_both_questions_unanswered_cannot_be_asked(sim, cast, ticket):
    sim.fault("cut_before", path="Messages")
    works(SMS)
    sim.fault("cut_before", path="Messages", method="GET", times=2)
    later(10)
    later(20)
    works(SMS)
    assert states(cast.anna) == [S.FAILED, S.ACCEPTED]


def test_a_provider_that_stays_busy_cannot_be_asked(sim, cast, ticket):
    sim.fault("cut_before", path="Messages")
    works(SMS)
    sim.fault("429", path="Messages", method="GET", times=2)
    later(10)
    later(20)
    works(SMS)
    assert states(cast.anna) == [S.FAILED, S.ACCEPTED]


def test_a_provider_that_cannot_even_be_reached_is_not_waited_for(cast, ticket, sim, monkeypatch):
    def find(_to, _since, _until):
        raise DeliveryError(Decision.TEMPORARY, "connect", "ConnectTimeout")

    sim.fault("cut_before", path="Messages")
    works(SMS)
    monkeypatch.setitem(PROVIDERS, SMS, (replace(twilio.SMS, find=find),))
    later(10)
    assert states(cast.anna) == [S.FAILED, S.DUE]


def test_when_the_provider_cannot_be_asked_a_notice_waits(sim, cast):
    with transaction():
        outbox.enqueue_code(cast.anna, SMS, "123456", phone_of(cast.anna))
    sim.fault("cut_before", path="Messages")
    works(SMS)
    sim.fault("500", path="Messages", method="GET", times=1)
    later(10)
    assert states(cast.anna) == [S.UNKNOWN]


def test_an_alert_that_was_answered_meanwhile_is_not_sent_again(sim, cast, ticket):
    sim.fault("cut_before", path="Messages")
    works(SMS)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
    for _ in range(3):
        later(21)
        works(SMS)
    assert states(cast.anna)[:2] == [S.FAILED, S.CANCELLED]
    assert [text.body for text in sent_to(sim, cast.anna) if "1=" in text.body] == []


def test_a_provider_that_never_answers_is_given_up_and_the_alert_goes_on(sim, cast, ticket):
    sim.fault("cut_before", path="Messages", times=20)
    for _ in range(15):
        works(SMS)
        later(21)
    assert states(cast.anna) == [S.FAILED] * 5
    assert attempts(channel=VOICE, to=cast.anna)[0].due_at <= clock.now()


def test_a_lost_call_is_adopted_by_its_time(sim, cast, ticket):
    sim.fault("cut_after", path="Calls")
    clock.advance(timedelta(seconds=30))
    works(VOICE)
    later(10)
    assert states(cast.anna, VOICE) == [S.ACCEPTED]


def test_a_call_of_another_attempt_is_not_adopted(sim, cast, ticket):
    clock.advance(timedelta(seconds=30))
    works(VOICE)
    first = sim.calls_to(phone_of(cast.anna))[0]
    sim.busy(first.sid)
    second = opened(cast)
    clock.advance(timedelta(seconds=30))
    sim.fault("cut_before", path="Calls")
    works(VOICE)
    later(10)
    newest = attempts(channel=VOICE, to=cast.anna)[-1]
    assert (newest.notification.ticket_id, newest.state, newest.provider_sid) == (second.id, S.UNKNOWN, None)


@pytest.fixture
def in_doubt(sim, cast, ticket):
    """Anna is called, the answer is lost, and the provider cannot be asked about it. In 20 seconds a second ticket
    wants her too."""
    clock.advance(timedelta(seconds=20))
    opened(cast)
    clock.advance(timedelta(seconds=10))
    sim.fault("cut_after", path="Calls")
    works(VOICE)
    sim.fault("500", path="Calls", method="GET", times=1)
    later(0)


def test_a_call_in_doubt_has_a_moment_to_ring_before_the_next(sim, cast, in_doubt):
    works(VOICE)
    assert len(sim.calls_to(phone_of(cast.anna))) == 1
    clock.advance(MAY_RING)
    works(VOICE)
    assert len(sim.calls_to(phone_of(cast.anna))) == 2


def test_a_call_in_doubt_is_not_adopted_by_the_next_which_is_about_more(sim, cast, in_doubt):
    clock.advance(timedelta(seconds=20))
    sim.fault("cut_before", path="Calls")
    works(VOICE)
    for _ in range(3):
        later(20)
    works(VOICE)
    assert len(sim.calls_to(phone_of(cast.anna))) == 2
    assert [state for state in states(cast.anna, VOICE) if state is not S.FAILED] == [S.ACCEPTED, S.ACCEPTED]


def test_a_call_that_was_refused_before_does_not_hide_ours_from_a_clock_that_is_behind(sim, cast, ticket):
    clock.advance(timedelta(seconds=30))
    sim.fault("429", path="Calls")
    works(VOICE)
    sim.fault("cut_after", path="Calls")
    clock.advance(timedelta(seconds=10))
    works(VOICE)
    [call] = sim.calls_to(phone_of(cast.anna))
    sim.exchange.state.calls.get(call.sid).date_created -= timedelta(seconds=5)
    later(0)
    assert states(cast.anna, VOICE) == [S.FAILED, S.ACCEPTED]


def test_a_leg_of_the_units_call_to_the_same_phone_is_not_adopted(sim, cast, ticket):
    clock.advance(timedelta(seconds=25))
    sim.exchange.state.calls.put(connected_to(cast.anna))
    clock.advance(timedelta(seconds=5))
    sim.fault("cut_before", path="Calls")
    works(VOICE)
    for _ in range(3):
        later(10)
    works(VOICE)
    assert [call.direction for call in sim.calls_to(phone_of(cast.anna))].count("outbound-api") == 1


def connected_to(user):
    """The leg of a call to the units' number that rang at the person's phone in vain."""
    at = clock.now()
    return Call(new_sid("CA"), phone_of(user), "+48223334455", "no-answer", "outbound-dial", at, at)


def test_a_message_of_minutes_ago_with_the_same_words_is_not_taken_for_it(sim, cast, ticket):
    sim.fault("cut_after", path="Messages")
    works(SMS)
    [message] = sent_to(sim, cast.anna)
    sim.exchange.state.messages.get(message.sid).date_created -= timedelta(minutes=2)
    for _ in range(3):
        later(20)
        works(SMS)
    assert len(sent_to(sim, cast.anna)) == 2


def test_what_is_carried_keeps_its_own_patience(sim, cast):
    with transaction():
        old, _new = [outbox.enqueue(notice(cast.anna, key)) for key in ("old", "new")]
        for _try in range(outcome.TRIES[Decision.TEMPORARY] - 1):
            outbox.move(old.attempts[-1].id, S.FAILED)
            outbox.add_attempt(old, Lane.NOTICE, clock.now() - timedelta(seconds=1))
            db.session.flush()
    assert len(outbox.bundle(is_claimed(SMS))) == 2
    for _ in range(5):
        later(61)
    last = {a.notification.dedupe_key: a.state for a in attempts(channel=SMS, to=cast.anna)}
    assert last == {"old": S.FAILED, "new": S.DUE}


def notice(user, key):
    return Letter(
        event=NotificationEvent.NEW_TICKET,
        channel=SMS,
        address=phone_of(user),
        dedupe_key=key,
        user_id=user.id,
    )


def test_a_mail_of_unknown_fate_goes_again_as_the_same_message(sim, cast):
    with transaction():
        letter = Letter(
            event=NotificationEvent.SIGN_IN_CODE,
            channel=EMAIL,
            address="anna@modrzewie.test",
            dedupe_key="one",
            params={"code": "123456"},
        )
        outbox.enqueue(letter)
    works()
    with transaction():
        db.session.execute(sa.update(Attempt).values(state=S.SENDING))
    later(301)
    later(2)
    works()
    ids = [mail.headers["Message-ID"] for mail in sim.mails_to("anna@modrzewie.test")]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_lost_callback_is_asked_for(sim, cast, ticket):
    works(SMS)
    with sim.lose_callbacks():
        sim.undeliver(sent_to(sim, cast.anna)[0].sid, 30005)
    clock.advance(timedelta(seconds=59))
    assert asked() == 0
    clock.advance(timedelta(seconds=1))
    assert asked() == 1
    assert states(cast.anna) == [S.UNDELIVERED]


def test_a_call_whose_end_was_never_reported_calls_the_next_person(sim, cast, ticket):
    works(SMS)
    clock.advance(timedelta(seconds=30))
    works(VOICE)
    sim.deliver(sent_to(sim, cast.anna)[0].sid)
    with sim.lose_callbacks():
        sim.no_answer(sim.calls_to(phone_of(cast.anna))[0].sid)
    clock.advance(timedelta(seconds=60))
    asked()
    assert running(ticket).next_step_at == clock.now()


def test_what_stays_silent_is_asked_about_less_and_less(sim, cast, ticket):
    works(SMS)
    questions = []
    sim.on_request.append(lambda method, url, _form: questions.append(clock.now()) or [] if method == "GET" else [])
    for _ in range(60):
        clock.advance(timedelta(seconds=20))
        asked()
    assert 4 <= len(questions) / len(attempts(channel=SMS)) <= 6


def test_one_poisoned_row_does_not_hide_the_others(sim, cast, ticket, monkeypatch):
    def find(to, since, until):
        if to == phone_of(cast.anna):
            raise ValueError("poisoned")
        return twilio.find_messages(to, since, until)

    sim.fault("cut_after", path="Messages", times=2)
    works(SMS)
    monkeypatch.setitem(PROVIDERS, SMS, (replace(twilio.SMS, find=find),))
    later(10)
    later(30)
    assert sorted(attempt.state for attempt in attempts(channel=SMS)) == [S.ACCEPTED, S.UNKNOWN]


def test_a_report_that_comes_while_we_ask_keeps_it_from_being_sent_again(sim, cast, ticket, monkeypatch):
    def find(_to, _since, _until):
        if states(cast.anna) == [S.UNKNOWN] and attempts(to=cast.anna)[0].provider_status == "not_found":
            with own_session(), transaction():
                outcome.reported(attempts(to=cast.anna)[0].id, S.SENT, sid="SM1", status="sent")
        return []

    sim.fault("cut_before", path="Messages")
    works(SMS)
    monkeypatch.setitem(PROVIDERS, SMS, (replace(twilio.SMS, find=find),))
    later(10)
    later(30)
    assert states(cast.anna) == [S.SENT]


def test_two_workers_that_look_at_the_same_time_are_one_look(sim, cast, ticket, monkeypatch):
    def find(to, since, until):
        if not looks:
            looks.append(to)
            with own_session():
                reconcile_unknown()
        return []

    looks = []
    sim.fault("cut_before", path=".json", times=9)
    clock.advance(timedelta(seconds=30))
    works(SMS, VOICE)
    providers = {SMS: twilio.SMS, VOICE: twilio.VOICE}
    for channel, provider in providers.items():
        monkeypatch.setitem(PROVIDERS, channel, (replace(provider, find=find),))
    later(10)
    assert [states(cast.anna, channel) for channel in providers] == [[S.UNKNOWN], [S.UNKNOWN]]


@pytest.fixture
def hangs(sim, cast, monkeypatch):
    """Codes to some numbers are unknown and Twilio takes ten seconds to say nothing; whom it is asked about. An
    alert to Anna becomes unknown with the first question."""

    def find(to, _since, _until):
        asked_about.append(to)
        if len(asked_about) == 1:
            works(SMS)
        clock.advance(timedelta(seconds=10))
        raise DeliveryError(Decision.UNKNOWN, "no_answer", "ReadTimeout")

    asked_about: list[str] = []
    sim.fault("cut_before", path="Messages", times=99)
    with transaction():
        for number in range(6):
            outbox.enqueue_code(cast.anna, SMS, "123456", f"+4850000010{number}")
    works(SMS)
    opened(cast)
    monkeypatch.setitem(PROVIDERS, SMS, (replace(twilio.SMS, find=find),))
    return asked_about


def test_an_alert_does_not_wait_for_the_notices_that_were_unknown_before(hangs, cast):
    with own_session():
        reconcile_unknown()
    assert hangs.index(phone_of(cast.anna)) == 1


def test_the_second_look_at_an_alert_does_not_wait_for_them_either(hangs, cast):
    with own_session():
        reconcile_unknown()
    assert hangs[1] == hangs[4] == phone_of(cast.anna)
    assert states(cast.anna)[-2:] == [S.FAILED, S.DUE]


def test_one_pass_looks_at_so_many_and_at_all_in_turn(hangs, cast):
    with own_session():
        reconcile_unknown(limit=8)
    assert len(hangs) == 8
    assert Counter(hangs).most_common(2) == [(phone_of(cast.anna), 2), (hangs[0], 1)]
