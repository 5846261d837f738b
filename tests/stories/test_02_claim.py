"""Rule 2. A conditional update claims an attempt and looks at the alert again; nothing is open during the call."""

import threading
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Ticket, User
from helpdesk.models.codes import AckVia, AttemptState, Channel, Priority
from helpdesk.notify.worker import drain
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.outbox import add_attempt
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts, opened, works

S = AttemptState


@pytest.fixture
def beata_takes(cast):
    """A way for Beata to take a ticket in whatever thread."""
    user_id = cast.beata.id

    def act(ticket_id):
        with transaction():
            acknowledge(db.session.get(Ticket, ticket_id), db.session.get(User, user_id), AckVia.PAGE)

    return act


def test_three_workers_send_one_message(app, story, cast):
    opened(cast)
    at_once(app, *[lambda: drain((Channel.SMS,))] * 3)
    assert len(story.texts(cast.anna)) == 1


def test_three_workers_make_one_call(app, story, cast):
    opened(cast)
    clock.advance(timedelta(seconds=30))
    at_once(app, *[lambda: drain((Channel.VOICE,))] * 3)
    assert len(story.calls(cast.anna)) == 1


def test_several_workers_send_each_of_many_messages_once(app, story, cast):
    for _ in range(3):
        opened(cast, priority=Priority.NORMAL)
    at_once(app, *[lambda: drain((Channel.EMAIL,))] * 4)
    assert sorted(story.subjects(cast.beata)) == sorted(set(story.subjects(cast.beata)))
    assert len(story.subjects(cast.beata)) == 3


def test_what_was_acknowledged_between_due_and_claim_is_cancelled(story, cast, beata_takes):
    ticket = opened(cast)
    beata_takes(ticket.id)
    story.passes(minutes=1)
    assert {attempt.state for attempt in attempts(to=cast.anna)} == {S.CANCELLED}
    assert story.texts(cast.anna) == story.calls(cast.anna) == []


def test_an_acknowledgement_while_the_first_try_was_at_the_provider_cancels_the_second(story, cast, beata_takes):
    ticket_id = opened(cast).id
    story.sim.fault("503", "/Messages")
    story.meanwhile(lambda: beata_takes(ticket_id))
    story.passes(seconds=10)
    alert = [each for each in attempts(channel=Channel.SMS, to=cast.anna) if each.notification.escalation_id]
    assert [attempt.state for attempt in alert] == [S.FAILED, S.CANCELLED]
    assert [text for text in story.texts(cast.anna) if "PILNE" in text] == []


def test_a_ticket_that_was_resolved_rings_nobody_any_more(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    with transaction():
        resolve(ticket, of_user(cast.dorota))
    story.passes(minutes=1)
    assert story.calls(cast.anna) == []


def test_what_is_written_while_somebody_acknowledges_waits_for_them(app, story, cast, beata_takes):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time")
    ticket_id = opened(cast).id
    works(Channel.SMS)
    decided, goes_on = threading.Event(), threading.Event()

    def acknowledges_slowly():
        with transaction():
            beata_takes(ticket_id)
            decided.set()
            goes_on.wait(10)

    def is_tried_again():
        decided.wait(10)
        [first] = attempts(channel=Channel.SMS, to=cast.anna)
        with transaction():
            add_attempt(first.notification, first.lane, clock.now())
        clock.advance(timedelta(minutes=5))  # her number is free again
        drain((Channel.SMS,))
        goes_on.set()

    at_once(app, acknowledges_slowly, is_tried_again)
    works(Channel.SMS)
    assert len([text for text in story.texts(cast.anna) if "PILNE" in text]) == 1


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_no_connection_is_checked_out_while_the_provider_is_called(story, cast, channel):
    opened(cast)
    clock.advance(timedelta(seconds=30))
    seen = story.meanwhile(lambda: db.engine.pool.checkedout())
    works(channel)
    assert set(seen) == {0}
