"""The duty changes hands while an alert runs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import hand_over
from helpdesk.models import Absence, Override, Schedule
from helpdesk.models.codes import AckVia, OverrideKind
from helpdesk.oncall import handover, overrides
from helpdesk.oncall.acknowledgement import pass_on
from helpdesk.oncall.escalation import advance
from helpdesk.oncall.running_alerts import running
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def ticket(cast):
    """Its alert rings at Anna's."""
    hand_over()
    return opened(cast)


def takes_over(cast, user, **more):
    """From now, for an hour."""
    now = clock.now()
    row = {"starts_at": now, "ends_at": now + HOUR, "instead_of_id": cast.anna.id} | more
    with transaction():
        db.session.add(Override(schedule_id=cast.schedule.id, user_id=user.id, **row))


def alerted(*people):
    return [len(attempts(to=user)) for user in people]


def test_whoever_comes_on_duty_is_alerted_too(cast, ticket):
    takes_over(cast, cast.dorota)
    hand_over()
    assert alerted(cast.anna, cast.dorota, cast.beata) == [2, 2, 0]


def test_nobody_is_alerted_twice_however_often_it_is_looked(cast, ticket):
    takes_over(cast, cast.dorota)
    for _time in range(3):
        hand_over()
        clock.advance(MINUTE)
    takes_over(cast, cast.anna, instead_of_id=cast.dorota.id)
    hand_over()
    assert alerted(cast.anna, cast.dorota) == [2, 2]


def test_the_time_of_the_step_goes_on_as_it_was(cast, ticket):
    due = running(ticket).next_step_at
    clock.advance(2 * MINUTE)
    takes_over(cast, cast.dorota)
    hand_over()
    assert running(ticket).next_step_at == due


def test_who_joins_the_duty_is_alerted_too(cast, ticket):
    takes_over(cast, cast.dorota, kind=OverrideKind.ADD, instead_of_id=None)
    hand_over()
    assert alerted(cast.dorota) == [2]


def test_who_passed_the_alert_on_is_not_asked_again_by_taking_the_duty_over(cast, ticket):
    with transaction():
        pass_on(ticket, cast.dorota, AckVia.PAGE)
    takes_over(cast, cast.dorota)
    hand_over()
    assert alerted(cast.dorota) == [0]


def test_a_step_for_others_does_not_care_about_the_duty(cast, ticket):
    clock.advance(5 * MINUTE)
    with transaction():
        advance(running(ticket).id)
    takes_over(cast, cast.dorota)
    hand_over()
    assert alerted(cast.dorota) == [0]


def test_an_absence_of_whoever_is_on_duty_leaves_the_alert_with_them(cast, ticket):
    with transaction():
        db.session.add(Absence(user_id=cast.anna.id, starts_at=clock.now(), ends_at=clock.now() + HOUR))
    hand_over()
    assert alerted(cast.anna) == [2]


def test_a_crash_between_two_alerts_leaves_the_other_to_be_found(cast, ticket):
    other = opened(cast)
    takes_over(cast, cast.dorota)
    [first, second] = handover.untold(handover.changed())
    with transaction():
        handover.tell(first)
    clock.advance(MINUTE)
    assert handover.untold(handover.changed()) == [second]
    hand_over()
    assert {each.notification.ticket for each in attempts(to=cast.dorota)} == {ticket, other}
    clock.advance(MINUTE)
    assert handover.changed() == []


def test_nothing_is_done_while_the_same_people_are_on_duty(cast, ticket):
    clock.advance(MINUTE)
    assert handover.changed() == []


def test_an_alert_that_was_committed_just_after_the_change_is_found(cast):
    """It was worked out before: Anna had the duty then."""
    hand_over()
    clock.advance(MINUTE)
    ticket = opened(cast)
    takes_over(cast, cast.dorota)
    with transaction():
        schedule = db.session.scalars(sa.select(Schedule)).one()
        schedule.on_duty, schedule.on_duty_since = [cast.dorota.id], clock.now()
    hand_over()
    assert alerted(cast.dorota) == [2] and running(ticket) is not None


def test_a_schedule_for_others_leaves_the_alert_alone(cast, ticket):
    with transaction():
        other = Schedule(name="Druga linia")
        db.session.add(other)
        db.session.flush()
        now = clock.now()
        db.session.add(Override(schedule_id=other.id, user_id=cast.dorota.id, starts_at=now, ends_at=now + HOUR))
    hand_over()
    assert alerted(cast.dorota) == [0]


def test_a_change_of_the_plan_for_now_tells_at_once(cast, ticket):
    wish = overrides.Wish(OverrideKind.REPLACE, cast.dorota, cast.anna, clock.now(), clock.now() + HOUR)
    with transaction():
        overrides.add_override(cast.schedule, wish, cast.marek)
    assert alerted(cast.dorota) == [2]
