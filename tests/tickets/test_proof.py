"""The proof of notification: what it tells and to whom."""

from datetime import timedelta

import pytest

from helpdesk import clock, outbox
from helpdesk.errors import NotFound
from helpdesk.models.codes import AckVia, AttemptState, Channel, EventKind, StepTarget
from helpdesk.oncall import escalation, running_alerts
from helpdesk.oncall.acknowledgement import acknowledge, pass_on
from helpdesk.tickets.proof import note_picked_up, proof_of
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened
from tests.factories import make_ticket


def call_to(user):
    return attempts(channel=Channel.VOICE, to=user)[0]


def next_step(ticket):
    clock.advance(timedelta(minutes=5))
    with transaction():
        escalation.advance(running_alerts.running(ticket).id)


def test_a_manager_reads_whole_numbers_and_an_administrator_their_ends(cast):
    ticket = opened(cast)
    assert "+48 500 000 004" in {line.address for line in proof_of(ticket, cast.marek).alerts}
    assert {line.address for line in proof_of(ticket, cast.anna).alerts} == {"+48 500 ••• 004"}


def test_an_address_is_shown_by_its_first_letter_and_its_domain(cast):
    others = proof_of(opened(cast), cast.anna).others
    assert "j•••@modrzewie.test" in {line.address for line in others}


@pytest.mark.parametrize("who", ["jan", "kinga", "olga"])
def test_nobody_but_the_staff_gets_a_proof(cast, who):
    with pytest.raises(NotFound):
        proof_of(make_ticket(cast), getattr(cast, who))


def test_steps_stand_in_order_of_time_with_their_people(cast):
    ticket = opened(cast)
    next_step(ticket)
    steps = proof_of(ticket, cast.marek).steps
    assert [(step.number, step.round, step.target) for step in steps] == [
        (1, 1, StepTarget.ON_CALL),
        (2, 1, StepTarget.NEXT_ON_CALL),
    ]
    assert [{line.name for line in step.entries} for step in steps] == [{"Anna Testowa"}, {"Beata Testowa"}]


def test_a_step_taken_again_in_the_next_round_is_another_one(cast):
    ticket = opened(cast)
    for _ in range(4):
        next_step(ticket)
    steps = proof_of(ticket, cast.marek).steps
    assert [(step.number, step.round) for step in steps] == [(1, 1), (2, 1), (3, 1), (4, 1), (1, 2)]


def test_an_answer_stands_in_the_step_in_which_it_came(cast):
    ticket = opened(cast)
    next_step(ticket)
    with transaction():
        pass_on(ticket, cast.beata, AckVia.SMS)
        acknowledge(ticket, cast.anna, AckVia.PAGE)
    first, second = proof_of(ticket, cast.marek).steps
    assert [entry.kind for entry in second.entries if hasattr(entry, "kind")] == [
        EventKind.PASSED_ON,
        EventKind.ACKNOWLEDGED,
    ]
    assert not any(hasattr(entry, "kind") for entry in first.entries)


def test_the_first_alert_counts_from_when_a_provider_had_it(cast):
    ticket = opened(cast)
    assert proof_of(ticket, cast.marek).first_at is None
    clock.advance(timedelta(seconds=3))
    with transaction():
        outbox.move(attempts(channel=Channel.SMS, to=cast.anna)[0].id, AttemptState.ACCEPTED)
    assert proof_of(ticket, cast.marek).first_at == clock.now()


def test_picking_up_is_written_down_once_however_often_the_provider_asks(cast):
    ticket = opened(cast)
    for _ in range(2):
        with transaction():
            note_picked_up(call_to(cast.anna))
        clock.advance(timedelta(seconds=2))
    call = next(line for line in proof_of(ticket, cast.marek).alerts if line.attempt.channel is Channel.VOICE)
    assert call.picked_up_at == clock.now() - timedelta(seconds=4)
    assert [event.data.get("state") for event in ticket.events].count("picked_up") == 1


def test_what_went_along_in_one_call_names_the_other_tickets(cast):
    first, second = opened(cast), opened(cast)
    with transaction():
        carrier, carried = attempts(channel=Channel.VOICE, to=cast.anna)
        carried.carried_by = carrier.id
        note_picked_up(carrier)
    for ticket, other in ((first, second), (second, first)):
        call = next(line for line in proof_of(ticket, cast.marek).alerts if line.attempt.channel is Channel.VOICE)
        assert call.together_with == (other.number,) and call.picked_up_at == clock.now()


def test_a_ticket_that_went_along_twice_in_one_call_is_not_its_own_companion(cast):
    first, second = opened(cast), opened(cast)
    with transaction():
        carrier, carried = attempts(channel=Channel.VOICE, to=cast.anna)
        for own in (carrier, carried):
            again = outbox.add_attempt(own.notification, own.lane, own.due_at)
            again.carried_by = carrier.id
        carried.carried_by = carrier.id
    for ticket, other in ((first, second), (second, first)):
        calls = [line for line in proof_of(ticket, cast.marek).alerts if line.attempt.channel is Channel.VOICE]
        assert {call.together_with for call in calls} == {(other.number,)}
