"""Rule 7. Not reached: the next channel of the same person now; after the last channel the next step now."""

import pytest

from helpdesk.extensions import db
from helpdesk.models import EscalationPolicy, PolicyStep
from helpdesk.models.codes import AttemptState, Channel, StepTarget
from helpdesk.notify.sms import valid_seconds
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened

S = AttemptState


@pytest.fixture
def ticket(story, cast):
    return story.files(cast.osp, cast.jan)


@pytest.fixture
def ringing(story, cast, ticket):
    """The SMS arrived, and half a minute later the phone rings."""
    story.sim.deliver(story.sms(cast.anna).sid)
    story.passes(seconds=30)
    return story.call(cast.anna).sid


@pytest.fixture
def first_step(cast):
    """The gmina's own policy: to whom over what, then whoever is next by SMS."""

    def change(*channels, target=StepTarget.ON_CALL):
        first = PolicyStep(position=0, target=target, channels=list(channels))
        second = PolicyStep(position=1, target=StepTarget.NEXT_ON_CALL, channels=["sms"])
        with transaction():
            own = EscalationPolicy(name="own", municipality_id=cast.modrzewie.id, steps=[first, second])
            db.session.add(own)

    return change


SMS_ENDS = {
    "undelivered": lambda sim, sid: sim.undeliver(sid, 30005),
    "failed": lambda sim, sid: sim.fail(sid, 30006),
    "phone off": lambda sim, sid: sim.undeliver(sid, 30003),
    "an unheard-of code": lambda sim, sid: sim.undeliver(sid, 39999),
}


@pytest.mark.parametrize("end", SMS_ENDS)
def test_an_sms_that_does_not_arrive_calls_the_same_person_at_once(story, cast, ticket, end):
    SMS_ENDS[end](story.sim, story.sms(cast.anna).sid)
    story.passes()
    assert len(story.calls(cast.anna)) == 1
    assert story.texts(cast.beata) == []


def test_an_sms_that_the_provider_refuses_calls_the_same_person_at_once(story, cast):
    story.sim.exchange.state.opted_out.add(cast.anna.contacts[0].value)
    story.files(cast.osp, cast.jan)
    assert len(story.calls(cast.anna)) == 1


CALL_ENDS = {
    "busy": lambda sim, call: sim.busy(call),
    "no answer": lambda sim, call: sim.no_answer(call),
    "failed": lambda sim, call: sim.fail(call),
    "hung up without a digit": lambda sim, call: sim.answer(call) and sim.hang_up(call),
    "a wrong key and hung up": lambda sim, call: sim.answer(call) and sim.press(call, "7") and sim.hang_up(call),
    "a voicemail that listens to the end": lambda sim, call: (
        sim.answer(call) and [sim.wait(call) for _ in range(3)]
    ),
}


@pytest.mark.parametrize("end", CALL_ENDS)
def test_a_call_without_a_digit_alerts_the_next_person_at_once(story, cast, ticket, ringing, end):
    CALL_ENDS[end](story.sim, ringing)
    story.passes()
    assert story.state(ticket).acknowledged_at is None
    assert ticket.number in story.last_text(cast.beata)
    ended = S.FAILED if end == "failed" else S.UNDELIVERED
    assert attempts(channel=Channel.VOICE, to=cast.anna)[0].state is ended


def test_a_call_that_the_provider_refuses_alerts_the_next_person_at_once(story, cast, ticket):
    story.sim.deliver(story.sms(cast.anna).sid)
    story.sim.fault("503", "/Calls", times=5)
    story.passes(minutes=2)
    assert ticket.number in story.last_text(cast.beata)


def test_a_person_who_still_may_answer_the_call_is_not_passed_over(story, cast, ticket, ringing):
    story.sim.answer(ringing)
    story.passes(minutes=1)
    assert story.texts(cast.beata) == []


def test_only_a_digit_a_reply_or_a_click_is_an_acknowledgement(story, cast, ticket, ringing):
    story.sim.answer(ringing)
    story.sim.press(ringing, "#")
    story.sim.press(ringing, "9")
    assert story.state(ticket).acknowledged_at is None
    story.sim.press(ringing, "1")
    assert story.state(ticket).acknowledged_by.name == cast.anna.name


def test_an_sms_that_is_not_confirmed_in_the_steps_seconds_counts_as_not_arrived(story, cast, first_step):
    first_step("sms")
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=20)
    assert story.texts(cast.beata) == []
    story.passes(seconds=20)
    assert ticket.number in story.last_text(cast.beata)


def test_giving_an_sms_up_is_written_down_once(story, cast, ticket):
    story.passes(minutes=2)
    given_up = attempts(channel=Channel.SMS, to=cast.anna)[0]
    told = [e.data for e in story.state(ticket).events if e.data.get("state") == "unconfirmed"]
    assert [data["attempt"] for data in told].count(given_up.id) == 1
    assert given_up.unconfirmed_at is not None


def test_where_sms_and_call_go_out_together_the_sms_has_time_to_arrive(story, cast):
    step = PolicyStep(position=0, target=StepTarget.ON_CALL, channels=["sms"], channel_gap_seconds=0)
    with transaction():
        db.session.add(EscalationPolicy(name="own", municipality_id=cast.modrzewie.id, steps=[step]))
    story.files(cast.osp, cast.jan)
    story.passes(seconds=10)
    assert story.texts(cast.beata) == []


def test_an_sms_is_of_no_use_after_its_step(story, cast):
    step = PolicyStep(position=0, target=StepTarget.ON_CALL, channels=["sms"], minutes=2)
    with transaction():
        db.session.add(EscalationPolicy(name="own", municipality_id=cast.modrzewie.id, steps=[step]))
    story.files(cast.osp, cast.jan)
    assert valid_seconds(attempts(channel=Channel.SMS, to=cast.anna)[0]) == 90


def test_an_sms_that_left_but_never_arrived_counts_as_not_arrived(story, cast, first_step):
    first_step("sms")
    story.files(cast.osp, cast.jan)
    story.sim.send(story.sms(cast.anna).sid)
    story.passes(seconds=40)
    assert story.texts(cast.beata)


def test_an_sms_that_arrived_has_the_whole_time_of_its_step(story, cast, first_step):
    first_step("sms")
    story.files(cast.osp, cast.jan)
    story.sim.deliver(story.sms(cast.anna).sid)
    story.passes(minutes=4)
    assert story.texts(cast.beata) == []


def test_an_answer_to_an_sms_that_was_given_up_counts_after_all(story, cast, first_step):
    first_step("sms")
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=40)
    story.answers(cast.anna, "1")
    assert story.state(ticket).acknowledged_by.name == cast.anna.name


def test_when_the_call_failed_first_the_next_step_comes_when_the_sms_is_overdue(story, cast, ticket):
    story.passes(seconds=30)
    story.sim.busy(story.call(cast.anna).sid)
    story.passes(seconds=10)
    assert ticket.number in story.last_text(cast.beata)


def test_a_refused_mail_alerts_the_next_person_at_once(story, cast, first_step):
    first_step("email")
    story.sim.refuse_mail("anna@modrzewie.test")
    ticket = story.files(cast.osp, cast.jan)
    story.passes()
    assert ticket.number in story.last_text(cast.beata)


def test_a_refused_mail_calls_the_same_person_at_once(story, cast, first_step):
    first_step("email", "voice")
    story.sim.refuse_mail("anna@modrzewie.test")
    story.files(cast.osp, cast.jan)
    story.passes()
    assert len(story.calls(cast.anna)) == 1


def test_a_mail_beside_them_does_not_hold_the_next_person_up(story, cast, first_step):
    first_step("sms", "voice", "email")
    ticket = story.files(cast.osp, cast.jan)
    story.sim.undeliver(story.sms(cast.anna).sid, 30005)
    story.passes()
    story.sim.no_answer(story.call(cast.anna).sid)
    story.passes(seconds=40)
    assert story.subjects(cast.anna)
    assert ticket.number in story.last_text(cast.beata)


def test_of_several_people_the_last_one_not_reached_calls_the_next_step(story, cast, first_step):
    first_step("sms", target=StepTarget.ADMINISTRATORS)
    team = [cast.anna, cast.beata, cast.celina, cast.dorota]
    with transaction():
        for user in team:
            user.contacts[1].verified_at = None  # else a mail would be their next channel
    opened(cast)
    story.passes()
    for user in team[:3]:
        story.sim.undeliver(story.sms(user).sid, 30006)
    story.passes()
    assert len(story.texts(cast.beata)) == 1
    story.sim.undeliver(story.sms(cast.dorota).sid, 30006)
    story.passes(seconds=20)
    assert len(story.texts(cast.beata)) == 2
