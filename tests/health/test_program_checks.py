"""Does the program itself run?"""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk import clock, signs
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health import program
from helpdesk.health.check import Verdict
from helpdesk.health.table import checks, vital_signs
from helpdesk.models.codes import AttemptState, Lane
from helpdesk.notify.worker import Worker
from helpdesk.oncall.escalation import open_escalation
from helpdesk.transaction import transaction
from tests import vitals
from tests.factories import make_ticket

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def verdicts() -> dict[str, Verdict]:
    return {check.name: check.verdict for check in checks()}


def test_a_house_in_order_says_so(cast):
    vitals.beat("worker", "scheduler")
    simulated = {"provider": Verdict.WARNING}
    assert verdicts() == dict.fromkeys(verdicts(), Verdict.OK) | simulated


def test_an_alert_that_should_have_moved_a_minute_ago_is_named(cast):
    with transaction():
        ticket = make_ticket(cast)
        open_escalation(ticket).next_step_at = clock.now()
    clock.advance(MINUTE)
    assert program.steps().ok
    clock.advance(SECOND)
    assert program.steps().says.startswith(f"These alerts should have gone on 1 min ago: {ticket.number}.")


def test_what_alerts_need_to_get_out_is_vital_and_an_empty_schedule_is_not(cast):
    cast.schedule.rotations[0].members.clear()
    vitals.beat("worker", "scheduler")
    assert all(check.ok for check in vital_signs())
    clock.advance(MINUTE)
    assert [check.name for check in vital_signs() if not check.ok] == ["worker", "scheduler"]


def test_a_monitor_that_does_not_hear_from_us_is_named(app, monkeypatch):
    watched = replace(settings(), heartbeat_url="https://monitor.test/ping")
    monkeypatch.setitem(app.config, "SETTINGS", watched)
    assert program.monitor().verdict is Verdict.WARNING
    vitals.beat(signs.MONITOR)
    assert program.monitor().verdict is Verdict.OK
    clock.advance(5 * MINUTE)
    assert program.monitor().verdict is Verdict.WARNING


def test_a_real_installation_without_a_monitor_is_told_to_get_one(app, monkeypatch):
    assert program.monitor().verdict is Verdict.OK
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), simulated=False))
    assert program.monitor().verdict is Verdict.WARNING


def test_an_outdated_schema_is_all_that_is_said(app):
    vitals.outdate()
    assert [check.says for check in checks()] == [
        "The database has the schema of another version. Run: helpdesk db upgrade"
    ]


@pytest.mark.parametrize("part", program.PARTS)
def test_a_part_without_a_sign_of_life_for_a_minute_is_broken(app, part):
    vitals.beat(part, age=MINUTE - SECOND)
    assert verdicts()[part] is Verdict.OK
    clock.advance(SECOND)
    assert verdicts()[part] is Verdict.BROKEN


def test_an_alert_that_waits_for_two_minutes_is_named(cast):
    vitals.due(cast.jan, lane=Lane.ALERT)
    clock.advance(2 * MINUTE - SECOND)
    assert program.queue().ok
    clock.advance(SECOND)
    assert program.queue().says == "An alert or a sign-in code has waited for 2 min. Is a worker running?"


def test_a_notice_may_wait_longer_and_says_nothing_about_alerts(cast):
    vitals.due(cast.jan)
    clock.advance(15 * MINUTE - SECOND)
    assert program.notices().ok
    clock.advance(SECOND)
    assert program.notices().says.startswith("A notice has waited for 15 min.")
    assert program.queue().ok


def test_a_message_for_later_does_not_wait(cast):
    attempt = vitals.due(cast.jan, lane=Lane.ALERT)
    with transaction():
        attempt.due_at = clock.now() + timedelta(hours=3)
    assert program.oldest_due(Lane.ALERT) == timedelta()


def test_a_message_that_could_not_be_prepared_is_shown(cast):
    attempt = vitals.ended(cast.jan, AttemptState.FAILED, program.POISONED)
    assert attempt.id in program.poisoned().says


def test_a_running_worker_gives_a_sign_of_life(app):
    worker = Worker(app)
    worker.start()
    try:
        until = time.monotonic() + 10
        while program.heartbeat_age("worker") is None and time.monotonic() < until:
            db.session.rollback()
            time.sleep(0.02)
        assert program.worker().ok
    finally:
        worker.stop()
