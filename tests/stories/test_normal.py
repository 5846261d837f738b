"""A normal ticket: mail to the administrators, one short SMS to the one on duty."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.models.codes import Category, Priority


@pytest.fixture
def concert(story, cast):
    def file():
        return story.files(
            cast.school,
            cast.stefania,
            priority=Priority.NORMAL,
            category=Category.PUBLISHING_TROUBLE,
            summary="Nie można dodać wydarzenia",
        )

    return file


def test_all_administrators_get_the_mail_and_the_one_on_duty_the_sms(story, cast, concert):
    ticket = concert()
    assert all(ticket.number in story.subjects(user)[0] for user in (cast.anna, cast.beata, cast.dorota))
    assert len(story.texts(cast.anna)) == 1
    assert story.texts(cast.beata) == []


def test_nobody_is_called(story, cast, concert):
    concert()
    story.passes(minutes=10)
    assert story.calls(cast.anna) == []


def test_in_quiet_hours_the_sms_waits_until_morning(story, cast, concert):
    clock.advance(timedelta(hours=14))  # midnight in Warsaw
    concert()
    assert story.subjects(cast.anna)
    assert story.texts(cast.anna) == []
    clock.advance(timedelta(hours=7, minutes=1))
    story.passes()
    assert len(story.texts(cast.anna)) == 1


def test_an_acknowledged_ticket_needs_no_notice_in_the_morning(story, cast, concert):
    clock.advance(timedelta(hours=14))
    ticket = concert()
    link = next(mail for mail in story.sim.mails_to(cast.beata.contacts[1].value)).links[0]
    story.app.test_client().post(link.removeprefix("http://helpdesk.test"))
    clock.advance(timedelta(hours=8))
    story.passes()
    assert story.state(ticket).acknowledged_by.name == cast.beata.name
    assert [text for text in story.texts(cast.anna) if text.startswith("Nowe zgloszenie")] == []


def test_the_reporter_gets_a_receipt_by_mail(story, cast, concert):
    ticket = concert()
    assert ticket.number in story.subjects(cast.stefania)[0]
