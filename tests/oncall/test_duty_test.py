"""The weekly test alert: exactly one a week, to the next person on duty, and the managers learn when it fails."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.jobs import try_the_next_phone
from helpdesk.models import Attempt, DutyTest, Notification
from helpdesk.models.codes import AttemptState, Channel, Lane, NotificationEvent
from helpdesk.oncall import duty_test
from helpdesk.transaction import transaction

# A Monday; Warsaw is one hour ahead of UTC.
MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def at(app, monkeypatch):
    """Another TEST_ALERT_AT."""

    def change(value):
        monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), test_alert_at=value))

    return change


@pytest.fixture
def monday(cast):
    clock.freeze(MONDAY)
    try_the_next_phone()
    return the_test()


def the_test():
    db.session.expire_all()
    return db.session.scalars(sa.select(DutyTest)).one()


def letters(event):
    query = sa.select(Attempt).join(Notification).where(Notification.event == event)
    return list(db.session.scalars(query.order_by(Notification.id)))


def told():
    return {attempt.notification.user.name for attempt in letters(NotificationEvent.TEST_MISSED)}


def test_the_next_person_on_duty_gets_an_sms_and_two_calls(cast, monday):
    sent = letters(NotificationEvent.TEST_ALERT)
    assert monday.user.name == cast.celina.name
    assert [attempt.channel for attempt in sent] == [Channel.SMS, Channel.VOICE, Channel.VOICE]
    assert [attempt.due_at - MONDAY for attempt in sent] == [0 * MINUTE, MINUTE / 2, 15 * MINUTE]
    assert {attempt.lane for attempt in sent} == {Lane.REPLY}


def test_one_a_week_however_often_the_job_runs(monday):
    for _ in range(3):
        clock.advance(MINUTE)
        try_the_next_phone()
    assert the_test().week == "2026-W12"


def test_of_two_schedulers_at_once_one_makes_it(monday, monkeypatch):
    monkeypatch.setattr(duty_test, "is_due", lambda: True)
    with transaction():
        duty_test.start()
    assert the_test().id == monday.id


def test_next_week_the_next_one(monday):
    clock.advance(timedelta(days=7))
    try_the_next_phone()
    assert {test.week for test in db.session.scalars(sa.select(DutyTest))} == {"2026-W12", "2026-W13"}


@pytest.mark.parametrize(
    ("later", "is_made"),
    [(-MINUTE, False), (timedelta(hours=11), True), (timedelta(hours=13), False), (timedelta(days=1), False)],
)
def test_a_missed_moment_is_caught_up_on_the_same_day_and_not_at_night(cast, later, is_made):
    clock.freeze(MONDAY + later)
    assert duty_test.is_due() is is_made


def test_a_moment_in_the_quiet_hours_waits_for_the_morning(cast, at):
    at((6, time(23, 0)))
    clock.freeze(MONDAY.replace(hour=5, minute=59))
    assert not duty_test.is_due()
    assert duty_test.next_moment(clock.now()) == MONDAY.replace(hour=6)
    clock.advance(MINUTE)
    assert duty_test.is_due()


def test_no_moment_no_test(cast, at):
    at(None)
    clock.freeze(MONDAY)
    assert not duty_test.is_due()
    assert duty_test.next_moment(MONDAY) is None


def test_confirming_ends_it_and_calls_off_the_second_call(monday):
    with transaction():
        assert duty_test.confirm(monday)
    clock.advance(timedelta(hours=1))
    try_the_next_phone()
    assert told() == set()
    assert {attempt.state for attempt in letters(NotificationEvent.TEST_ALERT)} == {AttemptState.CANCELLED}


def test_not_confirmed_in_half_an_hour_the_manager_gets_mail_and_sms_once(cast, monday):
    clock.advance(29 * MINUTE)
    try_the_next_phone()
    assert told() == set()
    for _ in range(2):
        clock.advance(MINUTE)
        try_the_next_phone()
    missed = letters(NotificationEvent.TEST_MISSED)
    assert [attempt.channel for attempt in missed] == [Channel.EMAIL, Channel.SMS]
    assert missed[0].notification.params == {"name": monday.user.name, "reason": "no_answer"}
    assert told() == {cast.marek.name}


def test_with_nobody_on_duty_next_the_manager_is_told_at_once(cast):
    cast.schedule.rotations[0].members.clear()
    clock.freeze(MONDAY)
    try_the_next_phone()
    assert told() == {cast.marek.name}
    assert duty_test.why_missed(the_test()) == "nobody"


def test_a_phone_that_is_known_not_to_work_is_not_called(cast):
    for user in (cast.anna, cast.beata, cast.celina, cast.dorota):
        user.contacts[0].broken_at = clock.now()
    clock.freeze(MONDAY)
    try_the_next_phone()
    assert letters(NotificationEvent.TEST_ALERT) == []
    assert duty_test.why_missed(the_test()) == "no_phone"


def test_who_has_the_duty_alone_is_called(cast):
    del cast.schedule.rotations[0].members[1:]
    clock.freeze(MONDAY)
    try_the_next_phone()
    assert the_test().user.name == cast.anna.name


def test_a_test_escalates_nothing_and_belongs_to_no_ticket(monday):
    sent = [attempt.notification for attempt in letters(NotificationEvent.TEST_ALERT)]
    assert {(n.ticket_id, n.escalation_id) for n in sent} == {(None, None)}


def test_a_late_digit_still_counts(monday):
    clock.advance(30 * MINUTE)
    try_the_next_phone()
    with transaction():
        assert duty_test.confirm(the_test())
    assert duty_test.last_outcome().confirmed_at is not None
