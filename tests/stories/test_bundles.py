"""One number never gets a flood: what is due for one person at a time goes in one SMS, in one call."""

from helpdesk.models.codes import AckVia, Priority
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.transaction import transaction
from tests.drafts import phone_of


def files_three(story, cast):
    return [story.files(cast.osp, cast.jan) for _ in range(3)]


def test_the_first_alert_leaves_at_once_and_the_next_ones_go_together(story, cast):
    first, *others = files_three(story, cast)
    assert len(story.texts(cast.anna)) == 1 and first.number in story.last_text(cast.anna)
    story.passes(seconds=20)
    assert len(story.texts(cast.anna)) == 2
    assert all(ticket.number in story.last_text(cast.anna) for ticket in others)


def test_three_alerts_are_read_out_in_one_call(story, cast):
    tickets = files_three(story, cast)
    story.passes(seconds=30)
    assert len(story.calls(cast.anna)) == 1
    call = story.calls(cast.anna)[0].sid
    story.sim.answer(call)
    for _ in tickets:
        story.sim.press(call, "1")
    story.passes(minutes=10)
    assert {story.state(ticket).acknowledged_by.name for ticket in tickets} == {cast.anna.name}
    assert story.texts(cast.beata) == []


def test_who_hangs_up_after_the_first_has_only_the_first(story, cast):
    first, *others = files_three(story, cast)
    story.passes(seconds=30)
    call = story.calls(cast.anna)[0].sid
    story.sim.answer(call)
    story.sim.press(call, "1")
    story.sim.hang_up(call)
    for sms in story.sim.messages_to(phone_of(cast.anna)):
        story.sim.deliver(sms.sid)
    story.passes(seconds=10)
    assert story.state(first).acknowledged_by.name == cast.anna.name
    assert all(story.state(ticket).acknowledged_at is None for ticket in others)
    assert story.texts(cast.beata)


def test_all_takes_everything_that_was_said(story, cast):
    tickets = files_three(story, cast)
    story.passes(seconds=20)
    answer = story.answers(cast.anna, "wszystkie")
    assert all(ticket.number in answer for ticket in tickets)
    assert all(story.state(ticket).acknowledged_at for ticket in tickets)


def test_a_message_that_was_lost_with_several_in_it_is_sent_again_with_all_of_them(story, cast):
    _first, *others = files_three(story, cast)
    story.sim.fault("cut_before", path="Messages", times=1)
    story.passes(minutes=2)
    assert all(ticket.number in story.last_text(cast.anna) for ticket in others)


def test_what_somebody_took_meanwhile_is_not_in_the_bundle(story, cast):
    _first, second, third = files_three(story, cast)
    with transaction():
        acknowledge(second, cast.beata, AckVia.PAGE)
    story.passes(seconds=20)
    alerts = [text for text in story.texts(cast.anna) if "PILNE" in text]
    assert third.number in alerts[1] and second.number not in alerts[1]


def test_notices_of_new_tickets_go_together(story, cast):
    for _ in range(4):
        story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    story.passes(minutes=3)
    assert len(story.texts(cast.anna)) == 2
    assert "3" in story.last_text(cast.anna)
