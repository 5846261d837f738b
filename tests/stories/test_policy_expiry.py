"""An acknowledgement without work on the ticket expires: its holder is asked, then somebody else is looked for."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.models.codes import EventKind, SlaTargetKind, TicketStatus
from helpdesk.oncall.running_alerts import running
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import add_note
from helpdesk.tickets.lifecycle import assign, resolve, wait_for_unit
from helpdesk.tokens import TICKET_PAGE, sign
from helpdesk.transaction import transaction

QUESTION = "nadal Twoje?"


@pytest.fixture
def ticket(story, cast):
    """Anna took it and has half an hour to write a word."""
    with transaction():
        cast.policy.ack_minutes = 30
    filed = story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "1")
    return filed


def later(story, **time):
    """In one step: nothing that happens on the way matters."""
    clock.advance(timedelta(**time))
    story.passes(seconds=20)


def in_vain(story):
    """The holder is asked and does not answer."""
    later(story, minutes=31)
    later(story, minutes=10)


def questions(story, user):
    return [text for text in story.texts(user) if QUESTION in text]


def kinds(story, ticket):
    return [event.kind for event in story.state(ticket).events]


def alerts_to(story, user):
    return [text for text in story.texts(user) if text.startswith("PILNE")]


def test_after_the_time_the_holder_is_asked_once_by_sms_and_mail(story, cast, ticket):
    later(story, minutes=29)
    assert questions(story, cast.anna) == []
    later(story, minutes=5)
    assert len(questions(story, cast.anna)) == 1
    assert any(ticket.number in subject for subject in story.subjects(cast.anna))
    assert story.calls(cast.anna) == []
    assert EventKind.ASKED_AGAIN in kinds(story, ticket)


def test_without_an_answer_the_ticket_is_given_back_and_the_alert_begins_anew(story, cast, ticket):
    met = clocks_of(ticket)[SlaTargetKind.ACKNOWLEDGE].met_at
    in_vain(story)
    assert story.state(ticket).acknowledged_by is None
    assert story.state(ticket).status is TicketStatus.NEW
    assert running(ticket).position == 0
    assert EventKind.ACK_EXPIRED in kinds(story, ticket)
    assert len(alerts_to(story, cast.anna)) == 2
    assert clocks_of(ticket)[SlaTargetKind.ACKNOWLEDGE].met_at == met


def test_the_reporters_page_says_that_somebody_is_looked_for(story, cast, ticket):
    client = story.app.test_client()
    path = f"/t/{sign(TICKET_PAGE, ticket.id)}"
    assert f"Zajmuje się tym {cast.anna.name}" in client.get(path).text
    in_vain(story)
    page = client.get(path).text
    assert "Zajmuje się tym" not in page and "szukamy" in page


def test_a_new_taker_is_told_to_the_reporter_again(story, cast, ticket):
    in_vain(story)
    later(story, minutes=5)
    story.answers(cast.beata, "1")
    assert "Beata" in story.last_text(cast.jan)
    assert story.state(ticket).assignee.name == cast.beata.name


def test_one_restarts_the_time(story, cast, ticket):
    later(story, minutes=31)
    story.answers(cast.anna, "1")
    later(story, minutes=28)
    assert len(questions(story, cast.anna)) == 1
    later(story, minutes=3)
    assert len(questions(story, cast.anna)) == 2
    assert EventKind.STILL_HELD in kinds(story, ticket)


def test_two_gives_it_back_at_once_and_leaves_the_person_alone(story, cast, ticket):
    later(story, minutes=31)
    story.answers(cast.anna, "2")
    assert story.state(ticket).acknowledged_by is None
    assert len(alerts_to(story, cast.anna)) == 1
    assert ticket.number in alerts_to(story, cast.beata)[-1]


def test_two_without_a_question_gives_nothing_back(story, cast, ticket):
    story.answers(cast.anna, "2")
    assert story.state(ticket).acknowledged_by.name == cast.anna.name


WORK = {
    "a note": lambda ticket, cast: add_note(ticket, of_user(cast.anna), "Dzwonię do szkoły"),
    "an assignment": lambda ticket, cast: assign(ticket, cast.beata, of_user(cast.anna)),
}


@pytest.mark.parametrize("name", WORK)
def test_any_work_on_the_ticket_restarts_the_time(story, cast, ticket, name):
    later(story, minutes=25)
    with transaction():
        WORK[name](story.state(ticket), cast)
    later(story, minutes=25)
    assert questions(story, cast.anna) == questions(story, cast.beata) == []
    later(story, minutes=6)
    assert len(questions(story, cast.anna)) + len(questions(story, cast.beata)) == 1


def test_a_word_after_the_question_is_an_answer(story, cast, ticket):
    later(story, minutes=31)
    with transaction():
        add_note(story.state(ticket), of_user(cast.anna), "Jestem przy tym")
    later(story, minutes=20)
    assert story.state(ticket).acknowledged_by.name == cast.anna.name
    assert len(questions(story, cast.anna)) == 1


@pytest.mark.parametrize("act", [wait_for_unit, resolve])
def test_nobody_is_asked_about_a_ticket_that_waits_or_is_resolved(story, cast, ticket, act):
    with transaction():
        act(story.state(ticket), of_user(cast.anna))
    later(story, hours=2)
    assert questions(story, cast.anna) == []
    assert EventKind.ACK_EXPIRED not in kinds(story, ticket)


def test_without_ack_minutes_nobody_is_asked(story, cast):
    filed = story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "1")
    later(story, hours=3)
    assert EventKind.ASKED_AGAIN not in kinds(story, filed)
