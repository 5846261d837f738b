"""Reminders of a normal ticket: gathered, never in the middle of the night, over after a while."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.jobs import send_digests, send_reminders
from helpdesk.models.codes import Category, Priority
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import assign, resolve
from tests.drafts import works
from tests.hours import at, does, local

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)


@pytest.fixture
def friday(story, cast):
    """On Friday at 14:00 Stefania files a normal ticket, and Dorota takes it: to be answered by Monday 14:00."""
    at("13 14:00")
    ticket = story.files(
        cast.school,
        cast.stefania,
        priority=Priority.NORMAL,
        category=Category.PUBLISHING_TROUBLE,
        summary="Nie można dodać wydarzenia",
    )
    does(assign, ticket, cast.dorota, of_user(cast.dorota))
    return ticket


def passes(story, until, by=QUARTER):
    """Time goes by in large steps; only the jobs of reminders and the worker run."""
    while clock.now() < until:
        clock.advance(by)
        with story.app.app_context():
            send_reminders()
            send_digests()
        works()


def gathered(story, user):
    """The subjects of the person's digests so far."""
    return [subject for subject in story.subjects(user) if "terminu" in subject or "po terminie" in subject]


def test_over_a_weekend_nobody_is_disturbed(story, cast, friday):
    passes(story, local("16 07:45"))
    assert gathered(story, cast.dorota) == []
    passes(story, local("16 08:00"))
    assert gathered(story, cast.dorota) == ["1 zgłoszenie blisko terminu"]
    assert story.last_text(cast.dorota).startswith(f"1 zgloszenie blisko terminu: {friday.number}.")


def test_a_weekend_of_downtime_is_caught_up_with_one_digest(story, cast, friday):
    at("16 09:00")
    passes(story, local("16 09:15"))
    assert gathered(story, cast.dorota) == ["1 zgłoszenie blisko terminu"]


def test_a_breach_that_nobody_handles_is_said_each_day_in_business_hours_and_then_no_more(story, cast, friday):
    weeks = [local("23 06:00"), *(local("30 06:00") + n * 7 * DAY for n in range(3))]
    counts = []
    for week in weeks:
        passes(story, week, by=timedelta(hours=1))
        counts.append(len(gathered(story, cast.marek)))
    assert counts[0] <= 2 * 5  # of three targets
    assert counts[1] - counts[0] == 5
    assert counts[2] - counts[1] <= 3
    assert counts[3] == counts[2]
    assert story.calls(cast.dorota) == []


def test_what_is_resolved_before_the_digest_is_not_in_it(story, cast, friday):
    passes(story, local("16 07:45"))
    does(resolve, story.state(friday), of_user(cast.dorota))
    passes(story, local("16 13:00"))
    assert gathered(story, cast.dorota) == []
