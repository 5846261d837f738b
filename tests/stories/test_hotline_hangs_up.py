"""The caller hangs up, or the word about it is lost, or we crash: the ticket is there, and the alert starts."""

import pytest

from helpdesk.extensions import db
from helpdesk.models import HotlineCall, Notification, Ticket
from helpdesk.models.codes import HotlineState, NotificationEvent, Priority, TicketSource
from helpdesk.oncall.running_alerts import running

STRANGER = "+48500000099"


def the_ticket():
    db.session.expire_all()
    return db.session.query(Ticket).one()


def the_call():
    db.session.expire_all()
    return db.session.query(HotlineCall).one()


def moments():
    return [event.data["moment"] for event in the_ticket().events if event.kind == "hotline"]


def in_the_menu(story, cast):
    return story.calls_us(cast.jan)


def in_the_queue(story, cast):
    sid = story.calls_us(cast.jan)
    story.sim.press(sid, "1")
    return sid


@pytest.mark.parametrize("where", [in_the_menu, in_the_queue])
def test_who_hangs_up_leaves_an_urgent_ticket_and_the_alert_starts_at_once(story, cast, where):
    story.sim.hang_up(where(story, cast))
    story.passes()
    ticket = the_ticket()
    assert (ticket.priority, ticket.source, ticket.unit) == (Priority.URGENT, TicketSource.PHONE, cast.osp)
    assert ticket.number in story.last_text(cast.anna)
    assert moments()[-1] == "hung_up"
    assert ticket.number in story.last_text(cast.jan)


def test_in_the_queue_the_phones_stop_ringing(story, cast):
    story.sim.hang_up(in_the_queue(story, cast))
    assert [call.status for call in story.calls(cast.anna)] == ["canceled"]


@pytest.mark.parametrize("where", [in_the_menu, in_the_queue])
def test_when_the_end_is_never_reported_the_alert_starts_by_itself(story, cast, where):
    with story.sim.lose_callbacks():
        story.sim.hang_up(where(story, cast))
        story.passes(minutes=2, seconds=30)
        assert story.texts(cast.anna) == []
        story.passes(minutes=1)
    assert the_ticket().number in story.last_text(cast.anna)


def test_a_call_of_which_nothing_is_heard_is_closed_after_ten_minutes(story, cast):
    with story.sim.lose_callbacks():
        story.sim.hang_up(in_the_queue(story, cast))
        story.passes(minutes=11)
    assert the_call().state is HotlineState.OVER


def test_after_a_crash_the_call_and_its_ticket_are_there_and_the_alert_starts(story, cast):
    story.sim.exchange.courier.fetch(
        f"{story.app.config['SETTINGS'].public_url}/twilio/voice", {"CallSid": "CA1", "From": "+48500000000"}
    )
    story.passes(minutes=4)
    assert the_call().ticket is the_ticket()
    assert the_ticket().number in story.last_text(cast.anna)


def test_who_picks_up_after_the_caller_has_gone_takes_the_ticket(story, cast):
    sid = in_the_queue(story, cast)
    anna = story.call(cast.anna)
    story.sim.answer(anna.sid)
    story.sim.hang_up(sid)
    url = anna.url.replace("whisper", "take")
    _status, said = story.sim.exchange.courier.fetch(url, {"CallSid": anna.sid, "Digits": "1"})
    assert "Hangup" in said
    assert the_ticket().acknowledged_by is cast.anna


def test_a_stranger_who_presses_nothing_leaves_a_normal_ticket_and_wakes_nobody(story, cast):
    sid = story.sim.call_in(STRANGER).sid
    story.sim.wait(sid)
    story.sim.wait(sid)
    assert story.sim.call(sid).is_over
    story.passes(minutes=5)
    assert the_ticket().priority is Priority.NORMAL
    assert [len(story.calls(user)) for user in (cast.anna, cast.beata, cast.marek)] == [0, 0, 0]
    assert db.session.query(Notification).filter_by(event=NotificationEvent.NEW_TICKET).count()
    assert story.sim.messages_to(STRANGER) == []


def test_somebody_who_filed_before_with_the_number_is_known(story, cast):
    before = story.files(cast.osp, cast.jan)
    with_number = story.state(before).reporter_phone
    assert with_number
    story.answers(cast.anna, "1")
    story.sim.hang_up(story.calls_us(cast.jan))
    assert db.session.query(Ticket).count() == 1


def test_a_repeat_of_each_webhook_is_harmless(story, cast):
    sent = []
    courier, fetch = story.sim.exchange.courier, story.sim.exchange.courier.fetch

    def twice(url, params):
        sent.append(url)
        fetch(url, params)
        return fetch(url, params)

    courier.fetch = twice
    caller = story.calls_us(cast.jan)
    story.sim.press(caller, "1")
    story.sim.no_answer(story.call(cast.anna).sid)
    story.sim.press(story.sim.answer(story.call(cast.beata).sid).sid, "1")
    story.sim.hang_up(caller)
    story.passes(minutes=1)
    assert len(sent) > 8
    assert (the_ticket().acknowledged_by, len(the_call().tried)) == (cast.beata, 2)
    assert moments() == ["ringing", "ringing"]


def test_who_calls_again_and_again_does_not_hold_the_alert_back(story, cast):
    with story.sim.lose_callbacks():
        for _ in range(3):
            story.sim.hang_up(story.calls_us(cast.jan))
            story.passes(minutes=2)
    assert the_ticket().number in story.last_text(cast.anna)


def test_calls_in_quick_succession_do_not_chase_the_alert_through_its_steps(story, cast):
    for _ in range(6):
        story.sim.hang_up(story.calls_us(cast.jan))
        story.passes(seconds=10)
    assert running(the_ticket()).position == 0
    assert story.texts(cast.beata) == []
