"""Somebody tests their own alert; nothing escalates from it."""

import pytest

from helpdesk.extensions import db
from helpdesk.models import DutyTest
from helpdesk.models.codes import Priority
from helpdesk.oncall import own_test
from helpdesk.transaction import transaction


@pytest.fixture
def testing(story, cast):
    """Anna has the duty, and tries whether her phone rings."""
    with transaction():
        own_test.start(cast.anna)
    story.passes()
    return story


def is_confirmed():
    db.session.expire_all()
    return db.session.query(DutyTest).one().confirmed_at is not None


def test_1_by_sms_confirms_it_and_no_call_comes(testing, cast):
    assert "ALARM PROBNY" in testing.last_text(cast.anna)
    assert "potwierdzony" in testing.answers(cast.anna, "1")
    testing.passes(minutes=2)
    assert (is_confirmed(), testing.calls(cast.anna)) == (True, [])


def test_key_1_in_the_call_confirms_it(testing, cast):
    testing.passes(seconds=30)
    call = testing.call(cast.anna)
    testing.sim.answer(call.sid)
    testing.sim.press(call.sid, "1")
    assert is_confirmed()


def test_nobody_answers_and_nobody_else_hears_of_it(testing, cast):
    testing.passes(minutes=40)
    assert not is_confirmed()
    assert [len(testing.texts(user)) for user in (cast.beata, cast.marek)] == [0, 0]


def test_an_alert_that_waits_is_answered_first(testing, cast):
    ticket = testing.files(cast.osp, cast.jan)
    testing.answers(cast.anna, "1")
    assert testing.state(ticket).acknowledged_by_id == cast.anna.id
    assert not is_confirmed()
    testing.answers(cast.anna, "1")
    assert is_confirmed()


def test_a_notice_of_a_normal_ticket_is_not_taken_instead(testing, cast):
    ticket = testing.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    testing.answers(cast.anna, "1")
    assert is_confirmed()
    assert testing.state(ticket).acknowledged_at is None
