"""The only door to the outside: said once, urgent first, never when moot, states only forward."""

from datetime import timedelta
from itertools import chain

import pytest
import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification
from helpdesk.models.codes import AckVia, AttemptState, Channel, Lane, NotificationEvent
from helpdesk.notify.worker import ALL
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.outbox import Letter, claim, enqueue, move
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts, opened

SMS = Channel.SMS


def letter(key="one", **changes):
    given = {"event": NotificationEvent.RECEIPT, "channel": SMS, "address": "+48500000090", "dedupe_key": key}
    return Letter(**{**given, **changes})


def written(*letters):
    with transaction():
        return [enqueue(each).attempts[0].id for each in letters]


def claimed(channel=SMS, lanes=ALL):
    with transaction():
        return claim(channel, lanes, "worker")


def state(attempt_id):
    db.session.expire_all()
    return db.session.get(Attempt, attempt_id).state


def test_the_same_thing_is_said_once(app):
    written(letter())
    written(letter())
    assert len(attempts()) == 1


def test_an_urgent_alert_goes_before_older_notices(app):
    written(letter())
    clock.advance(timedelta(seconds=1))
    [urgent] = written(letter("two", lane=Lane.ALERT))
    assert claimed() == urgent


def test_a_message_is_not_taken_before_its_time(app):
    written(letter(due_at=clock.now() + timedelta(seconds=30)))
    assert claimed() is None
    clock.advance(timedelta(seconds=30))
    assert claimed() is not None


def test_another_channel_or_lane_is_left_alone(app):
    written(letter())
    assert claimed(Channel.EMAIL) is None
    assert claimed(lanes=(Lane.ALERT, Lane.SECURITY)) is None


def test_what_is_past_its_time_expires_and_the_next_is_taken(app):
    [old] = written(letter(expires_at=clock.now()))
    clock.advance(timedelta(seconds=1))
    [young] = written(letter("two"))
    assert claimed() == young
    assert state(old) is AttemptState.EXPIRED


def test_an_alert_that_was_answered_is_cancelled_even_if_a_retry_came_later(app, cast):
    ticket = opened(cast)
    first = attempts(channel=SMS, to=cast.anna)[0]
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
        retry = outbox.add_attempt(first.notification, Lane.ALERT, clock.now()).id
    claimed(lanes=(Lane.ALERT, Lane.SECURITY))
    assert state(retry) is AttemptState.CANCELLED


def test_a_new_ticket_that_somebody_took_needs_no_notice(app, cast):
    ticket = opened(cast, priority="normal")
    first = attempts(channel=SMS, to=cast.anna)[0]
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
        retry = outbox.add_attempt(first.notification, Lane.NOTICE, clock.now()).id
    while claimed():
        pass
    assert state(retry) is AttemptState.CANCELLED


def test_two_workers_never_take_the_same_attempt(app):
    written(*(letter(str(number)) for number in range(12)))

    def take_all():
        found = []
        while (attempt_id := claimed()) is not None:
            found.append(attempt_id)
        return found

    taken = list(chain(*at_once(app, *[take_all] * 4)))
    assert len(taken) == len(set(taken)) == 12


def test_a_number_is_not_called_twice_at_the_same_moment(app):
    call = {"channel": Channel.VOICE, "lane": Lane.ALERT}
    written(letter(**call), letter("two", **call), letter("three", **call, address="+48500000091"))
    taken = at_once(app, *[lambda: claimed(Channel.VOICE)] * 3)
    assert len([attempt_id for attempt_id in taken if attempt_id]) == 2


def test_the_second_call_comes_when_the_first_is_over(app):
    call = {"channel": Channel.VOICE, "lane": Lane.ALERT}
    [first] = written(letter(**call))
    assert claimed(Channel.VOICE) == first
    [second] = written(letter("two", **call))
    assert claimed(Channel.VOICE) is None
    with transaction():
        move(first, AttemptState.UNDELIVERED)
    assert claimed(Channel.VOICE) == second


def test_a_call_that_nothing_is_heard_of_does_not_keep_the_line_busy(app):
    call = {"channel": Channel.VOICE, "lane": Lane.ALERT}
    written(letter(**call))
    claimed(Channel.VOICE)
    [second] = written(letter("two", **call))
    clock.advance(timedelta(minutes=2))
    assert claimed(Channel.VOICE) == second


def test_a_callback_before_our_own_commit_brings_the_id(app):
    [attempt_id] = written(letter())
    claimed()
    with transaction():
        assert move(attempt_id, AttemptState.SENT, provider_sid="SM1")
        assert not move(attempt_id, AttemptState.ACCEPTED, provider_sid="SM1")
    assert state(attempt_id) is AttemptState.SENT
    assert db.session.get(Attempt, attempt_id).provider_sid == "SM1"


def test_the_first_final_state_stays(app):
    [attempt_id] = written(letter())
    claimed()
    with transaction():
        assert move(attempt_id, AttemptState.DELIVERED)
        assert not move(attempt_id, AttemptState.FAILED, error_code="30008")
    assert db.session.get(Attempt, attempt_id).error_code == ""


def test_an_unknown_attempt_may_be_looked_into_at_once(app):
    [attempt_id] = written(letter())
    claimed()
    with transaction():
        move(attempt_id, AttemptState.UNKNOWN)
    assert db.session.get(Attempt, attempt_id).lease_until == clock.now()


@pytest.mark.parametrize("late", [AttemptState.UNKNOWN, AttemptState.ACCEPTED])
def test_what_the_worker_learns_late_does_not_move_it_back(app, late):
    [attempt_id] = written(letter())
    claimed()
    with transaction():
        move(attempt_id, AttemptState.SENT)
        assert not move(attempt_id, late)
    assert state(attempt_id) is AttemptState.SENT


def test_cancelling_leaves_what_was_sent(app, cast):
    ticket = opened(cast)
    sent = claimed()
    with transaction():
        outbox.cancel_for_ticket(ticket.id, (NotificationEvent.ALERT,))
    assert state(sent) is AttemptState.SENDING
    left = sa.select(Attempt.state).join(Notification).where(Notification.event == NotificationEvent.ALERT)
    assert set(db.session.scalars(left)) == {AttemptState.SENDING, AttemptState.CANCELLED}
