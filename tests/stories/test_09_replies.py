"""Rule 9. An answer acts on the ticket that the SMS was about; a code is never good for another ticket later."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.models.codes import AckVia, EventKind, MessageKind, Priority
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction
from tests.drafts import opened, phone_of

STRANGER = "+48500000099"
# All that people write: tests/inbound/test_sms_grammar.py.
TAKES = [" 1. ", "tak, biorę", "Przyjmuję", "{number} 1", "{end} ok"]
PASSES = ["2", "Nie mogę.", "Nie mogę, jestem w szpitalu", "{number} 2"]
SAYS = ["jadę, będę za 10 minut", "nie 1", "{number}"]


@pytest.fixture
def ticket(story, cast):
    return story.files(cast.osp, cast.jan)


@pytest.fixture
def two(story, cast, ticket):
    """Two alerts that Anna's phone has had."""
    second = story.files(cast.osp, cast.jan)
    story.passes(seconds=20)
    return ticket, second


def named(body, ticket):
    return body.format(number=ticket.number.lower(), end=ticket.number.rsplit("-", 1)[1])


def holder(story, ticket):
    user = story.state(ticket).acknowledged_by
    return user.name if user else None


@pytest.mark.parametrize("body", TAKES)
def test_who_answers_so_has_the_ticket(story, cast, ticket, body):
    assert ticket.number in story.answers(cast.anna, named(body, ticket))
    assert holder(story, ticket) == cast.anna.name


@pytest.mark.parametrize("body", PASSES)
def test_who_answers_so_passes_it_on(story, cast, ticket, body):
    story.answers(cast.anna, named(body, ticket))
    story.passes(seconds=10)
    assert holder(story, ticket) is None
    assert ticket.number in story.last_text(cast.beata)


def test_the_reason_why_somebody_cannot_is_kept_as_a_note(story, cast, ticket):
    story.answers(cast.anna, "Nie mogę, jestem w szpitalu")
    assert [note.body for note in story.state(ticket).messages] == ["Nie mogę, jestem w szpitalu"]


def test_a_reason_is_kept_on_each_ticket_though_it_must_be_said_which_is_passed_on(story, cast, two):
    answer = story.answers(cast.anna, "Nie mogę, jestem w szpitalu")
    assert [len(story.state(ticket).messages) for ticket in two] == [1, 1]
    assert all(ticket.number in answer for ticket in two)


@pytest.mark.parametrize("body", SAYS)
def test_other_words_become_a_note_and_take_nothing(story, cast, ticket, body):
    answer = story.answers(cast.anna, named(body, ticket))
    [note] = story.state(ticket).messages
    assert (note.kind, note.body) == (MessageKind.INTERNAL, named(body, ticket))
    assert answer.endswith("Odpisz 1=przyjmuje 2=nie moge.")
    assert holder(story, ticket) is None


def test_after_a_note_the_phone_rings_all_the_same_and_after_2_it_does_not(story, cast, ticket):
    story.answers(cast.anna, "jadę")
    story.passes(seconds=30)
    assert len(story.calls(cast.anna)) == 1
    story.answers(cast.anna, "2")
    story.passes(seconds=40)
    assert len(story.calls(cast.anna)) == 1


def test_two_open_alerts_and_a_bare_1_is_asked_which(story, cast, two):
    answer = story.answers(cast.anna, "1")
    assert all(ticket.number in answer for ticket in two)
    assert [holder(story, ticket) for ticket in two] == [None, None]


def test_the_number_says_which_and_then_the_bare_1_is_clear(story, cast, two):
    first, second = two
    story.answers(cast.anna, f"{first.number} 1")
    assert [holder(story, ticket) for ticket in two] == [cast.anna.name, None]
    assert second.number in story.answers(cast.anna, "1")
    assert holder(story, second) == cast.anna.name


def test_an_answer_is_about_the_alert_that_was_sent_not_about_one_that_still_waits(story, cast, ticket):
    waiting = story.files(cast.osp, cast.jan)  # within the pause between two SMS to one number
    assert len(story.texts(cast.anna)) == 1
    assert ticket.number in story.answers(cast.anna, "1")
    assert holder(story, waiting) is None


def test_an_answer_to_an_alert_that_somebody_has_taken_does_not_take_the_one_that_still_waits(story, cast, ticket):
    waiting = story.files(cast.osp, cast.jan)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
    assert "Beata" in story.answers(cast.anna, "1")
    assert holder(story, waiting) is None


def test_an_old_answer_never_takes_a_later_alert_of_somebody_else(story, cast, ticket):
    story.answers(cast.anna, "1")
    clock.advance(timedelta(days=1))  # Beata's day
    later = story.files(cast.osp, cast.jan)
    assert ticket.number in story.answers(cast.anna, "1")
    assert holder(story, later) is None


def test_the_number_of_an_older_ticket_is_never_an_answer_to_a_newer_one(story, cast, ticket):
    with transaction():
        resolve(ticket, of_user(cast.dorota))
    story.passes(seconds=20)
    newer = story.files(cast.osp, cast.jan)
    assert ticket.number in story.answers(cast.anna, f"{ticket.number} 1")
    assert holder(story, newer) is None


def test_a_notice_that_is_older_does_not_make_the_alert_ambiguous(story, cast):
    notice = story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    clock.advance(timedelta(seconds=5))
    alert = story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "1")
    assert (holder(story, alert), holder(story, notice)) == (cast.anna.name, None)


def test_who_was_not_alerted_takes_nothing_by_sms(story, cast, ticket):
    assert story.answers(cast.dorota, f"{ticket.number} 1")
    assert holder(story, ticket) is None


def test_the_second_answer_hears_who_has_it(story, cast, ticket):
    clock.advance(timedelta(minutes=5))
    story.passes()
    story.answers(cast.beata, "ok")
    assert "Beata" in story.answers(cast.anna, "1")
    assert holder(story, ticket) == cast.beata.name


def test_passing_on_stands_on_the_timeline_and_is_said_to_the_person(story, cast, ticket):
    assert ticket.number in story.answers(cast.anna, "2")
    event = next(event for event in story.state(ticket).events if event.kind is EventKind.PASSED_ON)
    assert event.actor_id == cast.anna.id


def test_what_the_reporter_answers_is_added_and_takes_nothing(story, cast, ticket):
    assert ticket.number in story.answers(cast.jan, "1")
    assert story.state(ticket).messages[0].from_reporter
    assert holder(story, ticket) is None


def test_a_stranger_gets_one_answer_and_no_second(story, ticket):
    assert story.sim.send_sms(STRANGER, "Dzień dobry")
    assert story.sim.send_sms(STRANGER, f"{ticket.number} 1") == ""
    assert holder(story, ticket) is None


def test_after_stop_the_phone_rings_instead_and_start_takes_it_back(story, cast):
    story.answers(cast.anna, "STOP")
    first = story.files(cast.osp, cast.jan)
    assert len(story.calls(cast.anna)) == 1
    assert first.number not in story.last_text(cast.anna)
    story.answers(cast.anna, "start")
    second = opened(cast)
    story.passes(seconds=20)
    assert second.number in story.last_text(cast.anna)


def test_who_only_writes_the_word_stop_in_a_sentence_is_still_alerted(story, cast, ticket):
    story.sim.send_sms(phone_of(cast.anna), "stop dzwonić, jestem na miejscu")
    story.passes(seconds=30)
    assert len(story.calls(cast.anna)) == 1
