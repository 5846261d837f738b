"""What did not arrive in the last day."""

import pytest

from helpdesk.health import providers
from helpdesk.health.sent import lost
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.transaction import transaction
from tests import vitals

S = AttemptState


def test_a_message_that_was_tried_often_is_lost_once(cast):
    first = vitals.ended(cast.jan, S.FAILED, "30008")
    last = vitals.again(first, S.FAILED)
    assert [attempt.id for attempt in lost()] == [last.id]


@pytest.mark.parametrize("state", [S.DUE, S.DELIVERED])
def test_what_arrived_at_the_next_try_or_is_being_tried_again_is_not_lost(cast, state):
    vitals.again(vitals.ended(cast.jan, S.FAILED, "30008"), state)
    assert lost() == []


def test_a_call_that_rang_is_not_lost_and_one_that_could_not_be_put_through_is(cast):
    vitals.rang(cast.jan)
    vitals.ended(cast.jan, S.UNDELIVERED, channel=Channel.VOICE, provider="voice:twilio")
    failed = vitals.ended(cast.jan, S.FAILED, channel=Channel.VOICE, provider="voice:twilio")
    assert [attempt.id for attempt in lost()] == [failed.id]


def test_a_bundle_is_lost_once_and_does_not_make_a_channel_failing(cast):
    carrier, *carried = [vitals.ended(cast.jan, S.FAILED, "30008") for _ in range(3)]
    with transaction():
        for attempt in carried:
            attempt.carried_by = carrier.id
    assert len(lost()) == 1
    assert providers.channels().ok
