"""Two machines that answer each other come to an end, and no human word is lost for that."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.inbound import sms
from helpdesk.models import Inbound
from helpdesk.transaction import transaction
from tests.drafts import opened, phone_of

AWAY = "Nie ma mnie w pracy, wracam w poniedziałek."


def texts(user, body):
    with transaction():
        return sms.receive(sid="", number=phone_of(user), body=body)


@pytest.mark.parametrize("who", ["anna", "jan"])
def test_the_same_words_within_minutes_are_written_and_answered_once(cast, who):
    ticket = opened(cast)
    said = [texts(getattr(cast, who), AWAY) for _ in range(20)]
    assert said[0] and not any(said[1:])
    assert len(ticket.messages) == 1
    assert db.session.query(Inbound).count() == 20


def test_of_several_tickets_each_has_the_same_words_once(cast):
    tickets = opened(cast), opened(cast)
    assert [bool(texts(cast.anna, AWAY)) for _ in range(3)] == [True, False, False]
    assert [len(ticket.messages) for ticket in tickets] == [1, 1]


def test_an_sms_from_a_number_shows_that_it_works(cast):
    with transaction():
        cast.anna.contacts[0].broken_at = clock.now()
    texts(cast.anna, "jadę")
    assert cast.anna.contacts[0].is_usable


def test_the_same_words_are_new_to_another_ticket_and_later(cast):
    first = opened(cast)
    texts(cast.anna, "jadę")
    texts(cast.anna, f"{first.number} 1")
    second = opened(cast)
    assert second.number in texts(cast.anna, "jadę")
    clock.advance(timedelta(minutes=11))
    assert texts(cast.anna, "jadę")
    assert (len(first.messages), len(second.messages)) == (1, 2)


def test_of_words_that_change_each_time_all_are_kept_and_ten_answered(cast):
    ticket = opened(cast)
    said = [texts(cast.jan, f"{AWAY} ({number})") for number in range(12)]
    assert [bool(answer) for answer in said] == [True] * 10 + [False] * 2
    assert len(ticket.messages) == 12


def test_a_machine_that_says_ok_is_not_thanked_for_ever_and_a_ticket_that_it_takes_is_confirmed(cast):
    opened(cast)
    said = [texts(cast.anna, "OK") for _ in range(12)]
    assert [bool(answer) for answer in said] == [True] * 10 + [False] * 2
    newer = opened(cast)
    assert newer.number in texts(cast.anna, f"{newer.number} 1")
    assert newer.acknowledged_by is cast.anna


def test_after_ten_minutes_everything_is_answered_again(cast):
    opened(cast)
    for number in range(11):
        texts(cast.anna, f"{AWAY} ({number})")
    clock.advance(timedelta(minutes=11))
    assert texts(cast.anna, AWAY)


def test_a_second_1_after_a_minute_hears_again_whose_the_ticket_is(cast):
    ticket = opened(cast)
    texts(cast.anna, "1")
    clock.advance(timedelta(minutes=1))
    assert ticket.number in texts(cast.anna, "1")
