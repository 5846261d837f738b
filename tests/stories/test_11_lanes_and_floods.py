"""Rule 11. An alert never waits behind notices, a slow channel blocks no other, one number never gets a flood."""

import re
from datetime import timedelta

from helpdesk import clock, outbox
from helpdesk.jobs import advance_escalations
from helpdesk.models.codes import AckVia, AttemptState, Channel, NotificationEvent, Priority
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.outbox import Letter
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, phone_of, soon, works

MANY = 60


def queue(count=MANY):
    """So many receipts, each to another number."""
    with transaction():
        for number in range(count):
            outbox.enqueue(
                Letter(
                    event=NotificationEvent.RECEIPT,
                    channel=Channel.SMS,
                    address=f"+485000010{number:02}",
                    dedupe_key=f"receipt {number}",
                )
            )


def everything_sent(story):
    return story.sim.exchange.state.find_messages(lambda _message: True)


def test_an_alert_leaves_before_the_notices_that_were_queued_before_it(story, cast):
    queue()
    opened(cast)
    works(Channel.SMS)
    assert everything_sent(story)[0].to == phone_of(cast.anna)


def test_an_alert_does_not_wait_until_the_notices_have_kept_to_the_pace(story, cast):
    queue()
    works(Channel.SMS)
    assert 0 < len(everything_sent(story)) < MANY
    story.files(cast.osp, cast.jan)
    assert len(story.texts(cast.anna)) == 1


def test_a_provider_that_gets_too_much_slows_the_notices_and_not_the_alert(story, cast):
    story.sim.fault("429", "/Messages")
    queue()
    works(Channel.SMS)
    assert everything_sent(story) == []
    story.files(cast.osp, cast.jan)
    assert [message.to for message in everything_sent(story)] == [phone_of(cast.anna)]


def test_no_notice_starves(story, cast):
    queue()
    for _ in range(3):
        story.files(cast.osp, cast.jan)
    for _ in range(20):
        clock.advance(timedelta(seconds=1))
        works(Channel.SMS)
    assert len([message for message in everything_sent(story) if message.to.startswith("+485000010")]) == MANY


def test_a_slow_sms_provider_blocks_neither_calls_nor_mail(story, cast, worker):
    story.sim.fault("slow", "/Messages", times=9, seconds=10)
    opened(cast, priority=Priority.NORMAL)
    opened(cast)
    clock.advance(timedelta(seconds=30))
    assert soon(lambda: story.calls(cast.anna))
    assert soon(lambda: story.subjects(cast.dorota))


def test_a_slow_answer_to_a_notice_does_not_hold_up_the_alert(story, cast, worker):
    story.sim.fault("slow", "/Messages", seconds=10)
    queue(3)
    assert soon(lambda: everything_sent(story))
    opened(cast)
    assert soon(lambda: story.texts(cast.anna))
    assert len(everything_sent(story)) == 2


def files_three(story, cast):
    return [story.files(cast.osp, cast.jan) for _ in range(3)]


def test_the_first_alert_leaves_at_once_and_the_next_ones_go_together(story, cast):
    first, *others = files_three(story, cast)
    assert len(story.texts(cast.anna)) == 1 and first.number in story.last_text(cast.anna)
    story.passes(seconds=20)
    assert len(story.texts(cast.anna)) == 2
    assert all(ticket.number in story.last_text(cast.anna) for ticket in others)


def test_the_answer_that_the_sms_about_several_suggests_takes_one_of_them(story, cast):
    _first, second, third = files_three(story, cast)
    story.passes(seconds=20)
    suggested = re.search(r"\(np\. (.+?)\)", story.last_text(cast.anna))[1]
    assert second.number in story.answers(cast.anna, suggested)
    assert story.state(second).acknowledged_by.name == cast.anna.name
    assert story.state(third).acknowledged_at is None


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


def test_how_the_call_ended_is_asked_for_though_the_first_alert_in_it_has_its_answer(story, cast):
    first, *others = files_three(story, cast)
    story.passes(seconds=30)
    call = story.calls(cast.anna)[0].sid
    story.sim.answer(call)
    story.sim.press(call, "1")
    with story.sim.lose_callbacks():
        story.sim.hang_up(call)
    story.passes(minutes=2)
    calls = attempts(channel=Channel.VOICE, to=cast.anna)
    told = {attempt.notification.ticket_id: attempt.state for attempt in calls if attempt.provider_sid == call}
    assert told[first.id] is AttemptState.DELIVERED
    assert {told[ticket.id] for ticket in others} == {AttemptState.UNDELIVERED}


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


def worker_was_away(tickets):
    """The alerts went on step by step, and nothing was sent: Anna is due twice for each ticket."""
    for _ in range(2):
        clock.advance(timedelta(minutes=6))
        advance_escalations()
    clock.advance(timedelta(minutes=1))
    works(Channel.SMS, Channel.VOICE)
    return tickets


def test_a_ticket_that_is_due_twice_is_told_of_as_one(story, cast):
    [ticket] = worker_was_away([opened(cast)])
    assert len(story.texts(cast.anna)) == 1
    assert story.last_text(cast.anna).startswith(f"PILNE {ticket.number} OSP")


def test_in_an_sms_about_several_each_ticket_counts_once(story, cast):
    tickets = worker_was_away([opened(cast), opened(cast)])
    assert story.last_text(cast.anna).startswith("PILNE: 2 zgl")
    assert [story.last_text(cast.anna).count(ticket.number) for ticket in tickets] == [1, 1]


def test_in_a_call_each_ticket_is_read_once_and_a_digit_settles_all_that_was_due_about_it(story, cast):
    first, second = worker_was_away([opened(cast), opened(cast)])
    call = story.call(cast.anna).sid
    story.sim.answer(call)
    story.sim.press(call, "2")
    story.sim.press(call, "1")
    assert story.call(cast.anna).status == "completed"
    assert story.state(first).acknowledged_at is None
    assert story.state(second).acknowledged_by.name == cast.anna.name
    states = {each.state for each in attempts(channel=Channel.VOICE, to=cast.anna) if each.provider_sid == call}
    assert states == {AttemptState.DELIVERED}


def test_what_somebody_took_meanwhile_is_not_in_the_bundle(story, cast):
    _first, second, third = files_three(story, cast)
    with transaction():
        acknowledge(second, cast.beata, AckVia.PAGE)
    story.passes(seconds=20)
    alerts = [text for text in story.texts(cast.anna) if "PILNE" in text]
    assert third.number in alerts[1] and second.number not in alerts[1]


def test_notices_of_new_tickets_go_together(story, cast):
    _first, *others = [story.files(cast.osp, cast.jan, priority=Priority.NORMAL) for _ in range(4)]
    story.passes(minutes=3)
    assert len(story.texts(cast.anna)) == 2
    assert all(ticket.number in story.last_text(cast.anna) for ticket in others)
