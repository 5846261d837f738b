"""What the preview of an alert says is what happens, to the second, when nobody answers."""

from datetime import UTC, datetime

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, EscalationPolicy, PolicyStep
from helpdesk.models.codes import AttemptState, Channel, StepTarget
from helpdesk.oncall.preview import preview
from helpdesk.oncall.steps import plans_of, policy_for, scope_of
from helpdesk.transaction import transaction
from tests.drafts import attempts, phone_of

SATURDAY_NIGHT = datetime(2026, 3, 14, 22, 10, tzinfo=UTC)  # 23:10 in Warsaw


def previewed(ticket):
    """(when, to whom, channel) of every message that the preview of the ticket's alert shows."""
    plans = plans_of(policy_for(scope_of(ticket)))
    lines = preview(plans, ticket.created_at)
    return [(each.due_at, each.address, each.channel) for line in lines for each in line.sendings]


def sent(until):
    """The same of what really went out."""
    found = [each for each in attempts() if each.notification.escalation_id and each.due_at <= until]
    assert all(each.sending_at == each.due_at for each in found if each.state is not AttemptState.DUE)
    return [(each.sending_at, each.address, each.channel) for each in found]


def nobody_answers(story, cast, seconds):
    """Every SMS arrives, every phone rings on, and nobody does anything."""
    staff = (cast.anna, cast.beata, cast.celina, cast.dorota, cast.marek)
    for _ in range(0, seconds + 10, 10):
        for message in [message for user in staff for message in story.sim.messages_to(phone_of(user))]:
            if message.status != "delivered":
                story.sim.deliver(message.sid)
        story.passes(seconds=10)


def in_order(messages):
    return sorted(messages, key=lambda each: (each[0], each[1], each[2]))


@pytest.fixture
def own_policy(cast):
    """Two people, one of whom has no phone; whoever is on duty, twice; the next one by call alone."""
    people = [cast.celina.id, cast.dorota.id]
    first = PolicyStep(position=0, target=StepTarget.PEOPLE, user_ids=people, channels=["sms"], minutes=2)
    twice = PolicyStep(
        position=1,
        target=StepTarget.ON_CALL,
        repeats=2,
        channels=["sms", "voice"],
        channel_gap_seconds=60,
        minutes=4,
    )
    empty = PolicyStep(position=2, target=StepTarget.USER, user_id=cast.dorota.id, channels=["voice"])
    last = PolicyStep(position=3, target=StepTarget.NEXT_ON_CALL, channels=["voice"])
    with transaction():
        cast.dorota.contacts[0].verified_at = None
        steps = [first, twice, empty, last]
        db.session.add(EscalationPolicy(name="own", municipality_id=cast.modrzewie.id, steps=steps))


@pytest.mark.parametrize("policy", ["the house's", "an own one"])
def test_exactly_the_previewed_messages_go_out_at_their_times(story, cast, request, policy):
    if policy == "an own one":
        request.getfixturevalue("own_policy")
    clock.advance(SATURDAY_NIGHT - clock.now())
    ticket = story.files(cast.osp, cast.jan)
    expected = previewed(ticket)
    until = expected[-1][0]
    nobody_answers(story, cast, int((until - clock.now()).total_seconds()))
    assert in_order(sent(until)) == in_order(expected)
    assert {channel for _, _, channel in expected} >= {Channel.SMS, Channel.VOICE}


def test_the_second_attempt_of_a_preview_is_none(story, cast):
    """A repeat would be an attempt that no preview names."""
    story.files(cast.osp, cast.jan)
    nobody_answers(story, cast, 21 * 60)
    assert {each.ordinal for each in db.session.scalars(db.select(Attempt))} == {0}
