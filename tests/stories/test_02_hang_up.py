"""Rule 2. What is moot is not sent; what rings already stops."""

import pytest

from helpdesk.transaction import transaction
from tests.drafts import opened


@pytest.fixture
def nobody_on_duty(cast):
    """So that all four administrators are called at once."""
    with transaction():
        cast.schedule.rotations[0].members.clear()


@pytest.fixture
def all_ring(story, cast, nobody_on_duty):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    for user in (cast.anna, cast.beata, cast.celina):
        story.sim.ring(story.call(user).sid)
    return ticket


def test_phones_stop_ringing_when_somebody_takes_the_ticket(story, cast, all_ring):
    story.answers(cast.dorota, "1")
    assert {story.call(user).status for user in (cast.anna, cast.beata, cast.celina)} == {"canceled"}


def test_whoever_has_picked_up_hears_who_has_it(story, cast, all_ring):
    call = story.call(cast.anna).sid
    story.sim.answer(call)
    story.answers(cast.dorota, "1")
    assert story.call(cast.anna).status == "in-progress"
    assert cast.dorota.name in story.sim.press(call, "1").said


def test_a_call_about_a_ticket_that_still_waits_rings_on(story, cast, nobody_on_duty):
    tickets = opened(cast), opened(cast)
    story.passes(seconds=30)
    call = story.sim.ring(story.call(cast.anna).sid).sid
    for ticket, status in zip(tickets, ("ringing", "canceled"), strict=True):
        story.answers(cast.dorota, f"{ticket.number} 1")
        assert story.sim.call(call).status == status


def test_a_provider_that_fails_is_asked_once_for_each_call(story, cast, all_ring):
    asked = []
    story.sim.on_request.append(lambda method, url, form: asked.append(url) if "Status" in form else [])
    story.sim.fault("500", "/Calls/", times=9)
    story.answers(cast.dorota, "1")
    story.passes(seconds=20)
    assert len(asked) == len(set(asked)) == 4
