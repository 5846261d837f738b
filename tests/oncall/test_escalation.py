"""An alert moves on until somebody answers; it cannot end in silence, and cannot run wild."""

from datetime import timedelta

import pytest

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.jobs import advance_escalations
from helpdesk.models import Attempt, Contact, Escalation, EscalationPolicy, PolicyStep
from helpdesk.models.codes import AckVia, AttemptState, Channel, ContactKind, EventKind, Lane, StepTarget
from helpdesk.notify import outcome
from helpdesk.notify.parcel import Decision, DeliveryError
from helpdesk.oncall import escalation as escalations
from helpdesk.oncall import in_vain
from helpdesk.oncall.acknowledgement import pass_on
from helpdesk.oncall.escalation import open_escalation
from helpdesk.oncall.running_alerts import running, unanswered
from helpdesk.oncall.steps import plans_of, policy_for, scope_of
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts, opened

SMS, VOICE = Channel.SMS, Channel.VOICE
TEMPORARY = DeliveryError(Decision.TEMPORARY, "20429", "")


@pytest.fixture
def ticket(cast):
    return opened(cast)


@pytest.fixture
def alert(ticket):
    return running(ticket)


def goes_by(**time):
    clock.advance(timedelta(**time))
    advance_escalations()
    db.session.rollback()


def names(ticket):
    db.session.rollback()
    return [e.data["names"] for e in ticket.events if e.kind is EventKind.ALERTED]


def fails(attempt, code="30005"):
    with transaction():
        outcome.reported(attempt.id, AttemptState.UNDELIVERED, sid=None, status="undelivered", code=code)


def all_fail(user):
    for attempt in attempts(to=user):
        fails(attempt)


def plans_for(ticket):
    return plans_of(policy_for(scope_of(ticket)))


def policy_of(cast, *steps):
    with transaction():
        db.session.add(EscalationPolicy(name="own", municipality_id=cast.modrzewie.id, steps=list(steps)))


def test_the_sms_goes_first_and_the_call_after_its_gap(cast, alert):
    sms, call = attempts(to=cast.anna)
    assert (sms.channel, call.channel) == (SMS, VOICE)
    assert call.due_at - sms.due_at == timedelta(seconds=30)


def test_an_alert_that_runs_is_not_started_twice(ticket, alert):
    with transaction():
        assert open_escalation(ticket) is alert


def test_a_missed_run_is_caught_up_by_one_step(ticket):
    goes_by(hours=1)
    assert len(names(ticket)) == 2


def test_two_schedulers_take_one_step(app, ticket, alert):
    clock.advance(timedelta(minutes=5))
    at_once(app, advance_escalations, advance_escalations)
    assert len(names(ticket)) == 2


def test_after_the_last_step_the_first_comes_again(ticket, alert):
    for _ in range(4):
        goes_by(minutes=5)
    assert names(ticket)[0] == names(ticket)[4]
    assert (alert.round, alert.position) == (1, 0)


def test_it_is_called_unanswered_once_the_last_step_has_begun(ticket, alert):
    goes_by(minutes=5)
    assert unanswered() == []
    goes_by(minutes=5)
    goes_by(minutes=5)
    assert unanswered() == [alert]


def test_the_steps_stay_as_they_were_when_it_began(cast, ticket, alert):
    with transaction():
        cast.policy.steps.clear()
    assert len(alert.steps) == 4


def test_a_policy_without_a_last_resort_gets_one(cast):
    policy_of(cast, PolicyStep(position=0, target=StepTarget.ON_CALL, channels=["sms"]))
    targets = [plan.target for plan in plans_for(opened(cast))]
    assert targets == [StepTarget.ON_CALL, StepTarget.ADMINISTRATORS, StepTarget.MANAGERS]


def test_a_mail_is_no_last_resort(cast):
    policy_of(cast, PolicyStep(position=0, target=StepTarget.ADMINISTRATORS, channels=["email"]))
    assert [plan.target for plan in plans_for(opened(cast))].count(StepTarget.ADMINISTRATORS) == 2


def test_managers_who_have_a_mail_in_the_policy_get_no_second_one(cast):
    policy_of(cast, PolicyStep(position=0, target=StepTarget.MANAGERS, channels=["email"]))
    plans = [plan for plan in plans_for(opened(cast)) if plan.target is StepTarget.MANAGERS]
    assert [plan.channels for plan in plans] == [["email"], ["sms", "voice"]]


def test_a_policy_without_steps_alerts_whoever_is_on_call(cast):
    policy_of(cast)
    assert names(opened(cast)) == [[cast.anna.name]]


def test_without_any_policy_or_schedule_all_administrators_are_alerted(cast):
    with transaction():
        db.session.delete(cast.policy)
        cast.schedule.rotations[0].members.clear()
    assert cast.dorota.name in names(opened(cast))[0]


def test_a_step_for_a_person_who_was_removed_is_skipped(cast):
    policy_of(cast, PolicyStep(position=0, target=StepTarget.USER, channels=["sms"]))
    ticket = opened(cast)
    assert cast.anna.name in names(ticket)[0]
    assert ticket.events[1].kind is EventKind.STEP_EMPTY


def test_somebody_without_a_usable_phone_is_skipped(cast):
    with transaction():
        cast.anna.contacts[0].broken_at = clock.now()
    assert names(opened(cast)) == [[cast.beata.name]]


def test_who_sent_stop_is_called_at_once_and_gets_no_sms(cast):
    with transaction():
        cast.anna.contacts[0].opted_out_at = clock.now()
    opened(cast)
    assert [(a.channel, a.due_at) for a in attempts(to=cast.anna)] == [(Channel.VOICE, clock.now())]


def test_an_unverified_number_is_not_alerted(cast):
    with transaction():
        cast.anna.contacts = [Contact(kind=ContactKind.PHONE, value="+48500000099")]
    assert names(opened(cast)) == [[cast.beata.name]]


def test_with_nobody_at_all_it_looks_again_soon(cast):
    with transaction():
        for user in cast.everybody():
            if user.is_staff:
                user.contacts.clear()
    ticket = opened(cast)
    assert running(ticket).next_step_at == clock.now() + escalations.EMPTY_ROUND
    assert names(ticket) == []


def test_one_broken_alert_does_not_hold_up_the_others(cast, ticket):
    broken = running(opened(cast))
    with transaction():
        for step in broken.steps:
            step.channels = ["pigeon"]
        broken.next_step_at = clock.now()
    goes_by(minutes=5)
    assert names(ticket)[-1] == [cast.beata.name]


def test_an_sms_that_failed_brings_the_call_forward(cast, alert):
    sms, _call = attempts(to=cast.anna)
    fails(sms)
    assert attempts(to=cast.anna)[1].due_at == clock.now()


def test_when_every_channel_of_the_person_failed_the_next_step_is_due(cast, ticket):
    all_fail(cast.anna)
    goes_by(seconds=0)
    assert names(ticket)[-1] == [cast.beata.name]


def test_while_one_channel_may_still_reach_the_person_the_step_keeps_its_time(cast, ticket, alert):
    _sms, call = attempts(to=cast.anna)
    fails(call)
    assert alert.next_step_at == clock.now() + timedelta(minutes=5)


def test_a_retry_is_not_brought_forward(cast, alert):
    sms, call = attempts(to=cast.anna)
    with transaction():
        outcome.refused(sms.id, TEMPORARY)
        outcome.refused(call.id, TEMPORARY)
    retry = attempts(channel=SMS, to=cast.anna)[1]
    assert retry.due_at > clock.now()


def test_a_provider_that_is_busy_does_not_wake_the_next_person(cast, alert):
    with transaction():
        for attempt in attempts(to=cast.anna):
            outcome.refused(attempt.id, TEMPORARY)
    assert alert.next_step_at > clock.now()


def test_a_phone_that_was_off_gets_a_second_sms_but_the_next_step_does_not_wait(cast, alert):
    sms, call = attempts(to=cast.anna)
    fails(sms, "30003")
    fails(call)
    assert attempts(channel=SMS, to=cast.anna)[1].state is AttemptState.DUE
    assert alert.next_step_at == clock.now()


def test_where_nobody_can_be_reached_the_rounds_do_not_chase_each_other(cast, ticket, alert):
    for _ in range(12):
        for attempt in attempts():
            fails(attempt)
        goes_by(seconds=2)
    assert len(names(ticket)) == 4
    assert alert.next_step_at > clock.now() + timedelta(minutes=4)


def test_a_late_failure_of_a_step_that_is_over_changes_nothing(cast, ticket, alert):
    early = attempts(to=cast.anna)
    goes_by(minutes=5)
    for attempt in early:
        fails(attempt)
    assert alert.next_step_at == clock.now() + timedelta(minutes=5)


def test_a_late_failure_of_an_earlier_round_changes_nothing(cast, ticket, alert):
    early = attempts(to=cast.anna)
    for _ in range(4):
        goes_by(minutes=5)
    for attempt in early:
        fails(attempt)
    assert alert.next_step_at == clock.now() + timedelta(minutes=5)


def test_of_two_failures_at_the_same_moment_one_calls_the_next_step(app, cast, alert):
    ids = [attempt.id for attempt in attempts(to=cast.anna)]
    at_once(app, *[lambda each=each: fails(db.session.get(Attempt, each)) for each in ids])
    db.session.rollback()
    assert alert.next_step_at == clock.now()


def test_a_failure_after_the_answer_starts_nothing(cast, ticket, alert):
    sms = attempts(to=cast.anna)[0]
    with transaction():
        escalations.end(ticket)
    fails(sms)
    assert alert.next_step_at is None


def test_who_passes_on_is_left_alone_and_the_next_person_comes_now(cast, ticket, alert):
    with transaction():
        pass_on(ticket, cast.anna, AckVia.SMS)
    assert alert.next_step_at == clock.now()
    assert {a.state for a in attempts(to=cast.anna)} == {AttemptState.CANCELLED}


def test_passing_on_late_skips_nobody(cast, ticket, alert):
    goes_by(minutes=5)
    with transaction():
        pass_on(ticket, cast.anna, AckVia.SMS)
    assert alert.next_step_at > clock.now()


def test_of_many_the_last_to_pass_on_calls_the_next_step(cast, ticket, alert):
    goes_by(minutes=5)
    goes_by(minutes=5)
    everybody = (cast.anna, cast.beata, cast.celina, cast.dorota)
    for user in everybody[:3]:
        with transaction():
            pass_on(ticket, user, AckVia.SMS)
    assert alert.next_step_at > clock.now()
    with transaction():
        pass_on(ticket, cast.dorota, AckVia.SMS)
    assert alert.next_step_at == clock.now()


def test_the_last_who_could_answer_and_passes_on_calls_the_next_step(cast, ticket, alert):
    goes_by(minutes=5)
    goes_by(minutes=5)
    for user in (cast.beata, cast.celina, cast.dorota):
        for attempt in attempts(to=user):
            fails(attempt)
    assert alert.next_step_at > clock.now()
    with transaction():
        pass_on(ticket, cast.anna, AckVia.SMS)
    assert alert.next_step_at == clock.now()


def test_who_has_an_sms_and_no_call_to_come_may_still_answer(cast):
    policy_of(cast, PolicyStep(position=0, target=StepTarget.ADMINISTRATORS, channels=["sms"]))
    alert = running(opened(cast))
    for user in (cast.anna, cast.beata, cast.celina):
        all_fail(user)
    with transaction():
        outcome.reported(attempts(to=cast.dorota)[0].id, AttemptState.DELIVERED, sid=None, status="delivered")
    for attempt in attempts(channel=Channel.EMAIL, to=cast.dorota):
        fails(attempt)
    assert alert.next_step_at > clock.now()


def test_unconfirmed_sms_that_were_given_up_do_not_hide_the_next_ones(cast, alert):
    with transaction():
        outbox.claim(SMS, (Lane.ALERT, Lane.ALERT), "w")
    clock.advance(timedelta(seconds=40))
    (given_up,) = in_vain.unconfirmed()
    with transaction():
        in_vain.not_confirmed(given_up)
    assert in_vain.unconfirmed() == []


def test_an_ended_alert_does_not_move(cast, ticket):
    with transaction():
        escalations.end(ticket)
    goes_by(hours=1)
    assert len(names(ticket)) == 1
    assert db.session.query(Escalation).one().closed_at is not None
