"""Nobody takes the call: the caller leaves a message, which lies with the ticket, while the alert runs."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attachment, HotlineCall, Ticket
from helpdesk.models.codes import HotlineState, RecordingState
from helpdesk.tickets.attachments import open_file, public_attachments


@pytest.fixture
def caller(story, cast):
    """Jan's call rings everybody in vain, until the tone."""
    sid = story.calls_us(cast.jan)
    story.sim.press(sid, "1")
    while the_call().state is HotlineState.RINGING:
        for user in cast.everybody():
            for ringing in [call for call in story.calls(user) if call.status == "ringing"]:
                story.sim.no_answer(ringing.sid)
    return sid


def the_call():
    db.session.expire_all()
    return db.session.query(HotlineCall).one()


def the_ticket():
    db.session.expire_all()
    return db.session.query(Ticket).one()


def notes():
    return [message.body for message in the_ticket().messages]


def test_the_caller_is_told_that_the_message_is_recorded(story, caller):
    assert story.sim.call(caller).transcript[-1].kind == "record"
    assert "nagr" in story.said_to(caller)


def test_the_alert_starts_when_nobody_is_left_to_ring(story, cast, caller):
    story.passes()
    assert the_ticket().number in story.last_text(cast.anna)


def test_after_the_message_the_caller_hears_the_number_and_is_texted_it(story, cast, caller):
    story.sim.speak(caller, 7)
    assert "M O D, 1" in story.said_to(caller)
    story.passes()
    assert the_ticket().number in story.last_text(cast.jan)


def test_the_message_lies_with_the_ticket_for_staff_only_and_is_deleted_there(story, caller):
    story.sim.speak(caller, 7)
    story.passes(seconds=20)
    call = the_call()
    assert (call.recording_state, call.recording_seconds) == (RecordingState.STORED, 7)
    assert call.attachment.content_type == "audio/mpeg"
    assert open_file(call.attachment).read_bytes()
    assert public_attachments(the_ticket()) == []
    assert story.sim.exchange.state.recordings.all() == []


def test_who_hangs_up_in_the_message_has_left_it(story, cast, caller):
    story.sim.hang_up(caller)
    story.passes(seconds=30)
    assert the_call().recording_state is RecordingState.STORED
    assert the_call().state is HotlineState.OVER
    assert the_ticket().number in story.last_text(cast.anna)


def test_who_says_nothing_is_told_the_number_too(story, caller):
    story.sim.wait(caller)
    assert "M O D, 1" in story.said_to(caller)
    story.passes(hours=1, minutes=30)
    assert the_call().recording_state is RecordingState.NONE


def test_a_message_that_the_provider_has_lost_says_call_back(story, cast, caller):
    story.sim.fault("404", "/Recordings/", method="GET", times=9)
    story.sim.speak(caller, 7)
    story.passes(minutes=5)
    assert the_call().recording_state is RecordingState.LOST
    assert "500 000 000" in notes()[-1]
    assert [event.data["moment"] for event in the_ticket().events if event.kind == "hotline"][-1] == "lost"


def test_a_provider_that_fails_is_asked_again_and_again(story, caller):
    story.sim.fault("503", "/Recordings/", method="GET", times=3)
    story.sim.speak(caller, 7)
    story.passes(minutes=1)
    assert the_call().recording_state is RecordingState.AWAITED
    story.passes(minutes=5)
    assert the_call().recording_state is RecordingState.STORED


def test_a_message_that_cannot_be_had_for_a_day_is_lost(story, caller):
    story.sim.fault("503", "/Recordings/", method="GET", times=99)
    story.sim.speak(caller, 7)
    story.passes(seconds=10)
    clock.advance(timedelta(hours=25))
    story.passes(seconds=10)
    assert the_call().recording_state is RecordingState.LOST


def test_a_message_that_is_no_sound_is_not_kept(story, caller):
    story.sim.fault("unreadable", "/Recordings/", method="GET", times=1)
    story.sim.speak(caller, 7)
    story.passes(seconds=10)
    assert db.session.query(Attachment).count() == 0
    story.passes(minutes=1)
    assert db.session.query(Attachment).count() == 1


def test_deleting_it_at_the_provider_is_tried_until_it_is_done(story, caller):
    story.sim.fault("503", "/Recordings/", method="DELETE", times=3)
    story.sim.speak(caller, 7)
    story.passes(minutes=1)
    assert story.sim.exchange.state.recordings.all()
    story.passes(minutes=5)
    assert story.sim.exchange.state.recordings.all() == []
    assert the_call().recording_next_at is None


def test_when_every_word_about_the_message_is_lost_the_provider_is_asked(story, caller):
    courier, fetch = story.sim.exchange.courier, story.sim.exchange.courier.fetch
    courier.fetch = lambda url, params: (0, "") if "/message/" in url else fetch(url, params)
    with story.sim.lose_callbacks():
        story.sim.hang_up(caller)
        story.passes(minutes=11)
    assert the_call().state is HotlineState.OVER
    story.passes(minutes=2)
    assert the_call().recording_state is RecordingState.STORED


def test_a_repeat_of_each_word_is_harmless(story, caller):
    story.sim.speak(caller, 7)
    for callback in story.sim.callbacks:
        story.sim.exchange.courier.fetch(callback.url, callback.params)
    story.passes(seconds=30)
    for callback in story.sim.callbacks:
        story.sim.exchange.courier.fetch(callback.url, callback.params)
    story.passes(seconds=30)
    assert db.session.query(Attachment).count() == 1
    assert the_call().recording_next_at is None


def test_whoever_has_the_ticket_is_told_of_the_message(story, cast, caller):
    story.passes()
    story.answers(cast.anna, "1")
    story.sim.speak(caller, 7)
    story.passes(seconds=20)
    assert the_ticket().acknowledged_by is cast.anna
    assert the_ticket().number in story.last_text(cast.anna)
    assert "wiadomo" in story.last_text(cast.anna)
