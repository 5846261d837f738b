"""No urgent ticket goes unanswered."""

from helpdesk.models.codes import TicketStatus
from helpdesk.notify.sms_text import segments


def test_the_person_on_duty_gets_an_sms_and_then_a_call(story, cast):
    story.files(cast.osp, cast.jan)
    assert "1" in story.last_text(cast.anna)
    assert story.calls(cast.anna) == []
    story.passes(seconds=30)
    assert len(story.calls(cast.anna)) == 1
    assert story.texts(cast.beata) == []


def test_an_alert_fits_one_gsm7_segment(story, cast):
    story.files(cast.osp, cast.jan, summary="Żółta łódź pęka, gęś ćwierka " * 6)
    size = segments(story.last_text(cast.anna))
    assert (size.encoding, size.count) == ("GSM-7", 1)


def test_without_an_answer_the_next_person_is_alerted_after_the_steps_time(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(minutes=4)
    assert story.texts(cast.beata) == []
    story.passes(minutes=2)
    assert ticket.number in story.last_text(cast.beata)


def test_a_digit_in_the_call_takes_the_ticket_and_ends_the_alert(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    call = story.calls(cast.anna)[0]
    story.sim.answer(call.sid)
    story.sim.press(call.sid, "1")
    story.passes(minutes=30)
    assert story.state(ticket).acknowledged_by.name == cast.anna.name
    assert story.texts(cast.beata) == []


def test_an_sms_with_1_takes_the_ticket(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    assert ticket.number in story.answers(cast.anna, " 1. ")
    assert story.state(ticket).status is TicketStatus.ACKNOWLEDGED
    story.passes(minutes=10)
    assert story.calls(cast.anna) == []


def test_the_second_answer_does_not_take_the_ticket_over(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(minutes=6)
    story.answers(cast.beata, "ok")
    story.answers(cast.anna, "1")
    assert story.state(ticket).acknowledged_by.name == cast.beata.name


def test_those_who_were_alerted_and_the_reporter_learn_who_has_it(story, cast):
    story.files(cast.osp, cast.jan)
    story.passes(minutes=6)
    story.answers(cast.beata, "1")
    assert "Beata" in story.last_text(cast.anna)
    assert "Beata" in story.last_text(cast.jan)


def test_2_passes_the_alert_on_at_once(story, cast):
    story.files(cast.osp, cast.jan)
    story.answers(cast.anna, "2")
    story.passes(seconds=10)
    assert story.texts(cast.beata)


def test_a_voicemail_is_not_an_answer_and_the_next_person_is_alerted_at_once(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    call = story.calls(cast.anna)[0]
    story.sim.answer(call.sid)
    for sms in story.sim.messages_to(cast.anna.contacts[0].value):
        story.sim.deliver(sms.sid)
    story.sim.hang_up(call.sid)
    story.passes(seconds=10)
    assert story.state(ticket).acknowledged_at is None
    assert story.texts(cast.beata)


def test_an_sms_that_does_not_arrive_brings_the_call_forward(story, cast):
    story.files(cast.osp, cast.jan)
    sms = story.sim.messages_to(cast.anna.contacts[0].value)[0]
    story.sim.undeliver(sms.sid, 30005)
    story.passes()
    assert len(story.calls(cast.anna)) == 1


def test_after_the_last_step_it_starts_again_with_managers_told(story, cast):
    story.files(cast.osp, cast.jan)
    story.passes(minutes=22)
    assert story.texts(cast.marek)
    assert len(story.texts(cast.anna)) > 2


def test_nobody_on_duty_alerts_everybody_at_once(story, cast):
    cast.schedule.rotations[0].members.clear()
    from_db = story.files(cast.osp, cast.jan)
    assert story.texts(cast.dorota)
    assert [e.kind.value for e in story.state(from_db).events].count("step_empty") == 2


def test_an_outage_of_the_provider_delays_but_loses_nothing(story, cast):
    story.sim.fault("503", times=3)
    story.files(cast.osp, cast.jan)
    story.passes(minutes=1)
    assert story.texts(cast.anna)


def test_an_answer_that_was_lost_is_not_sent_twice(story, cast):
    story.sim.fault("cut_after", path="Messages", times=1)
    story.files(cast.osp, cast.jan)
    story.passes(minutes=2)
    assert len([t for t in story.texts(cast.anna) if "MOD" in t]) == 1


def test_a_request_cut_before_it_was_stored_is_sent_again(story, cast):
    story.sim.fault("cut_before", path="Messages", times=1)
    story.files(cast.osp, cast.jan)
    story.passes(minutes=2)
    assert len(story.texts(cast.anna)) == 1
