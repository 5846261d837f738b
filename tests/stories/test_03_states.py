"""Rule 3. States only move forward; the provider's word may come early, late, twice, out of order or never."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models.codes import AttemptState, Channel, EventKind
from helpdesk.notify.worker import drain
from tests.drafts import at_once, attempts, opened, phone_of, soon

S = AttemptState


@pytest.fixture
def sms(cast):
    """The alert's SMS to Anna as the database has it."""

    def find():
        return attempts(channel=Channel.SMS, to=cast.anna)[0]

    return find


def outcomes(story, ticket):
    return [event for event in story.state(ticket).events if event.kind is EventKind.ATTEMPT]


def test_a_report_before_our_own_commit_stays_and_brings_the_id(app, story, cast, sms):
    opened(cast)
    phone = phone_of(cast.anna)
    story.sim.fault("slow", "/Messages", seconds=10)

    def reports():
        story.sim.deliver(soon(lambda: story.sim.messages_to(phone))[0].sid)
        story.sim.faults.release()

    at_once(app, lambda: drain((Channel.SMS,)), reports)
    assert (sms().state, sms().provider_sid) == (S.DELIVERED, story.sms(cast.anna).sid)


def test_what_was_delivered_stays_delivered_in_whatever_order_the_reports_come(story, cast, sms):
    with story.sim.hold_callbacks():
        story.files(cast.osp, cast.jan)
        story.sim.deliver(story.sms(cast.anna).sid)
        story.sim.release_callbacks(lambda held: held[::-1])
    assert (sms().state, sms().provider_status) == (S.DELIVERED, "delivered")


def test_a_report_that_comes_twice_is_written_down_once(story, cast):
    with story.sim.hold_callbacks():
        ticket = story.files(cast.osp, cast.jan)
        story.sim.undeliver(story.sms(cast.anna).sid, 30003)
        story.sim.release_callbacks(lambda held: held * 3)
    story.passes(minutes=2)
    states = [event.data["state"] for event in outcomes(story, ticket)]
    assert states.count("undelivered") == 1
    assert len(story.texts(cast.anna)) == 2  # the one retry that the code asks for


def test_a_report_that_never_comes_is_asked_for(story, cast, sms):
    with story.sim.lose_callbacks():
        story.files(cast.osp, cast.jan)
        story.sim.deliver(story.sms(cast.anna).sid)
    assert sms().state is S.ACCEPTED
    story.passes(seconds=70)
    assert sms().state is S.DELIVERED


def test_a_call_whose_end_is_never_reported_is_asked_about(story, cast):
    story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    story.sim.deliver(story.sms(cast.anna).sid)
    with story.sim.lose_callbacks():
        story.sim.busy(story.call(cast.anna).sid)
    story.passes(seconds=70)
    assert story.texts(cast.beata)


def test_a_late_failure_of_a_step_that_is_over_disturbs_nobody(story, cast):
    with story.sim.hold_callbacks():
        story.files(cast.osp, cast.jan)
        story.sim.undeliver(story.sms(cast.anna).sid, 30005)
        clock.advance(timedelta(minutes=5))
        story.passes()
        for call in story.calls(cast.anna):
            story.sim.busy(call.sid)
        before = len(story.texts(cast.celina))
        story.sim.release_callbacks()
    story.passes()
    assert len(story.texts(cast.celina)) == before == 0


def test_ringing_reported_after_the_end_of_the_call_does_not_bring_it_back(story, cast):
    story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    with story.sim.hold_callbacks():
        story.sim.no_answer(story.call(cast.anna).sid)
        story.sim.release_callbacks(lambda held: held[::-1])
    assert attempts(channel=Channel.VOICE, to=cast.anna)[0].state is S.UNDELIVERED


@pytest.mark.parametrize(
    "impossible",
    [
        "state = 'sending', lease_owner = NULL",
        "state = 'accepted', accepted_at = NULL",
        "state = 'sent', sending_at = NULL",
        "state = 'delivered', finished_at = NULL",
        "state = 'cancelled', finished_at = NULL",
        "state = 'due', finished_at = due_at",
        "state = 'lost'",
    ],
)
def test_the_table_itself_refuses_a_state_without_its_times(cast, impossible):
    opened(cast)
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE attempt SET {impossible}"))
