"""A code that was sent to a number or address proves that it is the person's."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.models import Contact
from helpdesk.models.codes import Channel, ContactKind, NotificationEvent
from helpdesk.notify.render import context_of
from helpdesk.people import codes, contacts
from helpdesk.people.codes import Typed
from helpdesk.transaction import transaction
from tests.drafts import attempts

NEW, LANDLINE = "+48500000077", "+48221234567"


def added(user, value=NEW, kind=ContactKind.PHONE) -> Contact:
    with transaction():
        contact = contacts.add_contact(user, kind, value)
        codes.send_code(contact)
    return contact


def code_sent() -> str:
    letters = [attempt.notification for attempt in attempts()]
    return context_of([each for each in letters if each.event is NotificationEvent.CONTACT_CODE][-1])["code"]


def typed(contact, code) -> Typed:
    with transaction():
        return codes.type_code(contact, code)


def wrong() -> str:
    return f"{(int(code_sent()) + 1) % 1_000_000:06d}"


def test_the_right_code_makes_the_number_work_and_is_good_once(cast):
    contact = added(cast.anna)
    code = code_sent()
    assert (len(code), contact.is_usable) == (6, False)
    assert (typed(contact, code), contact.is_usable) == (Typed.RIGHT, True)
    assert typed(contact, code) is Typed.OVER


def test_neither_the_code_nor_a_plain_digest_of_it_is_in_the_database(cast):
    contact = added(cast.anna)
    assert code_sent() not in str(attempts()[-1].notification.params)
    assert len(contact.code_digest) == 64 and code_sent() not in contact.code_digest


def test_after_five_wrong_ones_the_right_one_is_refused_too(cast):
    contact = added(cast.anna)
    answers = [typed(contact, wrong()) for _ in range(5)]
    assert answers == [Typed.WRONG] * 4 + [Typed.OVER]
    assert typed(contact, code_sent()) is Typed.OVER


def test_after_ten_minutes_it_is_worth_nothing(cast):
    contact = added(cast.anna)
    clock.advance(timedelta(minutes=10))
    assert typed(contact, code_sent()) is Typed.OVER


def test_a_new_code_takes_the_place_of_the_old_one(cast):
    contact = added(cast.anna)
    first = code_sent()
    with transaction():
        codes.send_code(contact)
    assert typed(contact, first) is Typed.WRONG
    assert typed(contact, code_sent()) is Typed.RIGHT


def test_three_an_hour_go_to_one_number_whoever_asks(cast):
    contact = added(cast.anna)
    for _ in range(2):
        with transaction():
            codes.send_code(contact)
    with pytest.raises(NotAllowed, match="too_many_codes"):
        added(cast.beata)
    clock.advance(timedelta(minutes=61))
    added(cast.beata)


@pytest.mark.parametrize(
    ("value", "kind", "channel"),
    [
        (NEW, ContactKind.PHONE, Channel.SMS),
        (LANDLINE, ContactKind.PHONE, Channel.VOICE),
        ("new@modrzewie.test", ContactKind.EMAIL, Channel.EMAIL),
    ],
)
def test_a_landline_is_called_and_an_address_gets_a_mail(cast, value, kind, channel):
    added(cast.anna, value, kind)
    assert [a.channel for a in attempts()] == [channel]


def test_two_people_may_share_a_number(cast):
    contact = added(cast.anna, cast.beata.contacts[0].value)
    assert typed(contact, code_sent()) is Typed.RIGHT


def test_a_number_that_works_needs_no_code(cast):
    with pytest.raises(NotAllowed, match="proven"), transaction():
        codes.send_code(cast.anna.contacts[0])


def test_the_code_is_spoken_on_a_landline(story, cast):
    contact = added(cast.anna, LANDLINE)
    story.passes()
    call = story.sim.calls_to(LANDLINE)[-1]
    story.sim.answer(call.sid)
    digits = " ".join(code_sent())
    assert digits in str(story.sim.calls_to(LANDLINE)[-1].__dict__)
    assert typed(contact, code_sent()) is Typed.RIGHT
