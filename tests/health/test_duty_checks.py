"""Would an alert reach a human being?"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health import duty
from helpdesk.health.check import Verdict
from helpdesk.jobs import try_the_next_phone
from helpdesk.models import Absence, DutyTest, Override, Rotation, RotationMember, Schedule
from helpdesk.models.codes import RotationKind
from helpdesk.oncall import duty_test
from helpdesk.oncall.escalation import open_escalation
from helpdesk.transaction import transaction
from tests.factories import make_ticket


@pytest.fixture
def monday(cast):
    """A test alert to Celina is made."""
    clock.freeze(datetime(2026, 3, 16, 9, 0, tzinfo=UTC))
    try_the_next_phone()


def missed():
    clock.advance(timedelta(minutes=30))
    try_the_next_phone()


def test_before_the_first_test_alert_its_time_is_named(cast):
    assert duty.tested().says == "The first test alert comes on Mon 16 Mar 2026, 10:00."


def test_a_missed_test_alert_stays_until_one_is_confirmed(monday):
    missed()
    assert duty.tested().says.startswith("The test alert of Mon 16 Mar 2026, 10:00 was not confirmed by Celina")
    clock.advance(timedelta(days=7))
    try_the_next_phone()
    assert duty.tested().verdict is Verdict.BROKEN
    with transaction():
        duty_test.confirm(db.session.query(DutyTest).filter_by(week="2026-W13").one())
    assert duty.tested().verdict is Verdict.OK


def test_a_test_alert_that_did_not_come_is_named_a_day_later(monday):
    with transaction():
        duty_test.confirm(db.session.query(DutyTest).one())
    clock.advance(timedelta(days=8) - timedelta(minutes=1))
    assert duty.tested().ok
    clock.advance(timedelta(minutes=1))
    assert duty.tested().says.startswith("The test alert of Mon 23 Mar 2026, 10:00 was not made, and none since.")
    clock.advance(timedelta(days=62))
    assert duty.tested().verdict is Verdict.BROKEN


def test_the_first_test_alert_is_missed_like_any_other(cast):
    clock.freeze(datetime(2026, 3, 17, 9, 1, tzinfo=UTC))
    assert duty.tested().says.startswith("The test alert of Mon 16 Mar 2026, 10:00 was not made")


def test_a_weekday_that_was_changed_leaves_no_test_alert_out(monday, app, monkeypatch):
    with transaction():
        duty_test.confirm(db.session.query(DutyTest).one())
    clock.advance(timedelta(days=6))
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), test_alert_at=(4, time(10))))  # Fridays
    assert duty.tested().ok


def test_no_test_alerts_at_all_is_good_to_know(app, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), test_alert_at=None))
    assert duty.tested().verdict is Verdict.WARNING


def test_a_test_alert_without_anybody_to_call_says_what_to_do(cast):
    with transaction():
        db.session.add(DutyTest(week="2026-W10", missed_at=clock.now()))
    assert duty.tested().says.endswith("nobody is on duty next. Fill the schedule.")


def test_a_test_alert_to_a_phone_that_is_broken_says_so(cast):
    with transaction():
        cast.anna.contacts[0].broken_at = clock.now()
        db.session.add(DutyTest(week="2026-W10", user=cast.anna, missed_at=clock.now()))
    assert duty.tested().says.endswith("Anna Testowa has no verified, working phone.")


def test_an_alert_that_nobody_answered_is_named(cast):
    with transaction():
        ticket = make_ticket(cast)
        escalation = open_escalation(ticket)
    assert duty.alerts().ok
    with transaction():
        escalation.round = 1
    assert ticket.number in duty.alerts().says


def test_hours_without_anybody_on_duty_are_named(cast):
    assert duty.on_call().ok
    with transaction():
        cast.anna.active = False
    assert duty.on_call().says.startswith("Nobody is on duty from Wed 11 Mar 2026, 10:00 to Thu 12 Mar 2026, 08:00")


def test_a_gap_of_the_week_after_next_is_a_note_and_of_any_schedule(cast):
    with transaction():
        start = clock.now() + timedelta(days=9)
        span = {"starts_at": start, "ends_at": start + timedelta(hours=2)}
        rotation = Rotation(kind=RotationKind.DAILY, starts_at=clock.now() - timedelta(days=1))
        rotation.members = [RotationMember(position=0, user=cast.marek)]
        db.session.add(Schedule(name="Telefon", rotations=[rotation]))
        db.session.add(Absence(user=cast.marek, **span))
    found = duty.on_call()
    assert found.verdict is Verdict.WARNING and found.says.endswith(
        "(Telefon). Planned, but absent or gone: Marek Testowy."
    )


def test_what_else_is_loose_in_the_plan_is_a_note(cast):
    assert duty.plan().verdict is Verdict.OK
    with transaction():
        span = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(days=2)}
        db.session.add_all([Absence(user=user, **span) for user in (cast.celina, cast.dorota)])
    assert duty.plan().verdict is Verdict.WARNING
    assert duty.plan().says.startswith("Absent at once from Wed 11 Mar 2026, 10:00")


def test_no_schedule_at_all_is_named(app):
    assert duty.on_call().says.startswith("There is no on-call schedule")


def test_a_broken_phone_is_known_before_the_shift(cast):
    with transaction():
        cast.beata.contacts[0].broken_at = clock.now()
    assert duty.reachable().says == "On duty soon without a verified, working phone: Beata Testowa"


def test_a_phone_that_nobody_has_verified_is_known_two_weeks_before_the_shift(cast):
    in_two_weeks = clock.now() + timedelta(days=14)
    with transaction():
        cast.marek.contacts[0].verified_at = None
        turn = {"starts_at": in_two_weeks, "ends_at": in_two_weeks + timedelta(hours=8)}
        db.session.add(Override(schedule_id=cast.schedule.id, user=cast.marek, **turn))
    assert duty.reachable().ok
    clock.advance(timedelta(minutes=1))
    assert "Marek Testowy" in duty.reachable().says


def test_who_sent_stop_before_a_shift_is_named_though_calls_still_ring(cast):
    with transaction():
        cast.beata.contacts[0].opted_out_at = clock.now()
    assert duty.reachable().verdict is Verdict.WARNING
    assert duty.reachable().says.endswith("because of a STOP: Beata Testowa")
    assert "START by SMS to +48" in duty.reachable().does


def test_a_stop_is_not_hidden_by_the_broken_phone_of_somebody_else(cast):
    with transaction():
        cast.anna.contacts[0].opted_out_at = cast.beata.contacts[0].broken_at = clock.now()
    assert [line.rpartition(": ")[2] for line in duty.reachable().lines] == ["Beata Testowa", "Anna Testowa"]
    assert duty.reachable().verdict is Verdict.BROKEN


def test_nobody_who_could_be_the_last_resort_is_named(cast):
    assert duty.managers().ok
    with transaction():
        cast.marek.active = False
    assert duty.managers().says.startswith("There is no manager")


def test_a_last_resort_without_a_working_phone_is_named_with_what_to_do(cast):
    with transaction():
        cast.marek.contacts[0].broken_at = clock.now()
    assert duty.managers().verdict is Verdict.BROKEN
    assert "verified, working phone: Marek Testowy. Who signs in" in duty.managers().says


def test_one_administrator_who_can_be_called_is_enough(cast):
    people = [cast.anna, cast.beata, cast.celina, cast.dorota]
    with transaction():
        for user in people[1:]:
            user.contacts[0].verified_at = None
    assert duty.administrators().ok
    with transaction():
        cast.anna.contacts[0].verified_at = None
    assert all(user.name in duty.administrators().says for user in people)
