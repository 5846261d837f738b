"""The managers are told 7, 3 and 1 days ahead, each time once."""

from datetime import time, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import warn_of_broken_contacts, warn_of_the_plan
from helpdesk.models import Absence, Notification, Override, WarningTold
from helpdesk.models.codes import Channel, NotificationEvent
from helpdesk.notify.render import render, render_sms
from helpdesk.transaction import transaction
from tests.drafts import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def letters(event=NotificationEvent.DUTY_WARNING):
    query = sa.select(Notification).filter_by(event=event).order_by(Notification.id)
    return list(db.session.scalars(query))


def told():
    warn_of_the_plan()
    return [(letter.channel.value, letter.params["count"]) for letter in letters()]


def gap(cast, since, hours=1):
    """Nobody on duty for so long: everybody is replaced by somebody who is absent."""
    with transaction():
        span = {"starts_at": since, "ends_at": since + hours * HOUR}
        db.session.add_all([Override(schedule=cast.schedule, user=cast.marek, **span), *_out(cast, span)])


def _out(cast, span):
    people = (cast.anna, cast.beata, cast.celina, cast.dorota)
    takes_off = [Override(schedule=cast.schedule, kind="remove", instead_of=user, **span) for user in people]
    return [Absence(user=cast.marek, **span), *takes_off]


@pytest.fixture
def now(cast):
    return clock.now()


def test_all_that_has_reached_a_mark_comes_in_one_letter(cast, now):
    gap(cast, now + 5 * DAY)
    gap(cast, now + 6 * DAY)
    gap(cast, now + 9 * DAY)
    assert told() == [("email", 2)]
    assert told() == [("email", 2)]


def test_a_warning_is_told_at_seven_three_and_one_days_and_by_sms_on_the_last(cast, now):
    gap(cast, now + 9 * DAY)
    assert told() == []
    counts = []
    for _day in range(9):
        clock.advance(DAY)
        counts.append(len(told()))
    assert counts == [0, 1, 1, 1, 1, 2, 2, 4, 4]
    assert {letter.channel for letter in letters()[2:]} == {Channel.EMAIL, Channel.SMS}


def test_one_that_turns_up_two_days_ahead_is_told_at_once_and_once_more(cast, now):
    gap(cast, now + 2 * DAY)
    assert told() == [("email", 1)]
    clock.advance(DAY)
    assert told() == [("email", 1), ("email", 1), ("sms", 1)]


def test_after_a_pause_only_the_nearest_mark_is_caught_up(cast, now):
    gap(cast, now + 9 * DAY)
    clock.advance(8 * DAY)
    assert sorted(told()) == [("email", 1), ("sms", 1)]


def test_nothing_goes_out_at_night_and_all_of_it_in_the_morning(cast, now):
    gap(cast, now + 5 * DAY)
    clock.advance(13 * HOUR)
    assert told() == []
    clock.advance(8 * HOUR)
    assert told() == [("email", 1)]


def test_who_cannot_be_reached_within_a_day_is_not_told_twice(cast, now):
    with transaction():
        cast.beata.contacts[0].broken_at = now - 3 * DAY
    warn_of_the_plan()
    assert letters() == []
    warn_of_broken_contacts()
    assert "Beata Testowa" in {letter.params["name"] for letter in letters(NotificationEvent.CONTACT_BROKEN)}


def test_a_manager_without_a_mailbox_gets_an_sms(cast, now):
    gap(cast, now + 5 * DAY)
    with transaction():
        cast.marek.contacts[1].broken_at = now
    assert told() == [("sms", 1)]


def test_a_schedule_of_one_person_buzzes_nobody_and_is_told_again_after_months(cast):
    with transaction():
        del cast.schedule.rotations[0].members[1:]
    assert told() == [("email", 1)]
    clock.advance(30 * DAY)
    assert told() == [("email", 1)]
    clock.advance(61 * DAY)
    assert told() == [("email", 1), ("email", 1)]


def test_without_a_manager_nothing_is_taken_for_told(cast, now):
    gap(cast, now + 5 * DAY)
    with transaction():
        cast.marek.active = False
    warn_of_the_plan()
    assert db.session.scalars(sa.select(WarningTold)).all() == []


def test_a_manager_who_sleeps_late_gets_the_sms_later(cast, now):
    gap(cast, now + 20 * HOUR)
    with transaction():
        cast.marek.quiet_from, cast.marek.quiet_until = time(23), time(11)
    warn_of_the_plan()
    assert {n.channel: n.attempts[0].due_at - now for n in letters()} == {
        Channel.EMAIL: timedelta(),
        Channel.SMS: HOUR,
    }


def test_two_schedulers_at_once_tell_once(app, cast, now):
    gap(cast, now + 5 * DAY)
    at_once(app, warn_of_the_plan, warn_of_the_plan)
    db.session.expire_all()
    assert len(letters()) == 1


def test_the_letter_says_what_is_wrong_and_what_to_do(cast, now):
    with transaction():
        cast.marek.locale = "en"
    gap(cast, now + 20 * HOUR)
    warn_of_the_plan()
    mail, sms = letters()
    assert "Nobody is on duty from Thu 12 Mar 2026, 06:00" in render(mail, "txt")
    assert "What to do: Fill the schedule" in render(mail, "txt")
    assert render_sms(sms).startswith("The duty, today or tomorrow: 1 thing to settle, the first on 12 Mar, 06:00.")
