"""An SMS of somebody of a unit opens a ticket, or continues the open one; "PILNE" makes it urgent."""

import pytest

from helpdesk.extensions import db
from helpdesk.inbound import hotline, sms
from helpdesk.models import Ticket
from helpdesk.models.codes import AckVia, Priority, TicketSource
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.running_alerts import running
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction
from tests.drafts import opened, phone_of

STRANGER = "+48500000099"
TEXT = "Nasz post o zbiórce krwi zniknął"


@pytest.fixture
def texts(cast):
    def send(user, body, sid=""):
        with transaction():
            return sms.receive(sid=sid, number=phone_of(user), body=body)

    return send


def tickets():
    db.session.expire_all()
    return db.session.query(Ticket).order_by(Ticket.id).all()


def test_words_of_a_known_reporter_open_a_normal_ticket_of_their_unit(cast, texts):
    answer = texts(cast.jan, TEXT)
    (ticket,) = tickets()
    assert (ticket.unit, ticket.priority, ticket.source) == (cast.osp, Priority.NORMAL, TicketSource.SMS)
    assert (ticket.summary, ticket.description, ticket.reporter_user) == (TEXT, TEXT, cast.jan)
    assert ticket.number in answer
    assert "PILNE" in answer
    assert running(ticket) is None


@pytest.mark.parametrize("word", ["PILNE ", "pilne: ", "Urgent, ", "PILNE! ", " pilne\n"])
def test_pilne_at_the_beginning_makes_it_urgent(cast, texts, word):
    answer = texts(cast.jan, word + TEXT)
    (ticket,) = tickets()
    assert (ticket.priority, ticket.summary) == (Priority.URGENT, TEXT)
    assert running(ticket) is not None
    assert ticket.number in answer


@pytest.mark.parametrize("body", ["Pilnego nic nie mamy", "to nie jest pilne"])
def test_pilne_within_other_words_does_not(cast, texts, body):
    texts(cast.jan, body)
    assert tickets()[0].priority is Priority.NORMAL


@pytest.mark.parametrize("answer", ["PILNE", "pilne!", "URGENT", "Pilne, woda podchodzi"])
def test_pilne_as_an_answer_raises_the_open_ticket(cast, texts, answer):
    texts(cast.jan, TEXT)
    said = texts(cast.jan, answer)
    (ticket,) = tickets()
    assert ticket.priority is Priority.URGENT
    assert running(ticket) is not None
    assert ticket.number in said


def test_pilne_alerts_anew_when_somebody_took_the_ticket_as_a_normal_one(cast, texts):
    ticket = opened(cast, priority=Priority.NORMAL)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
    assert "dzwonimy do administratora" in texts(cast.jan, "PILNE")
    assert running(ticket) is not None
    assert ticket.acknowledged_by is None


def test_pilne_on_an_urgent_ticket_says_that_it_is(cast, texts):
    ticket = opened(cast)
    assert ticket.number in texts(cast.jan, "PILNE")
    assert ticket.messages == []


def test_with_an_open_ticket_the_words_continue_it(cast, texts):
    texts(cast.jan, TEXT)
    texts(cast.jan, "i jeszcze jedno")
    (ticket,) = tickets()
    assert [message.body for message in ticket.messages] == ["i jeszcze jedno"]


def test_of_several_units_the_first_one_has_it_and_the_answer_says_so(cast, texts):
    with transaction():
        cast.jan.units = [cast.school, cast.osp]
    first = cast.jan.units[0]
    answer = texts(cast.jan, TEXT)
    assert tickets()[0].unit is first
    assert first.short_name[:8] in answer


def test_the_same_words_again_neither_open_nor_add_nor_answer(cast, texts):
    texts(cast.jan, TEXT)
    assert texts(cast.jan, TEXT) == ""
    assert (len(tickets()), tickets()[0].messages) == (1, [])


def test_the_same_sms_opens_one_ticket(cast, texts):
    assert texts(cast.jan, TEXT, sid="SM1") == texts(cast.jan, TEXT, sid="SM1")
    assert len(tickets()) == 1


@pytest.mark.parametrize("body", ["Dziękuję!", "dzięki", "Super, dziękuję"])
def test_thanks_for_a_finished_ticket_open_none(cast, texts, body):
    ticket = opened(cast)
    with transaction():
        resolve(ticket, SYSTEM)
    assert texts(cast.jan, body) == ""
    assert len(tickets()) == 1


def test_a_picture_alone_opens_nothing(cast, texts):
    assert texts(cast.jan, " ")
    assert tickets() == []


def test_without_a_contract_the_answer_says_so(cast, texts):
    with transaction():
        db.session.execute(db.text("DELETE FROM contract"))
    assert texts(cast.jan, TEXT)
    assert tickets() == []


def test_a_number_that_is_not_proven_opens_nothing(cast, texts):
    with transaction():
        cast.jan.contacts[0].verified_at = None
    texts(cast.jan, TEXT)
    assert tickets() == []


def test_a_stranger_is_not_told_the_name_under_which_strangers_are_kept(cast):
    with transaction():
        hotline.menu(hotline.begin("CA1", STRANGER), hotline.READINGS)
    with transaction():
        answer = sms.receive(sid="", number=STRANGER, body="PILNE woda podchodzi")
    (ticket,) = tickets()
    assert answer.startswith(f"{ticket.number} jest pilne")
    assert ticket.unit.short_name not in answer
