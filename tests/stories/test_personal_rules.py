"""A person's own rules in a running alert."""

from datetime import UTC, datetime, time

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import EscalationPolicy, NotifyRule, PolicyStep
from helpdesk.models.codes import Channel, Priority, StepTarget
from helpdesk.oncall.contacts import mark_broken, mark_stopped
from helpdesk.transaction import transaction

NIGHT = datetime(2026, 3, 11, 23, 30, tzinfo=UTC)
SMS, VOICE, EMAIL = Channel.SMS, Channel.VOICE, Channel.EMAIL
BY_DAY, BY_NIGHT = (time(7), time(22)), (time(22), time(7))


@pytest.fixture
def wants(cast):
    def write(user, *rules):
        with transaction():
            for channel, minutes, hours in rules:
                span = dict(zip(("from_time", "until_time"), hours, strict=True))
                row = {"user_id": user.id, "priority": Priority.URGENT, "channel": channel, "minutes": minutes}
                db.session.add(NotifyRule(**row, **span))

    return write


@pytest.fixture
def light_sleeper(cast, wants):
    """Anna: by day an SMS and a call after two minutes, at night the call first."""
    wants(cast.anna, (SMS, 0, BY_DAY), (VOICE, 2, BY_DAY), (VOICE, 0, BY_NIGHT), (SMS, 1, BY_NIGHT))
    return cast.anna


def test_by_day_the_sms_comes_first_and_the_call_when_she_wants_it(story, cast, light_sleeper):
    story.files(cast.osp, cast.jan)
    story.sim.deliver(story.sms(cast.anna).sid)
    story.passes(seconds=110)
    assert (len(story.texts(cast.anna)), story.calls(cast.anna)) == (1, [])
    story.passes(seconds=10)
    assert len(story.calls(cast.anna)) == 1


def test_at_night_the_call_comes_first(story, cast, light_sleeper):
    clock.freeze(NIGHT)
    story.files(cast.osp, cast.jan)
    assert (len(story.calls(cast.anna)), story.texts(cast.anna)) == (1, [])


def test_a_call_in_vain_brings_her_sms_at_once_and_then_the_next_person(story, cast, light_sleeper):
    clock.freeze(NIGHT)
    story.files(cast.osp, cast.jan)
    story.sim.no_answer(story.call(cast.anna).sid)
    story.passes()
    assert len(story.texts(cast.anna)) == 1
    story.sim.deliver(story.sms(cast.anna).sid)
    story.passes(seconds=20)
    assert len(story.texts(cast.beata)) == 1


def test_others_of_the_same_alert_keep_to_the_standard(story, cast, light_sleeper):
    story.files(cast.osp, cast.jan)
    story.sim.fail(story.sms(cast.anna).sid, 30006)
    story.passes(minutes=6)
    assert len(story.texts(cast.beata)) == 1
    assert len(story.calls(cast.beata)) == 1


def test_whoever_wants_only_a_late_call_is_texted_and_called_like_everybody(story, cast, wants):
    wants(cast.anna, (VOICE, 4, (None, None)))
    story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    assert (len(story.texts(cast.anna)), len(story.calls(cast.anna))) == (1, 1)


def test_whoever_wants_only_sms_and_sent_stop_is_called(story, cast, wants):
    wants(cast.anna, (SMS, 0, (None, None)))
    with transaction():
        mark_stopped(cast.anna.contacts[0], "21610")
    story.files(cast.osp, cast.jan)
    story.passes(seconds=10)
    assert len(story.calls(cast.anna)) == 1


def test_a_step_by_call_reaches_by_sms_whoever_wants_that(story, cast, wants):
    wants(cast.anna, (SMS, 0, (None, None)))
    with transaction():
        steps = [PolicyStep(position=0, target=StepTarget.ON_CALL, channels=["voice"])]
        db.session.add(EscalationPolicy(name="own", municipality_id=cast.modrzewie.id, steps=steps))
    story.files(cast.osp, cast.jan)
    story.passes()
    assert (len(story.texts(cast.anna)), story.calls(cast.anna)) == (1, [])


def test_the_mail_of_the_last_resort_comes_whatever_the_manager_wants(story, cast, wants):
    wants(cast.marek, (SMS, 0, (None, None)))
    with transaction():
        for user in (cast.anna, cast.beata, cast.celina, cast.dorota):
            mark_broken(user.contacts[0], "30005")
    story.files(cast.osp, cast.jan)
    story.passes(minutes=10)
    assert any("Wstrzymany post" in subject or "MOD-" in subject for subject in story.subjects(cast.marek))
