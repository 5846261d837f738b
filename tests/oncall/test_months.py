"""The duty of a month from the database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, DutyShift, Notification
from helpdesk.models.codes import AttemptState, Channel, Lane, NotificationEvent
from helpdesk.oncall.months import Standing, duty_month
from helpdesk.oncall.rest import Article
from helpdesk.reports.period import Period, PeriodKind
from helpdesk.transaction import transaction
from tests.factories import make_ticket

HOUR = timedelta(hours=1)


def month(app, first, last):
    return duty_month(Period(first, last, app.config["SETTINGS"].zone, PeriodKind.MONTH))


@pytest.fixture
def april(app, cast):
    return lambda: month(app, date(2026, 4, 1), date(2026, 4, 30))


@pytest.fixture
def march(app, cast):
    return lambda: month(app, date(2026, 3, 1), date(2026, 3, 31))


def load_of(found, user):
    return next(person.load for person in found.people if person.user is user)


def reached(user, at, ticket, channel=Channel.SMS, state=AttemptState.DELIVERED, **times):
    """An alert's SMS or call to the person has come to its end at that moment."""
    with transaction():
        number = db.session.query(Attempt).count()
        letter = Notification(
            dedupe_key=f"alert {number}",
            event=NotificationEvent.ALERT,
            channel=channel,
            address="+48500000004",
            user=user,
            ticket=ticket,
        )
        times |= {"sending_at": at, "accepted_at": at, "finished_at": at}
        letter.attempts.append(
            Attempt(id=str(number), channel=channel, lane=Lane.ALERT, state=state, address=letter.address, **times)
        )
        db.session.add(letter)


def test_everybody_together_has_all_hours_of_the_month(april):
    found = april()
    assert sum((person.load.hours.total for person in found.people), timedelta()) == 30 * 24 * HOUR
    assert sum(person.shares["total"].part for person in found.people) == pytest.approx(1)


def test_the_month_in_which_clocks_go_forward_is_an_hour_shorter(cast, app):
    found = month(app, date(2026, 3, 11), date(2026, 3, 31))
    assert sum((person.load.hours.total for person in found.people), timedelta()) == (21 * 24 - 1) * HOUR


def test_what_was_is_taken_from_the_record_and_what_comes_from_the_plan(cast, march):
    with transaction():
        cast.schedule.recorded_until = clock.now()
        span = {"starts_at": clock.now() - 30 * HOUR, "ends_at": clock.now() - 20 * HOUR}
        db.session.add(DutyShift(schedule_id=cast.schedule.id, user=cast.marek, **span))
    found = march()
    assert load_of(found, cast.marek).hours.total == 10 * HOUR
    assert [each.is_planned for each in found.served[:2]] == [False, True]
    assert found.standing is Standing.BOTH


def test_a_month_ahead_is_a_plan_and_a_month_behind_a_record(cast, april):
    assert april().standing is Standing.PLAN
    with transaction():
        cast.schedule.recorded_until = datetime(2026, 5, 1, tzinfo=UTC)
    assert april().standing is Standing.RECORD


def test_a_phone_that_alerts_reach_at_night_counts_each_alert_once(cast, april):
    night, ticket = datetime(2026, 4, 8, 23, 0, tzinfo=UTC), make_ticket(cast)
    reached(cast.anna, night, ticket)
    reached(cast.anna, night, ticket, Channel.VOICE, AttemptState.UNDELIVERED, sent_at=night)
    reached(cast.anna, night, make_ticket(cast), state=AttemptState.FAILED)
    reached(cast.anna, night + 12 * HOUR, make_ticket(cast))
    assert (load_of(april(), cast.anna).woken, load_of(april(), cast.beata).woken) == (1, 0)


def test_a_call_that_rang_wakes_whether_it_was_picked_up_or_not(cast, april):
    night = datetime(2026, 4, 8, 23, 0, tzinfo=UTC)
    reached(cast.anna, night, make_ticket(cast), Channel.VOICE, AttemptState.UNDELIVERED, sent_at=night)
    assert load_of(april(), cast.anna).woken == 1


def test_a_day_of_duty_without_rest_is_named_and_a_week_with_a_free_day_is_not(cast, april):
    anna = next(person for person in april().people if person.user is cast.anna)
    assert {each.article for each in anna.violations} == {Article.DAILY}
    assert all(each.missing == 11 * HOUR for each in anna.violations)


def test_of_one_person_the_shares_stay_those_among_all(cast, april):
    (anna,) = april().of([cast.anna]).people
    assert anna.shares["total"].part < 0.3
