"""A person's own numbers and addresses: put in order, and not taken away by mistake."""

import pytest

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.models.codes import Channel, ContactKind
from helpdesk.oncall.people import address_of
from helpdesk.people.contacts import (
    Objection,
    add_contact,
    make_first,
    objections,
    own_contact,
    remove_contact,
)
from helpdesk.transaction import transaction

NEW = "+48500000077"


@pytest.fixture
def second(cast):
    """Anna has another number that works."""
    with transaction():
        contact = add_contact(cast.anna, ContactKind.PHONE, NEW)
        contact.verified_at = clock.now()
    return contact


def test_alerts_go_to_the_number_that_was_put_first(cast, second):
    with transaction():
        make_first(second)
    assert address_of(cast.anna, Channel.SMS) == NEW
    assert [c.kind for c in cast.anna.contacts] == [ContactKind.PHONE, ContactKind.PHONE, ContactKind.EMAIL]


def test_the_same_number_is_not_added_twice(cast):
    with pytest.raises(NotAllowed, match="known"), transaction():
        add_contact(cast.anna, ContactKind.PHONE, cast.anna.contacts[0].value)


def test_the_number_of_the_second_factor_stays_whatever_one_agrees_to(cast, second):
    phone = cast.anna.contacts[0]
    with pytest.raises(NotAllowed, match="second_factor"), transaction():
        remove_contact(phone, frozenset(Objection))


def test_the_address_that_one_signs_in_with_stays(cast):
    mail = cast.kinga.contacts[1]
    assert objections(mail) == [Objection.SIGN_IN_ADDRESS]
    with pytest.raises(NotAllowed, match="sign_in_address"), transaction():
        remove_contact(mail, frozenset(Objection))


def test_the_last_phone_before_a_shift_goes_only_when_one_agrees(cast, second):
    phone = cast.anna.contacts[0]
    with transaction():
        cast.anna.tf_phone_number = NEW
        second.verified_at = None
    assert objections(phone) == [Objection.LAST_PHONE]
    with pytest.raises(NotAllowed, match="last_phone"), transaction():
        remove_contact(phone, frozenset())
    with transaction():
        remove_contact(phone, frozenset({Objection.LAST_PHONE}))
    assert [contact.value for contact in cast.anna.contacts if contact.kind is ContactKind.PHONE] == [NEW]


def test_without_a_shift_to_come_the_last_phone_may_go(cast):
    with transaction():
        cast.marek.tf_phone_number = NEW
    assert objections(cast.marek.contacts[0]) == []


def test_a_reporter_who_takes_the_phone_away_no_longer_signs_in_with_it(cast):
    phone = cast.jan.contacts[0]
    assert objections(phone) == [Objection.SIGN_IN_PHONE]
    with transaction():
        remove_contact(phone, frozenset({Objection.SIGN_IN_PHONE}))
    assert cast.jan.us_phone_number is None


def test_nobody_touches_what_is_somebody_elses(cast):
    with pytest.raises(NotFound):
        own_contact(cast.anna, cast.beata.contacts[0].id)
