"""An urgent ticket is handed over to a named person; until somebody takes it nobody loses it."""

import pytest

from helpdesk.errors import NotAllowed
from helpdesk.models.codes import AckVia, EventKind
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.running_alerts import running
from helpdesk.oncall.ticket_handover import hand_over
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import resolve
from helpdesk.transaction import transaction


@pytest.fixture
def ticket(story, cast):
    return story.files(cast.osp, cast.jan)


@pytest.fixture
def held(story, cast, ticket):
    """Anna has it."""
    story.answers(cast.anna, "1")
    story.passes(minutes=1)
    return ticket


def hands_over(story, ticket, to, by):
    with transaction():
        hand_over(story.state(ticket), to, by)
    story.passes()


def alerts_to(story, user):
    return [text for text in story.texts(user) if text.startswith("PILNE")]


def test_the_named_person_is_alerted_at_once_and_the_holder_stays_named(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    assert held.number in alerts_to(story, cast.dorota)[-1]
    assert story.state(held).acknowledged_by.name == cast.anna.name
    assert story.state(held).events[-2].kind is EventKind.HANDED_OVER
    story.passes(seconds=31)
    assert len(story.calls(cast.dorota)) == 1


def test_whoever_takes_it_has_it_and_the_former_holder_and_the_reporter_are_told(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    assert cast.jan.contacts[0].value in story.answers(cast.dorota, "1")
    state = story.state(held)
    assert (state.acknowledged_by.name, state.assignee.name) == (cast.dorota.name, cast.dorota.name)
    assert "Dorota" in story.last_text(cast.anna)
    assert "Dorota" in story.last_text(cast.jan)
    assert running(state) is None


def test_without_an_answer_the_policys_steps_follow_and_leave_the_holder_alone(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    alerts = len(alerts_to(story, cast.anna))
    story.passes(minutes=6)
    assert alerts_to(story, cast.beata)
    story.answers(cast.beata, "1")
    assert story.state(held).acknowledged_by.name == cast.beata.name
    assert "Beata" in story.last_text(cast.dorota)
    assert len(alerts_to(story, cast.anna)) == alerts


def test_when_a_whole_round_found_nobody_the_holder_is_alerted_as_well(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    alerts = len(alerts_to(story, cast.anna))
    story.passes(minutes=32)
    assert len(alerts_to(story, cast.anna)) > alerts


def test_the_holders_own_answer_keeps_it(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    with transaction():
        acknowledge(story.state(held), cast.anna, AckVia.PAGE)
    story.passes()
    assert running(story.state(held)) is None
    assert "Anna" in story.last_text(cast.dorota)


def test_two_of_the_named_person_passes_on_and_the_holder_keeps_it(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    story.answers(cast.dorota, "2")
    story.passes(seconds=10)
    assert alerts_to(story, cast.beata)
    assert story.state(held).acknowledged_by.name == cast.anna.name


def test_a_resolved_ticket_ends_the_hand_over(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    with transaction():
        resolve(story.state(held), of_user(cast.anna))
    story.passes(minutes=6)
    assert running(story.state(held)) is None
    assert alerts_to(story, cast.beata) == []


def test_an_alert_that_nobody_took_goes_to_the_named_person_too_and_the_others_stay_alerted(story, cast, ticket):
    story.passes(minutes=6)
    assert alerts_to(story, cast.beata)
    hands_over(story, ticket, cast.dorota, cast.anna)
    assert alerts_to(story, cast.dorota)
    story.passes(seconds=31)
    assert len(story.calls(cast.beata)) == len(story.calls(cast.dorota)) == 1
    story.answers(cast.beata, "1")
    assert story.state(ticket).acknowledged_by.name == cast.beata.name
    assert "Beata" in story.last_text(cast.dorota)


def test_the_person_who_hands_it_on_is_left_alone_in_that_step(story, cast, ticket):
    hands_over(story, ticket, cast.dorota, cast.anna)
    story.passes(seconds=40)
    assert story.calls(cast.anna) == []


def test_the_same_person_again_is_alerted_again(story, cast, held):
    hands_over(story, held, cast.dorota, cast.anna)
    story.passes(minutes=1)
    hands_over(story, held, cast.dorota, cast.anna)
    assert len(alerts_to(story, cast.dorota)) == 2


def test_with_several_wanted_the_new_holder_counts_too(story, cast):
    with transaction():
        cast.policy.acks_wanted = 2
    filed = story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "1")
    hands_over(story, filed, cast.dorota, cast.anna)
    story.answers(cast.dorota, "1")
    assert story.state(filed).acknowledged_by.name == cast.dorota.name
    assert running(filed) is None


REFUSED = {
    "not_reachable": lambda cast: cast.celina,
    "theirs_already": lambda cast: cast.anna,
    "not_staff": lambda cast: cast.jan,
}


@pytest.mark.parametrize("code", REFUSED)
def test_it_is_refused_with_a_reason(story, cast, held, code):
    with transaction():
        cast.celina.contacts[0].verified_at = None
    with pytest.raises(NotAllowed, match=code), transaction():
        hand_over(story.state(held), REFUSED[code](cast), cast.anna)
