"""Numbers and addresses that do not work."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Contact, Notification, Override
from helpdesk.models.codes import Channel, ContactKind, ContactTrouble, NotificationEvent
from helpdesk.oncall import contacts
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts


def letters():
    return [
        (n.user.name.split()[0], n.channel)
        for n in db.session.scalars(sa.select(Notification).order_by(Notification.id))
        if n.event is NotificationEvent.CONTACT_BROKEN
    ]


def breaks(contact, code="30005"):
    with transaction():
        contacts.mark_broken(contact, code)


def test_an_address_that_breaks_is_told_over_the_phone(cast):
    breaks(cast.anna.contacts[1], "550")
    assert letters() == [("Anna", Channel.SMS), ("Marek", Channel.EMAIL)]


def test_no_phone_buzzes_about_it_at_night(cast):
    clock.freeze(clock.now().replace(hour=23))
    breaks(cast.anna.contacts[1], "550")
    assert attempts(to=cast.anna)[0].due_at == clock.now() + timedelta(hours=7)


def test_a_manager_who_cannot_get_mail_is_told_by_sms(cast):
    with transaction():
        cast.marek.contacts[1].broken_at = clock.now()
    breaks(cast.anna.contacts[0])
    assert ("Marek", Channel.SMS) in letters()


def test_a_managers_own_number_is_told_to_the_manager_once(cast):
    breaks(cast.marek.contacts[0])
    assert letters() == [("Marek", Channel.EMAIL)]


def test_managers_are_not_told_of_the_numbers_of_reporters(cast):
    breaks(cast.jan.contacts[0])
    assert letters() == [("Jan", Channel.EMAIL)]


def test_the_same_breaking_is_told_once_and_the_next_one_again(cast):
    contact = cast.anna.contacts[0]
    breaks(contact)
    breaks(contact)
    with transaction():
        contact.broken_at = None
    clock.advance(timedelta(days=1))
    breaks(contact)
    assert letters().count(("Anna", Channel.EMAIL)) == 2


def test_two_failures_at_the_same_moment_tell_of_it_once(app, cast):
    contact_id = cast.jan.contacts[0].id
    have_looked = threading.Barrier(2)

    def fails():
        contact = db.session.get(Contact, contact_id)
        have_looked.wait(10)
        breaks(contact)

    clock.reset()
    at_once(app, fails, fails)
    assert letters() == [("Jan", Channel.EMAIL)]


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"broken_at": True}, ContactTrouble.BROKEN),
        ({"opted_out_at": True}, ContactTrouble.STOPPED),
        ({"verified_at": None}, ContactTrouble.NOT_PROVEN),
    ],
)
def test_the_trouble_is_named(cast, change, trouble):
    with transaction():
        for column, value in change.items():
            setattr(cast.anna.contacts[0], column, value and clock.now())
    found = contacts.unreachable_by_phone(cast.anna, clock.now())
    assert (found.trouble, found.contact) == (trouble, cast.anna.contacts[0])


def test_one_number_that_works_is_enough(cast):
    with transaction():
        cast.anna.contacts[0].broken_at = clock.now()
        second = Contact(kind=ContactKind.PHONE, value="+48500000099", verified_at=clock.now())
        cast.anna.contacts.append(second)
    assert contacts.unreachable_by_phone(cast.anna, clock.now()) is None


def test_without_any_number_the_trouble_is_that_there_is_none(cast):
    with transaction():
        cast.anna.contacts = cast.anna.contacts[1:]
    found = contacts.unreachable_by_phone(cast.anna, clock.now())
    assert (found.trouble, found.contact) == (ContactTrouble.MISSING, None)


def test_each_person_stands_once_in_the_plan_with_the_first_shift(cast):
    for user in (cast.anna, cast.celina):
        breaks(user.contacts[0])
    found = contacts.unreachable_between(clock.now(), clock.now() + timedelta(days=7))
    assert [(each.user, each.starts_at.day) for each in found] == [(cast.anna, 11), (cast.celina, 13)]


def test_a_shift_that_began_a_moment_ago_is_warned_of_too(cast):
    with transaction():
        cast.dorota.contacts[0].verified_at = None
        starts = clock.now() - timedelta(minutes=1)
        stand_in = Override(user=cast.dorota, starts_at=starts, ends_at=starts + timedelta(hours=2))
        stand_in.schedule = cast.schedule
        db.session.add(stand_in)
    assert [(each.user, each.starts_at) for each in contacts.soon()] == [(cast.dorota, starts)]


def test_who_has_been_told_a_moment_before_the_shift_is_not_warned_again(cast):
    breaks(cast.beata.contacts[0])
    told = db.session.scalars(sa.select(Notification.params)).first()
    assert contacts.soon() == [] and told["shift_at"].startswith("2026-03-12T07:00")


def test_the_letter_about_a_number_of_somebody_on_duty_says_so(cast):
    breaks(cast.anna.contacts[0])
    assert db.session.scalars(sa.select(Notification.params)).first()["shift_at"] is None


def test_a_warning_is_given_once_for_a_shift(cast):
    with transaction():
        cast.beata.contacts[0].broken_at = clock.now() - timedelta(days=3)
    before = len(letters())
    for _ in range(2):
        with transaction():
            [found] = contacts.soon()
            contacts.warn(found)
        clock.advance(timedelta(hours=2))
    assert len(letters()) == before + 2


def test_any_other_delivered_sms_does_not_make_a_broken_number_good(cast):
    breaks(cast.anna.contacts[1], "550")
    breaks(cast.anna.contacts[0])
    with transaction():
        contacts.arrived(attempts(to=cast.anna)[0])
    assert cast.anna.contacts[0].broken_at is not None
