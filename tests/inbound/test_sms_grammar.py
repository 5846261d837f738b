"""An SMS that came in: a forgiving grammar, and an answer for everybody."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.inbound import sms
from helpdesk.inbound.grammar import Answer, Meaning, understand
from helpdesk.jobs import advance_escalations
from helpdesk.models import Contact, Inbound
from helpdesk.models.codes import EventKind, MessageKind
from helpdesk.notify.sms_text import segments
from helpdesk.oncall.running_alerts import running
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction
from tests.drafts import at_once, opened, phone_of

TAKE, PASS, WORDS = Meaning.TAKE, Meaning.PASS, Meaning.WORDS
LEO = "LEO-2026-0042"
STRANGER = "+48500000099"


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("1", Answer(TAKE)),
        (" 1. ", Answer(TAKE)),
        ("1!", Answer(TAKE)),
        ("ok", Answer(TAKE)),
        ("TAK", Answer(TAKE)),
        ("Tak, biorę!", Answer(TAKE)),
        ("przyjmuję", Answer(TAKE)),
        ("PRZYJMUJE", Answer(TAKE)),
        ("LEO-2026-0042 1", Answer(TAKE, LEO)),
        ("leo 2026 42 ok", Answer(TAKE, LEO)),
        ("42 1", Answer(TAKE, "-0042")),
        ("0042: ok", Answer(TAKE, "-0042")),
        ("3 1", Answer(TAKE, "-0003")),
        ("3: ok", Answer(TAKE, "-0003")),
        ("3 2", Answer(PASS, "-0003")),
        ("2 1", Answer(TAKE, "-0002")),
        ("1 2", Answer(PASS, "-0001")),
        ("1 1", Answer(TAKE, perhaps="-0001")),
        ("2 2.", Answer(PASS, perhaps="-0002")),
        ("1 ok", Answer(TAKE)),
        ("1, 2", Answer(WORDS)),
        ("Nie mogę, 2", Answer(PASS)),
        ("1 wszystkie", Answer(Meaning.TAKE_ALL)),
        ("1 LEO-2026-0042", Answer(TAKE, LEO)),
        ("LEO-2026-0042", Answer(WORDS, LEO)),
        ("2", Answer(PASS)),
        ("nie", Answer(PASS)),
        ("Nie mogę.", Answer(PASS)),
        ("Nie mogę teraz, jadę samochodem", Answer(PASS)),
        ("LEO-2026-0042: niestety nie mogę, szpital", Answer(PASS, LEO)),
        ("nie mogę teraz, za kwadrans biorę", Answer(WORDS)),
        ("LEO 2026 0042: nie mogę", Answer(PASS, LEO)),
        ("tak i nie", Answer(WORDS)),
        ("nie biorę", Answer(WORDS)),
        ("nie 1", Answer(WORDS)),
        ("12", Answer(WORDS)),
        ("1 minuta i dzwonię", Answer(WORDS)),
        ("20 minut i jestem", Answer(WORDS, perhaps="-0020")),
        ("👍", Answer(WORDS)),
        ("", Answer(WORDS)),
        ("\n\t ", Answer(WORDS)),
        ("STOP", Answer(Meaning.STOP)),
        (" stop ", Answer(Meaning.STOP)),
        ("Start", Answer(Meaning.START)),
        ("stop dzwonić", Answer(WORDS)),  # the provider has opted nobody out either
        ("LEO-2026-0042 stop", Answer(WORDS, LEO)),
    ],
)
def test_an_sms_means(body, answer):
    assert understand(body) == answer


@given(st.text())
def test_whatever_is_written_has_a_meaning(body):
    assert understand(body).meaning in Meaning


def receive(number, body, sid=None):
    """As the webhook does it; a new message each time."""
    with transaction():
        return sms.receive(sid=sid or f"SM{db.session.query(Inbound).count()}", number=number, body=body)


@pytest.fixture
def anna(cast):
    return phone_of(cast.anna)


def test_a_bare_1_takes_the_only_ticket_that_waits(cast, anna):
    ticket = opened(cast)
    assert ticket.number in receive(anna, "1")
    assert ticket.acknowledged_by is cast.anna


def test_with_two_waiting_a_bare_1_takes_none_and_asks_which(cast, anna):
    first, second = opened(cast), opened(cast)
    answer = receive(anna, "1")
    assert first.number in answer and second.number in answer
    assert first.acknowledged_at is second.acknowledged_at is None


def test_the_number_says_which(cast, anna):
    first, second = opened(cast), opened(cast)
    receive(anna, f"{first.number.lower()} ok")
    assert first.acknowledged_by is cast.anna
    assert second.acknowledged_at is None
    receive(anna, "1")
    assert second.acknowledged_by is cast.anna


def test_nobody_takes_a_ticket_that_they_were_not_asked_about(cast):
    ticket = opened(cast)
    answer = receive(phone_of(cast.dorota), f"{ticket.number} 1")
    assert ticket.acknowledged_at is None
    assert answer


def test_an_old_answer_does_not_take_a_newer_ticket_of_others(cast, anna):
    opened(cast)
    receive(anna, "1")
    with transaction():
        cast.anna.active = False
    newer = opened(cast)
    with transaction():
        cast.anna.active = True
    receive(anna, "1")
    assert newer.acknowledged_at is None


def test_who_comes_second_hears_who_has_it(cast, anna):
    ticket = opened(cast)
    clock.advance(timedelta(minutes=5))
    advance_escalations()
    receive(phone_of(cast.beata), "1")
    assert "Beata" in receive(anna, "1")
    assert ticket.acknowledged_by is cast.beata


def test_a_finished_ticket_is_not_taken(cast, anna):
    ticket = opened(cast)
    with transaction():
        resolve(ticket, of_user(cast.beata))
    assert ticket.number in receive(anna, "1")
    assert not ticket.is_open


def test_2_passes_on(cast, anna):
    ticket = opened(cast)
    receive(anna, "2")
    assert running(ticket).next_step_at == clock.now()
    assert ticket.events[-1].kind is EventKind.PASSED_ON


def test_2_after_somebody_took_it_says_so(cast, anna):
    opened(cast)
    receive(anna, "1")
    assert "jest juz Twoje" in receive(anna, "2")


def test_other_words_are_a_note_and_the_alert_goes_on(cast, anna):
    ticket = opened(cast)
    receive(anna, "jestem w lesie 🌲")
    assert (ticket.messages[0].kind, ticket.messages[0].body) == (MessageKind.INTERNAL, "jestem w lesie 🌲")
    assert ticket.acknowledged_at is None


@pytest.mark.parametrize("body", ["", "  "])
def test_an_empty_message_writes_nothing_and_is_told_so(cast, anna, body):
    ticket = opened(cast)
    assert receive(anna, body)
    assert receive(phone_of(cast.jan), body)
    assert ticket.messages == []


def test_the_reporter_answers_on_the_open_ticket(cast):
    ticket = opened(cast)
    assert ticket.number in receive(phone_of(cast.jan), "1")
    assert ticket.messages[0].from_reporter
    assert ticket.acknowledged_at is None


def test_a_stranger_is_answered_once(cast):
    assert receive(STRANGER, "Dzień dobry")
    assert receive(STRANGER, "Halo?") == ""


def test_a_number_that_nobody_has_verified_speaks_for_nobody(cast):
    ticket = opened(cast)
    with transaction():
        cast.anna.contacts.append(Contact(kind="phone", value=STRANGER))
    receive(STRANGER, f"{ticket.number} 1")
    assert ticket.acknowledged_at is None


def test_stop_and_start_are_mirrored_and_left_to_the_provider_to_answer(cast, anna):
    assert receive(anna, "STOP") == ""
    assert not cast.anna.contacts[0].is_usable
    assert receive(anna, "start") == ""
    assert cast.anna.contacts[0].is_usable


@pytest.mark.parametrize(("body", "is_back"), [("YES", True), (" yes", True), ("tak", False), ("Yes, ok", False)])
def test_yes_brings_back_sms_as_it_does_at_the_provider_and_takes_the_ticket(cast, anna, body, is_back):
    ticket = opened(cast)
    receive(anna, "STOP")
    receive(anna, body)
    assert cast.anna.contacts[0].is_usable is is_back
    assert ticket.acknowledged_by is cast.anna


def test_who_has_sent_stop_can_still_take_a_ticket(cast, anna):
    ticket = opened(cast)
    receive(anna, "STOP")
    receive(anna, "1")
    assert ticket.acknowledged_by is cast.anna


def test_the_same_message_acts_once_and_gets_the_same_answer(cast, anna):
    ticket = opened(cast)
    first = receive(anna, "idę", sid="SMsame")
    assert receive(anna, "idę", sid="SMsame") == first
    assert len(ticket.messages) == 1


def test_the_same_message_twice_at_the_same_moment_acts_once(app, cast, anna):
    ticket = opened(cast)
    answers = at_once(app, *[lambda: receive(anna, "idę", sid="SMsame")] * 3)
    db.session.rollback()
    assert len(set(answers)) == 1
    assert len(ticket.messages) == 1


def test_messages_without_an_id_are_not_taken_for_repeats(cast, anna):
    ticket = opened(cast)
    for body in ("idę", "już idę"):
        with transaction():
            sms.receive(sid="", number=anna, body=body)
    assert len(ticket.messages) == 2


@pytest.mark.parametrize("body", ["1", "2", "idę", "", "MOD-2026-0001 1"])
def test_an_answer_fits_one_segment(cast, anna, body):
    opened(cast)
    opened(cast)
    size = segments(receive(anna, body))
    assert (size.encoding, size.count) == ("GSM-7", 1)
