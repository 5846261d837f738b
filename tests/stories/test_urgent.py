"""An urgent ticket from the SMS to the answer; the rules one by one stand in the numbered files."""

from helpdesk.notify.sms_text import segments


def test_the_person_on_duty_gets_an_sms_and_then_a_call(story, cast):
    story.files(cast.osp, cast.jan)
    assert story.last_text(cast.anna).endswith("Odpisz 1=przyjmuje 2=nie moge")
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
    story.passes(minutes=6)
    assert story.state(ticket).acknowledged_by.name == cast.anna.name
    assert story.texts(cast.beata) == []


def test_those_who_were_alerted_and_the_reporter_learn_who_has_it(story, cast):
    story.files(cast.osp, cast.jan)
    story.passes(minutes=6)
    story.answers(cast.beata, "1")
    assert "Beata" in story.last_text(cast.anna)
    assert "Beata" in story.last_text(cast.jan)
