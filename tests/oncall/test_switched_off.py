"""Somebody is switched off in the middle of an alert: it goes on as if they were not reached."""

from datetime import timedelta

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import advance_escalations
from helpdesk.models.codes import AttemptState
from helpdesk.oncall.running_alerts import running
from helpdesk.outbox import move
from helpdesk.people.staff import switch_off
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened


def test_the_next_step_comes_at_once_whatever_had_arrived(cast):
    ticket = opened(cast)
    sms, _call = attempts(to=cast.anna)
    with transaction():
        move(sms.id, AttemptState.DELIVERED)
    clock.advance(timedelta(seconds=5))
    with transaction():
        switch_off(cast.anna, cast.marek)
    advance_escalations()
    db.session.rollback()
    assert running(ticket).position == 1
    assert attempts(to=cast.beata)


def test_a_key_that_is_pressed_after_it_takes_nothing(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    call = story.call(cast.anna)
    story.sim.answer(call.sid)
    with transaction():
        switch_off(cast.anna, cast.marek)
    story.sim.press(call.sid, "1")
    assert story.state(ticket).acknowledged_by is None
