"""A policy may want several people: the first has the ticket, the alert goes on until the others are found."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models.codes import AckVia, EscalationState, EventKind, SlaTargetKind
from helpdesk.oncall.acknowledgement import acknowledge, enough
from helpdesk.oncall.further_people import who_took
from helpdesk.oncall.running_alerts import running, unanswered
from helpdesk.oncall.ticket_handover import hand_over
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction


@pytest.fixture
def ticket(story, cast):
    """An alert that wants two people; Anna is being alerted."""
    with transaction():
        cast.policy.acks_wanted = 2
    return story.files(cast.osp, cast.jan)


def alerts_to(story, user):
    return [text for text in story.texts(user) if text.startswith("PILNE")]


def test_the_first_answer_takes_the_ticket_and_the_next_person_is_alerted_at_once(story, cast, ticket):
    answer = story.answers(cast.anna, "1")
    assert ticket.number in answer and "1 " in answer.split(cast.jan.name)[1]
    assert story.state(ticket).acknowledged_by.name == cast.anna.name
    assert clocks_of(ticket)[SlaTargetKind.ACKNOWLEDGE].met_at is not None
    assert "Anna" in story.last_text(cast.jan)
    assert ticket.number in alerts_to(story, cast.beata)[-1]


def test_whoever_has_said_yes_is_left_alone_for_good(story, cast, ticket):
    story.answers(cast.anna, "1")
    alerts, calls = alerts_to(story, cast.anna), story.calls(cast.anna)
    story.passes(minutes=26)
    assert (alerts_to(story, cast.anna), story.calls(cast.anna)) == (alerts, calls)
    assert len(alerts_to(story, cast.beata)) >= 2


def test_the_second_person_ends_it_and_the_others_who_were_alerted_are_told(story, cast, ticket):
    story.passes(minutes=6)
    story.answers(cast.anna, "1")
    story.passes(minutes=10)
    answer = story.answers(cast.celina, "1")
    assert "Anna" in answer and cast.jan.contacts[0].value in answer
    assert running(story.state(ticket)) is None
    assert "Anna" in story.last_text(cast.beata)
    assert story.state(ticket).acknowledged_by.name == cast.anna.name
    sent = len(story.texts(cast.dorota))
    story.passes(minutes=6)
    assert len(story.texts(cast.dorota)) == sent


def test_the_timeline_says_who_has_it(story, cast, ticket):
    story.answers(cast.anna, "1")
    story.answers(cast.beata, "1")
    taken = [event for event in story.state(ticket).events if event.kind is EventKind.ACKNOWLEDGED]
    assert [(event.actor_name, event.data.get("more")) for event in taken] == [
        (cast.anna.name, 1),
        (cast.beata.name, 0),
    ]


def test_the_same_person_twice_does_not_make_two(story, cast, ticket):
    story.answers(cast.anna, "1")
    story.answers(cast.anna, "1")
    alert = running(story.state(ticket))
    assert [user.name for user in who_took(alert)] == [cast.anna.name]


def test_two_still_passes_on_and_not_for_who_has_it(story, cast, ticket):
    story.answers(cast.anna, "1")
    assert "Anna" not in story.answers(cast.beata, "2")
    story.passes(seconds=10)
    assert alerts_to(story, cast.celina)
    story.answers(cast.anna, "2")
    passed = [e.actor_name for e in story.state(ticket).events if e.kind is EventKind.PASSED_ON]
    assert passed == [cast.beata.name]


def test_a_second_key_in_a_call_counts_and_the_call_says_whom_one_helps(story, cast, ticket):
    story.answers(cast.anna, "1")
    story.passes(seconds=40)
    call = story.call(cast.beata)
    story.sim.answer(call.sid)
    story.sim.press(call.sid, "1")
    story.passes()
    assert running(story.state(ticket)) is None
    assert "Anna" in " ".join(line.text for line in story.sim.call(call.sid).transcript)
    assert cast.jan.contacts[0].value in story.last_text(cast.beata)


def test_a_phone_that_rings_for_who_has_it_meanwhile_is_hung_up(story, cast, ticket):
    story.passes(seconds=31)
    story.answers(cast.anna, "1")
    story.passes(seconds=4)
    assert story.call(cast.anna).status in ("completed", "canceled")


def test_a_resolved_ticket_ends_the_alert(story, cast, ticket):
    story.answers(cast.anna, "1")
    with transaction():
        resolve(story.state(ticket), of_user(cast.anna))
    story.passes(minutes=6)
    assert running(story.state(ticket)) is None
    assert alerts_to(story, cast.celina) == []


def test_with_fewer_people_than_wanted_it_goes_round_quietly_until_a_manager_says_enough(story, cast, ticket):
    with transaction():
        for user in (cast.beata, cast.celina, cast.dorota, cast.marek):
            for contact in user.contacts:
                contact.verified_at = None
    story.answers(cast.anna, "1")
    story.passes(minutes=12)
    empty = [e.data["step"] for e in story.state(ticket).events if e.kind is EventKind.STEP_EMPTY]
    assert empty == [2, 3, 4]
    assert running(ticket).state is EscalationState.OPEN
    assert unanswered() == []
    with transaction():
        enough(story.state(ticket), cast.marek)
    assert running(story.state(ticket)) is None
    assert story.state(ticket).events[-1].kind is EventKind.ENOUGH


def test_somebody_who_can_be_reached_again_is_alerted(story, cast, ticket):
    with transaction():
        for user in (cast.beata, cast.celina, cast.dorota, cast.marek):
            for contact in user.contacts:
                contact.verified_at = None
    story.answers(cast.anna, "1")
    story.passes(minutes=10)
    with transaction():
        cast.dorota.contacts[0].verified_at = clock.now()
    story.passes(minutes=5)
    assert alerts_to(story, cast.dorota)


def test_a_late_failure_sends_nothing_again_to_who_has_it(story, cast, ticket):
    story.answers(cast.anna, "1")
    texts = len(story.texts(cast.anna))
    story.sim.undeliver(story.sim.messages_to(cast.anna.contacts[0].value)[0].sid, 30003)
    clock.advance(timedelta(minutes=3))
    story.passes(minutes=1)
    assert len(story.texts(cast.anna)) == texts
    db.session.rollback()


def test_who_hands_it_over_and_keeps_it_after_all_still_gets_the_help_that_is_wanted(story, cast, ticket):
    story.answers(cast.anna, "1")
    with transaction():
        hand_over(story.state(ticket), cast.dorota, cast.anna)
    with transaction():
        kept = acknowledge(story.state(ticket), cast.anna, AckVia.PAGE)
    assert (kept.holder.name, kept.more) == (cast.anna.name, 1)
    assert running(story.state(ticket)).handed_over_by_id is None
