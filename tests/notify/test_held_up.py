"""A worker that was held up between its claim and the POST looks again before it sends."""

from datetime import timedelta

import pytest

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Ticket, User
from helpdesk.models.codes import AckVia, AttemptState, Channel, NotificationEvent
from helpdesk.notify import held_up
from helpdesk.notify.held_up import may_send
from helpdesk.notify.reconcile import take_over_expired
from helpdesk.notify.worker import ALL, URGENT
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.outbox import Letter, claim
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, own_session

S = AttemptState


@pytest.fixture
def ticket(cast):
    return opened(cast)


@pytest.fixture
def claimed(ticket):
    with transaction():
        return claim(Channel.SMS, URGENT, "worker")


def may_send_after(seconds, attempt_id):
    since = clock.now()
    clock.advance(timedelta(seconds=seconds))
    with own_session():
        return may_send(attempt_id, "worker", since)


def test_what_was_claimed_just_now_is_sent(claimed):
    assert may_send_after(0.1, claimed)


def test_a_look_that_took_long_itself_is_repeated(claimed, ticket, cast, monkeypatch):
    look, ticket_id, anna_id = held_up._is_ours_and_wanted, ticket.id, cast.anna.id

    def look_slowly(attempt_id, owner):
        found = look(attempt_id, owner)
        clock.advance(timedelta(seconds=1))
        with transaction():
            acknowledge(db.session.get_one(Ticket, ticket_id), db.session.get_one(User, anna_id), AckVia.PAGE)
        return found

    monkeypatch.setattr(held_up, "_is_ours_and_wanted", look_slowly)
    assert not may_send_after(2, claimed)


def test_after_a_while_it_is_sent_if_it_is_still_wanted_and_the_lease_starts_anew(claimed):
    assert may_send_after(50, claimed)
    assert attempts(channel=Channel.SMS)[0].lease_until == clock.now() + timedelta(seconds=60)


def test_after_a_while_what_another_worker_took_over_is_not_sent(claimed):
    clock.advance(timedelta(seconds=61))
    with own_session():
        take_over_expired()
    assert not may_send_after(2, claimed)
    assert attempts(channel=Channel.SMS)[0].state is S.UNKNOWN


def test_after_a_while_an_alert_that_was_acknowledged_is_cancelled(claimed, ticket, cast):
    with transaction():
        acknowledge(ticket, cast.anna, AckVia.PAGE)
    assert not may_send_after(2, claimed)
    assert attempts(channel=Channel.SMS)[0].state is S.CANCELLED


def test_after_a_while_a_text_about_a_ticket_that_was_taken_is_written_anew_without_it(story, ticket, cast):
    other = opened(cast)
    with transaction():
        both = claim(Channel.SMS, URGENT, "worker")
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
    assert not may_send_after(2, both)
    story.passes(seconds=30)
    told = [text for text in story.texts(cast.anna) if "PILNE" in text]
    assert [other.number in text and ticket.number not in text for text in told] == [True]


def test_after_a_while_a_call_about_several_tickets_rings_for_those_that_nobody_took(ticket, cast):
    opened(cast)
    clock.advance(timedelta(seconds=30))
    with transaction():
        both = claim(Channel.VOICE, URGENT, "worker")
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
    assert may_send_after(2, both)


@pytest.mark.parametrize(("channel", "seconds"), [(Channel.SMS, 60), (Channel.VOICE, 60), (Channel.EMAIL, 300)])
def test_the_lease_is_as_long_as_the_channel_is_slow(app, channel, seconds):
    with transaction():
        event = NotificationEvent.SIGN_IN_CODE
        outbox.enqueue(Letter(event=event, channel=channel, address="x", dedupe_key="one"))
        mine = claim(channel, ALL, "worker")
    assert attempts()[0].lease_until == clock.now() + timedelta(seconds=seconds)
    assert may_send_after(10, mine)
    assert attempts()[0].lease_until == clock.now() + timedelta(seconds=seconds)
