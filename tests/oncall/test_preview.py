"""A preview names the messages of an alert, their people and times, and writes nothing."""

from datetime import timedelta

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Override
from helpdesk.models.codes import Channel, StepTarget
from helpdesk.oncall.preview import preview, replaced, schedule_that_decides
from helpdesk.oncall.sending import EMPTY_ROUND
from helpdesk.oncall.steps import PHONE, Plan, plans_of
from helpdesk.transaction import transaction
from tests.drafts import attempts


def minutes(found):
    return [(line.at - clock.now()) / timedelta(minutes=1) for line in found]


def test_the_steps_follow_each_other_and_the_first_comes_again(cast):
    found = preview(plans_of(cast.policy), clock.now())
    assert minutes(found) == [0, 5, 10, 15, 20]
    assert [(line.round, line.step.position) for line in found] == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]
    assert [line.sendings[0].user for line in found[:2]] == [cast.anna, cast.beata]


def test_a_message_has_its_second_and_its_address(cast):
    sms, call = preview(plans_of(cast.policy), clock.now())[0].sendings
    assert (sms.channel, call.channel) == (Channel.SMS, Channel.VOICE)
    assert call.due_at - sms.due_at == timedelta(seconds=30)
    assert call.address == cast.anna.contacts[0].value


def test_a_step_that_reaches_nobody_is_skipped_at_once_and_says_who(cast):
    with transaction():
        cast.anna.contacts[0].verified_at = None
    first, second = preview(plans_of(cast.policy), clock.now())[:2]
    assert (first.sendings, first.unreachable, second.at) == ([], [cast.anna], first.at)


def test_with_nobody_at_all_the_second_round_looks_again(cast):
    plans = [Plan(StepTarget.USER, PHONE), Plan(StepTarget.PEOPLE, PHONE)]
    found = preview(plans, clock.now())
    assert [line.at - clock.now() for line in found] == [timedelta()] * 2 + [EMPTY_ROUND] * 2


def test_who_comes_in_for_somebody_is_known(cast):
    with transaction():
        span = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(hours=1)}
        db.session.add(Override(schedule=cast.schedule, user=cast.celina, instead_of=cast.anna, **span))
    line = preview(plans_of(cast.policy), clock.now())[0]
    schedule = schedule_that_decides(line.step)
    assert line.sendings[0].user == cast.celina
    assert replaced(schedule, cast.celina, line.at) == cast.anna


def test_nothing_is_written(cast):
    preview(plans_of(cast.policy), clock.now())
    assert not db.session.new and attempts() == []
