"""Rule 13. It watches itself: once a week the phone of the next person on duty is tried."""

from datetime import UTC, datetime

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import DutyTest


@pytest.fixture
def monday(story):
    """Ten in the morning; Beata has the duty, Celina is next."""
    clock.freeze(datetime(2026, 3, 16, 8, 59, 40, tzinfo=UTC))
    story.passes(seconds=20)
    return story


def outcome():
    db.session.expire_all()
    return db.session.query(DutyTest).one()


def test_the_call_comes_1_is_pressed_and_it_is_confirmed(monday, cast):
    assert "ALARM PROBNY" in monday.last_text(cast.celina)
    monday.passes(seconds=30)
    call = monday.calls(cast.celina)[0]
    monday.sim.answer(call.sid)
    monday.sim.press(call.sid, "1")
    monday.passes(minutes=40)
    assert outcome().confirmed_at is not None
    assert len(monday.calls(cast.celina)) == 1
    assert monday.texts(cast.marek) == []


def test_nobody_presses_and_the_manager_learns_whose_phone_it_was(monday, cast):
    monday.passes(seconds=30)
    first = monday.calls(cast.celina)[0]
    monday.sim.answer(first.sid)
    monday.sim.hang_up(first.sid)
    monday.passes(minutes=15)
    monday.sim.no_answer(monday.calls(cast.celina)[1].sid)
    monday.passes(minutes=15)
    assert "Celina Testowa" in monday.last_text(cast.marek)
    assert "Celina Testowa" in monday.subjects(cast.marek)[-1]
    assert monday.calls(cast.dorota) == []


def test_a_real_alert_is_not_disturbed_by_a_test(monday, cast):
    ticket = monday.files(cast.osp, cast.jan)
    monday.passes(seconds=30)
    assert len(monday.calls(cast.beata)) == 1
    monday.answers(cast.celina, "1")
    assert monday.state(ticket).acknowledged_at is None
    assert outcome().confirmed_at is None
