"""Which of several tickets an answer is about that names none."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.inbound import calls, sms
from helpdesk.models import Contact, TimelineEvent
from helpdesk.models.codes import AttemptState, Channel, ContactKind, EventKind, Priority
from helpdesk.notify.render import render_sms
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, phone_of

NORMAL = {"priority": Priority.NORMAL, "summary": "Zwykła sprawa"}
SHARED = "+48500000077"


@pytest.fixture
def one(cast):
    """Anna answers 1."""

    def answer():
        with transaction():
            return sms.receive(sid="", number=phone_of(cast.anna), body="1")

    return answer


def sent(cast, ticket):
    """The SMS about the ticket goes to Anna, a second after the one before."""
    sent_to(cast.anna, ticket)


def sent_to(user, ticket):
    clock.freeze(clock.now() + timedelta(seconds=1))
    with transaction():
        for attempt in attempts(channel=Channel.SMS, to=user):
            if attempt.notification.ticket_id == ticket.id:
                outbox.move(attempt.id, AttemptState.ACCEPTED)


def test_a_notice_that_waits_for_the_morning_makes_no_alert_ambiguous(cast, one):
    alert = opened(cast)
    sent(cast, alert)
    notice = opened(cast, **NORMAL)
    one()
    assert alert.acknowledged_by is cast.anna
    assert notice.acknowledged_at is None


def test_an_alert_is_meant_before_the_notices_that_came_before_it(cast, one):
    notice, alert = opened(cast, **NORMAL), opened(cast)
    sent(cast, notice)
    sent(cast, alert)
    one()
    assert alert.acknowledged_by is cast.anna
    assert notice.acknowledged_at is None


def test_a_notice_that_came_after_the_alert_makes_us_ask(cast, one):
    alert, notice = opened(cast), opened(cast, **NORMAL)
    sent(cast, alert)
    sent(cast, notice)
    answer = one()
    assert answer.index(alert.number) < answer.index(notice.number)
    assert alert.acknowledged_at is notice.acknowledged_at is None


def reported(ticket, channel, *states):
    with transaction():
        for attempt in attempts(channel=channel):
            if attempt.notification.ticket_id == ticket.id:
                for state in states:
                    outbox.move(attempt.id, state)


@pytest.mark.parametrize("state", [AttemptState.UNDELIVERED, AttemptState.FAILED])
def test_an_alert_that_did_not_arrive_is_not_meant(cast, one, state):
    notice, alert = opened(cast, **NORMAL), opened(cast)
    sent(cast, notice)
    sent(cast, alert)
    reported(alert, Channel.SMS, state)
    one()
    assert notice.acknowledged_by is cast.anna
    assert alert.acknowledged_at is None


def test_an_alert_whose_sms_was_not_confirmed_is_meant(cast, one):
    notice, alert = opened(cast, **NORMAL), opened(cast)
    sent(cast, notice)
    sent(cast, alert)
    reported(alert, Channel.SMS, AttemptState.SENT)
    one()
    assert alert.acknowledged_by is cast.anna
    assert notice.acknowledged_at is None


@pytest.mark.parametrize(
    ("heard", "is_meant"),
    [([AttemptState.SENT], True), ([], False)],
)
def test_an_alert_whose_call_was_in_vain_is_meant_if_it_rang(cast, one, heard, is_meant):
    notice, alert = opened(cast, **NORMAL), opened(cast)
    sent(cast, notice)
    sent(cast, alert)
    reported(alert, Channel.SMS, AttemptState.UNDELIVERED)
    reported(alert, Channel.VOICE, *heard, AttemptState.UNDELIVERED)
    one()
    assert (alert.acknowledged_by is cast.anna, notice.acknowledged_by is cast.anna) == (is_meant, not is_meant)


def test_all_are_taken_in_the_same_order_by_everybody_whatever_each_was_told_last(cast):
    tickets = [opened(cast), opened(cast), opened(cast)]
    for ticket in (tickets[1], tickets[2], tickets[0]):
        sent(cast, ticket)
    with transaction():
        sms.receive(sid="", number=phone_of(cast.anna), body="wszystkie")
    query = sa.select(TimelineEvent.ticket_id).filter_by(kind=EventKind.ACKNOWLEDGED).order_by(TimelineEvent.id)
    assert list(db.session.scalars(query)) == [ticket.id for ticket in tickets]


@pytest.mark.parametrize("kind", [{}, NORMAL])
def test_two_of_a_kind_make_us_ask(cast, one, kind):
    tickets = [opened(cast, **kind), opened(cast, **kind)]
    for ticket in tickets:
        sent(cast, ticket)
    one()
    assert [ticket.acknowledged_at for ticket in tickets] == [None, None]


def answers(cast, body):
    with transaction():
        return sms.receive(sid="", number=phone_of(cast.anna), body=body)


@pytest.mark.parametrize(("body", "which"), [("0003 1", 2), ("3 1", 2), ("2 ok", 1), ("1 1", 0)])
def test_the_end_of_a_number_says_which_as_it_stands_or_without_zeros(cast, body, which):
    tickets = [opened(cast) for _ in range(3)]
    for ticket in tickets:
        sent(cast, ticket)
    assert tickets[which].number in answers(cast, body)
    assert [ticket for ticket in tickets if ticket.acknowledged_at] == [tickets[which]]


def test_1_1_is_a_bare_1_once_the_first_ticket_waits_no_more(cast, one):
    first = opened(cast)
    one()
    second = opened(cast)
    sent(cast, second)
    answers(cast, "1 1")
    assert second.acknowledged_by is first.acknowledged_by is cast.anna


@pytest.mark.parametrize("body", ["1, 2", "Nie mogę, 2"])
def test_a_list_of_digits_takes_and_passes_on_nothing(cast, body):
    tickets = [opened(cast), opened(cast)]
    for ticket in tickets:
        sent(cast, ticket)
    answers(cast, body)
    assert [ticket.acknowledged_at for ticket in tickets] == [None, None]
    assert EventKind.PASSED_ON not in {event.kind for ticket in tickets for event in ticket.events}


@pytest.mark.parametrize("body", ["jadę, będę za 10 minut", "20 minut i jestem", "nie 1"])
def test_words_are_kept_on_each_ticket_that_waits_and_the_person_is_told(cast, body):
    tickets = [opened(cast), opened(cast)]
    for ticket in tickets:
        sent(cast, ticket)
    answer = answers(cast, body)
    assert [[note.body for note in ticket.messages] for ticket in tickets] == [[body], [body]]
    assert answer.startswith("Notatka dopisana do:") and all(ticket.number in answer for ticket in tickets)
    assert [ticket.acknowledged_at for ticket in tickets] == [None, None]


def test_words_after_the_end_of_a_number_are_for_that_ticket(cast):
    tickets = [opened(cast), opened(cast)]
    for ticket in tickets:
        sent(cast, ticket)
    answers(cast, "0001 jestem na miejscu")
    assert [len(ticket.messages) for ticket in tickets] == [1, 0]


def test_an_empty_message_where_several_wait_writes_nothing(cast):
    tickets = [opened(cast), opened(cast)]
    assert answers(cast, " ").startswith("Wiadomosc nie ma tresci")
    assert [ticket.messages for ticket in tickets] == [[], []]


@pytest.mark.parametrize(("body", "how"), [("2", "numer i 2 (np. 0002 2)."), ("9999 2", "numer i 2.")])
def test_who_passes_on_one_of_several_is_asked_which_with_2(cast, body, how):
    for ticket in (opened(cast), opened(cast)):
        sent(cast, ticket)
    assert answers(cast, body).endswith(how)


def test_a_mistyped_number_is_answered_with_those_that_wait(cast):
    first, second = opened(cast), opened(cast)
    for ticket in (first, second):
        sent(cast, ticket)
    answer = answers(cast, "9999 1")
    assert answer.startswith("Zgloszenie 9999 nie czeka na Ciebie.")
    assert first.number in answer
    assert second.number in answer
    assert first.acknowledged_at is second.acknowledged_at is None


def test_a_mistyped_number_when_nothing_waits(cast):
    assert answers(cast, "9999 1") == "Zadne zgloszenie nie czeka na Twoja odpowiedz."


def test_who_is_asked_which_is_shown_how_to_answer(cast, one):
    for ticket in (opened(cast), opened(cast)):
        sent(cast, ticket)
    assert "(np. 0002 1) albo WSZYSTKIE" in one()


def test_passing_on_a_notice_names_no_holder_where_there_is_none(cast):
    notice = opened(cast, **NORMAL)
    sent(cast, notice)
    assert answers(cast, "2") == f"{notice.number} nadal czeka, az ktos je przyjmie."


def test_who_calls_back_hears_the_alert_though_a_notice_is_newer(cast):
    alert, _notice = opened(cast), opened(cast, **NORMAL)
    assert f"/voice/ticket/{alert.id}" in calls.staff_calls_back(phone_of(cast.anna), 0)


def second_phone(user, number="+48500000088"):
    """Another number that the person has proved to be theirs."""
    with transaction():
        user.contacts.append(Contact(kind=ContactKind.PHONE, value=number, verified_at=clock.now(), position=1))
    return number


@pytest.mark.parametrize("body", ["1", "0001 1"])
def test_an_answer_may_come_from_another_number_of_the_same_person(cast, body):
    alert = opened(cast)
    sent(cast, alert)
    with transaction():
        sms.receive(sid="", number=second_phone(cast.anna), body=body)
    assert alert.acknowledged_by is cast.anna


def test_who_calls_back_from_another_number_takes_the_ticket_too(cast):
    alert = opened(cast)
    other = second_phone(cast.anna)
    assert f"/voice/ticket/{alert.id}" in calls.staff_calls_back(other, 0)
    with transaction():
        calls.staff_digit(other, "1", alert.id)
    assert alert.acknowledged_by is cast.anna


def test_another_number_of_somebody_who_was_not_asked_takes_nothing(cast):
    alert = opened(cast)
    sent(cast, alert)
    with transaction():
        sms.receive(sid="", number=second_phone(cast.dorota), body=f"{alert.number} 1")
    assert alert.acknowledged_at is None


@pytest.mark.parametrize("asked_last", ["anna", "beata"])
def test_on_a_shared_phone_whoever_was_asked_last_has_the_ticket(cast, asked_last):
    """Both have the phone of the duty; the alerts of its owner for this day go there."""
    person = getattr(cast, asked_last)
    for user in (cast.anna, cast.beata):
        second_phone(user, SHARED)
    alert = opened(cast)
    with transaction():
        for attempt in attempts(channel=Channel.SMS, to=cast.anna):
            attempt.address = attempt.notification.address = SHARED
            attempt.notification.user_id = person.id
    sent_to(person, alert)
    with transaction():
        sms.receive(sid="", number=SHARED, body="1")
    assert alert.acknowledged_by is person


def test_all_of_one_says_whom_to_call_as_a_1_does(cast):
    sent(cast, opened(cast))
    assert answers(cast, "wszystkie") == "MOD-2026-0001 jest Twoje. Zglasza: Jan Testowy +48500000000"


def test_the_answer_to_all_names_a_page_and_lists_the_tickets_as_the_sms_did(cast):
    tickets = [opened(cast), opened(cast)]
    first, second = attempts(channel=Channel.SMS, to=cast.anna)
    text = render_sms(second.notification, carried=[first])
    for ticket in reversed(tickets):
        sent(cast, ticket)
    numbers = ", ".join(ticket.number for ticket in tickets)
    assert numbers in text and "np. 0001 1" in text
    assert answers(cast, "wszystkie") == f"Twoje: {numbers}. Szczegoly: strona Moj dyzur."


def sms_about(cast, ticket):
    letters = [attempt.notification for attempt in attempts(channel=Channel.SMS, to=cast.anna)]
    return render_sms(next(letter for letter in letters if letter.ticket_id == ticket.id))


def test_an_sms_asks_for_the_number_while_another_alert_waits_and_that_answer_takes_its_ticket(cast):
    first, second = opened(cast), opened(cast)
    assert "Odpisz 1=przyjmuje" in sms_about(cast, second)
    sent(cast, first)
    assert sms_about(cast, second).endswith("Odpisz 0002 1=przyjmuje, 0002 2=nie moge")
    sent(cast, second)
    answers(cast, "0002 1")
    assert second.acknowledged_by is cast.anna
    assert first.acknowledged_at is None


def test_an_older_notice_makes_no_alert_ask_for_its_number(cast):
    notice, alert = opened(cast, **NORMAL), opened(cast)
    sent(cast, notice)
    assert "Odpisz 1=przyjmuje" in sms_about(cast, alert)


def test_an_sms_asks_for_the_whole_number_where_the_ends_are_equal(cast):
    first, second = opened(cast), opened(cast, unit=cast.library)
    sent(cast, first)
    assert sms_about(cast, second).endswith("Odpisz BRZ-2026-0001 1=przyjmuje")
