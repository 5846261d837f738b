"""Reminders of a shift, and what happens when it is not confirmed."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import record_duty, remind_of_duty
from helpdesk.models import Override, Rotation, ShiftNotice
from helpdesk.models.codes import AttemptState, Channel, NotificationEvent
from helpdesk.oncall import shift_notices, swaps
from helpdesk.oncall.roster import Span
from helpdesk.oncall.swaps import Offer
from helpdesk.transaction import transaction
from tests.drafts import attempts

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EIGHT = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)  # Beata's shift begins
BOTH = [Channel.EMAIL, Channel.SMS]


@pytest.fixture
def at(cast):
    """The clock on the wall goes on to that time and the job runs as it does."""

    def go(moment):
        for _run in range(2):
            remind_of_duty()
            clock.freeze(moment)
        remind_of_duty()

    return go


def evening(day):
    """18:00 in Warsaw."""
    return datetime(2026, 3, day, 17, 0, tzinfo=UTC)


def told(user, event=NotificationEvent.DUTY_REMINDER):
    return [a.channel for a in attempts(to=user) if a.notification.event is event]


def asked(user):
    return [a.notification.params["is_asked"] for a in attempts(to=user)]


def confirm(user):
    with transaction():
        for row in shift_notices.unconfirmed_of(user):
            shift_notices.confirm(row)


def comes_in(cast, user, since, until):
    with transaction():
        db.session.add(Override(schedule_id=cast.schedule.id, user_id=user.id, starts_at=since, ends_at=until))


def test_the_evening_before_by_mail_and_sms_and_at_the_start_by_sms(cast, at):
    at(evening(11))
    assert told(cast.beata) == BOTH
    at(EIGHT)
    assert told(cast.beata) == [*BOTH, Channel.SMS]


def test_nothing_comes_before_the_evening_and_nothing_twice(cast, at):
    at(evening(11) - MINUTE)
    assert told(cast.beata) == []
    at(evening(11) + MINUTE)
    at(evening(11) + 2 * MINUTE)
    assert told(cast.beata) == BOTH


def test_a_shift_that_runs_when_the_program_begins_is_not_told_of(cast, at):
    record_duty()
    at(clock.now() + HOUR)
    assert attempts() == []


def test_a_shift_that_goes_on_after_midnight_begins_once(cast, at):
    at(EIGHT)
    at(EIGHT + 16 * HOUR + MINUTE)
    assert told(cast.beata) == [Channel.SMS]


def test_who_has_two_turns_on_end_is_reminded_of_one_shift(cast, at):
    comes_in(cast, cast.beata, EIGHT - 2 * HOUR, EIGHT)
    at(EIGHT - 2 * HOUR)
    at(EIGHT)
    assert told(cast.beata) == [Channel.SMS]
    assert attempts(to=cast.beata)[0].notification.params["ends_at"] == (EIGHT + DAY).isoformat()


@pytest.mark.parametrize(
    ("since", "until"),
    [(evening(12), evening(12) + 4 * HOUR), (EIGHT + HOUR, EIGHT + 90 * MINUTE)],
    ids=["in the evening", "short"],
)
def test_such_a_shift_is_told_of_at_its_start_alone(cast, at, since, until):
    comes_in(cast, cast.dorota, since, until)
    at(evening(11))
    assert told(cast.dorota) == []
    at(since)
    assert told(cast.dorota) == [Channel.SMS]


def test_who_confirmed_in_the_evening_is_told_at_the_start_and_not_asked(cast, at):
    at(evening(11))
    confirm(cast.beata)
    at(EIGHT)
    assert asked(cast.beata) == [True, True, False]
    at(EIGHT + HOUR)
    assert told(cast.marek, NotificationEvent.DUTY_UNCONFIRMED) == []


def test_who_does_not_confirm_within_a_quarter_is_named_to_the_managers_once(cast, at):
    at(EIGHT)
    at(EIGHT + 14 * MINUTE)
    assert told(cast.marek, NotificationEvent.DUTY_UNCONFIRMED) == []
    at(EIGHT + 15 * MINUTE)
    at(EIGHT + 30 * MINUTE)
    assert told(cast.marek, NotificationEvent.DUTY_UNCONFIRMED) == BOTH


def test_no_manager_is_woken_by_it_and_none_told_of_what_was_confirmed_meanwhile(cast, at):
    night = EIGHT + 18 * HOUR  # two in the morning
    comes_in(cast, cast.dorota, night, night + 4 * HOUR)
    at(night)
    at(night + 15 * MINUTE)
    sms = attempts(channel=Channel.SMS, to=cast.marek)[-1]
    assert sms.due_at > night + HOUR
    confirm(cast.dorota)
    assert attempts(channel=Channel.SMS, to=cast.marek)[-1].state is AttemptState.CANCELLED


def test_an_evening_reminder_is_not_sent_an_hour_late(cast, at):
    remind_of_duty()
    at(evening(11) + HOUR)
    assert told(cast.beata) == []


def test_the_start_is_caught_up_while_the_shift_runs(cast, at):
    remind_of_duty()
    clock.freeze(EIGHT + 5 * HOUR)
    remind_of_duty()
    assert told(cast.beata) == [Channel.SMS]


def test_what_is_over_is_not_told_of(cast, at):
    remind_of_duty()
    clock.freeze(EIGHT + 25 * HOUR)
    remind_of_duty()
    assert told(cast.beata) == []


def test_who_gave_the_shift_away_hears_nothing_and_whoever_took_it_does(cast, at):
    at(evening(11))
    comes_in(cast, cast.dorota, EIGHT, EIGHT + DAY)
    at(EIGHT)
    assert told(cast.beata) == BOTH and told(cast.dorota) == [*BOTH, Channel.SMS]
    assert [
        row.user for row in db.session.scalars(sa.select(ShiftNotice).where(ShiftNotice.starts_at <= EIGHT))
    ] == [cast.dorota]


@pytest.mark.parametrize(
    ("before", "hears", "is_asked"),
    [(2 * HOUR, [Channel.SMS], [True]), (MINUTE, [Channel.SMS], [False]), (-HOUR, [], [])],
    ids=["long before", "at the last minute", "while it runs"],
)
def test_who_has_just_agreed_to_a_swap_is_not_asked_whether_they_are_there(cast, at, before, hears, is_asked):
    at(EIGHT - before)
    with transaction():
        swap = swaps.offer(Offer(cast.schedule, Span(EIGHT, EIGHT + DAY)), cast.beata)
        swaps.accept(swap, cast.dorota)
    at(max(EIGHT, clock.now()))
    found = [a for a in attempts(to=cast.dorota) if a.notification.event is NotificationEvent.DUTY_REMINDER]
    assert [a.channel for a in found] == hears
    assert [a.notification.params["is_asked"] for a in found] == is_asked


def test_the_end_is_told_as_the_plan_has_it_then(cast, at):
    with transaction():
        db.session.scalars(sa.select(Rotation)).one().shift_length = 7
    at(EIGHT + 6 * DAY)
    assert attempts(to=cast.beata)[-1].notification.params["ends_at"] == (EIGHT + 13 * DAY).isoformat()
