"""What is said in calls, and what a digit does."""

from xml.etree import ElementTree as ET

import pytest

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.inbound import calls
from helpdesk.models import Notification
from helpdesk.models.codes import AckVia, AttemptState, Channel
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.escalation import end
from helpdesk.oncall.running_alerts import running
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, phone_of


@pytest.fixture
def call(cast):
    """The call of an alert to Anna; it rings."""
    opened(cast)
    ringing = attempts(channel=Channel.VOICE, to=cast.anna)[0]
    with transaction():
        outbox.move(ringing.id, AttemptState.SENT)
    return ringing


def verbs(document):
    return [element.tag for element in ET.fromstring(document)]


def said(document):
    return " ".join(element.text or "" for element in ET.fromstring(document).iter("Say"))


def digit(call, key):
    with transaction():
        return calls.alert_digit(call, key)


def staff_digit(user, key, ticket):
    with transaction():
        return calls.staff_digit(phone_of(user), key, ticket.id)


def test_the_call_asks_for_a_digit_and_asks_again(call):
    document = calls.alert_call(call, 0)
    assert verbs(document) == ["Gather", "Redirect"]
    assert "M O D, 1" in said(document)


def test_after_three_times_it_says_goodbye(call):
    assert verbs(calls.alert_call(call, calls.REPEATS)) == ["Say", "Hangup"]


def test_polish_is_spoken_in_polish(call):
    say = ET.fromstring(calls.alert_call(call, 0)).find(".//Say")
    assert (say.get("language"), say.get("voice")) == ("pl-PL", "Polly.Ewa")


@pytest.mark.parametrize("summary", ["<Hangup/>", "a & b", "\x00\x07\x1b", '"; </Say>', "\U0001f525"])
def test_what_people_write_cannot_break_the_document(cast, summary):
    with transaction():
        ticket = opened(cast)
        ticket.summary = summary.replace("\x00", "")
    call = attempts(channel=Channel.VOICE, to=cast.anna)[0]
    assert verbs(calls.alert_call(call, 0)) == ["Gather", "Redirect"]


def test_when_somebody_took_it_while_it_rang_the_call_says_who(cast, call):
    with transaction():
        acknowledge(call.notification.ticket, cast.beata, AckVia.PAGE)
    document = calls.alert_call(call, 0)
    assert verbs(document) == ["Say", "Hangup"]
    assert "Beata" in said(document)


def test_1_takes_the_ticket_and_counts_as_delivered(cast, call):
    digit(call, "1")
    assert call.notification.ticket.acknowledged_by is cast.anna
    assert attempts(channel=Channel.VOICE, to=cast.anna)[0].state is AttemptState.DELIVERED


def sms_to_call_back(user):
    return [a.notification.params["text"] for a in attempts(to=user) if a.notification.event == "sms_answer"]


def test_who_takes_the_ticket_by_a_key_is_texted_whom_to_call(cast, call):
    for _ in range(2):
        digit(call, "1")
    assert sms_to_call_back(cast.anna) == ["MOD-2026-0001 jest Twoje. Zgłasza: Jan Testowy +48500000000"]


def test_who_calls_back_and_takes_the_ticket_is_texted_too(cast, call):
    staff_digit(cast.anna, "1", call.notification.ticket)
    assert len(sms_to_call_back(cast.anna)) == 1


@pytest.mark.parametrize("via", [AckVia.PAGE, AckVia.SMS])
def test_who_took_the_ticket_in_another_way_is_not_texted(cast, call, via):
    with transaction():
        acknowledge(call.notification.ticket, cast.anna, via)
    digit(call, "1")
    assert sms_to_call_back(cast.anna) == []


def test_who_stopped_our_sms_is_not_texted(cast, call):
    with transaction():
        cast.anna.contacts[0].opted_out_at = clock.now()
    digit(call, "1")
    assert call.notification.ticket.acknowledged_by is cast.anna
    assert sms_to_call_back(cast.anna) == []


def test_2_calls_the_next_person(call):
    digit(call, "2")
    alert = running(call.notification.ticket)
    assert alert.next_step_at == alert.opened_at
    assert call.notification.ticket.acknowledged_at is None


@pytest.mark.parametrize("key", ["", "3", "*", "#", "11", "ą"])
def test_another_key_repeats(call, key):
    assert verbs(digit(call, key)) == ["Redirect"]
    assert call.notification.ticket.acknowledged_at is None


def test_a_digit_on_a_finished_ticket_takes_nothing(call):
    with transaction():
        resolve(call.notification.ticket, SYSTEM)
    assert verbs(digit(call, "1")) == ["Say", "Hangup"]
    assert call.notification.ticket.acknowledged_at is None


def test_2_when_no_alert_runs_any_more_promises_nobody(call):
    with transaction():
        end(call.notification.ticket)
    assert "następn" not in said(digit(call, "2"))


def test_a_call_that_is_about_no_ticket_hangs_up(app, cast):
    with transaction():
        outbox.enqueue_code(cast.anna, Channel.VOICE, "123456", phone_of(cast.anna))
    call = attempts()[0]
    assert verbs(calls.alert_call(call, 0)) == verbs(digit(call, "1")) == ["Hangup"]


def test_who_calls_back_hears_the_ticket_that_waits(cast, call):
    document = calls.staff_calls_back(phone_of(cast.anna), 0)
    assert verbs(document)[1:] == ["Gather", "Redirect"]
    assert "M O D, 1" in said(document)


def test_who_calls_back_and_says_nothing_is_not_asked_for_ever(cast, call):
    assert verbs(calls.staff_calls_back(phone_of(cast.anna), calls.REPEATS))[-1] == "Hangup"


def test_a_digit_is_about_the_ticket_that_was_read_out(cast, call):
    ticket = call.notification.ticket
    newer = opened(cast)
    staff_digit(cast.anna, "1", ticket)
    assert ticket.acknowledged_by is cast.anna
    assert newer.acknowledged_at is None


@pytest.mark.parametrize("key", ["3", "*", "11"])
def test_another_key_of_who_calls_back_repeats(cast, call, key):
    document = staff_digit(cast.anna, key, call.notification.ticket)
    assert verbs(document) == ["Redirect"]
    assert document.count("/voice/1") == 1
    assert call.notification.ticket.acknowledged_at is None


def test_staff_who_were_not_asked_take_nothing(cast, call):
    ticket = call.notification.ticket
    staff_digit(cast.dorota, "1", ticket)
    staff_digit(cast.jan, "1", ticket)
    assert ticket.acknowledged_at is None


def test_nothing_waits_for_staff_who_have_nothing(cast):
    assert verbs(calls.staff_calls_back(phone_of(cast.anna), 0))[-1] == "Hangup"


def test_a_letter_of_another_kind_to_the_number_is_no_question(cast, call):
    with transaction():
        db.session.query(Notification).filter(Notification.event == "alert").update({"event": "reminder"})
    assert verbs(calls.staff_calls_back(phone_of(cast.anna), 0))[-1] == "Hangup"
