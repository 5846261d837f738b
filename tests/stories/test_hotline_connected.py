"""A unit calls the hotline: whoever is on duty is rung, and only key 1 connects them."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Escalation, HotlineCall, Override, RotationMember, Ticket
from helpdesk.models.codes import AckVia, EscalationState, HotlineOutcome, HotlineState, OverrideKind, Priority
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.transaction import transaction
from tests.drafts import phone_of

STRANGER = "+48500000099"


@pytest.fixture
def caller(story, cast):
    """Jan calls and presses 1: somebody is being rung."""
    sid = story.calls_us(cast.jan)
    story.sim.press(sid, "1")
    return sid


def the_ticket(story):
    db.session.expire_all()
    return db.session.query(Ticket).one()


def the_call():
    db.session.expire_all()
    return db.session.query(HotlineCall).one()


def takes(story, user):
    return story.sim.press(story.sim.answer(story.call(user).sid).sid, "1")


def outcomes(*people):
    return [the_call().outcomes[str(user.id)]["outcome"] for user in people]


def test_key_1_of_whoever_is_on_duty_connects_and_takes_the_ticket(story, cast, caller):
    takes(story, cast.anna)
    assert story.sim.call(caller).bridged_to == story.call(cast.anna).sid
    ticket = the_ticket(story)
    assert (ticket.unit, ticket.priority, ticket.acknowledged_by) == (cast.osp, Priority.URGENT, cast.anna)
    assert db.session.query(Escalation).one().acknowledged_via is AckVia.VOICE


def test_the_caller_is_greeted_by_the_units_name_and_told_of_112(story, cast):
    said = story.said_to(story.calls_us(cast.jan))
    assert cast.osp.name in said
    assert "sto dwanaście" in said


def test_the_colleague_hears_whose_call_it_is_and_sees_our_number(story, cast, caller):
    story.sim.answer(story.call(cast.anna).sid)
    call = story.call(cast.anna)
    assert cast.osp.name in call.said
    assert call.from_ == story.app.config["SETTINGS"].hotline


def test_the_end_of_the_conversation_ends_the_call_and_alerts_nobody(story, cast, caller):
    takes(story, cast.anna)
    story.sim.hang_up(story.call(cast.anna).sid)
    story.passes(minutes=5)
    assert the_call().state is HotlineState.OVER
    assert [text for text in story.texts(cast.anna) if "Jan" not in text] == []
    assert story.texts(cast.beata) == []


def test_who_takes_the_call_is_texted_whom_to_call_back(story, cast, caller):
    takes(story, cast.anna)
    story.passes()
    assert phone_of(cast.jan) in story.last_text(cast.anna)


def test_a_known_caller_who_presses_nothing_is_connected_after_two_readings(story, cast):
    sid = story.calls_us(cast.jan)
    story.sim.wait(sid)
    assert story.calls(cast.anna) == []
    story.sim.wait(sid)
    assert story.calls(cast.anna)


def test_a_voicemail_never_takes_the_call_and_the_next_person_is_rung(story, cast, caller):
    for _ in range(2):
        story.sim.answer(story.call(cast.anna).sid)
        story.sim.wait(story.call(cast.anna).sid)
    assert story.sim.call(caller).bridged_to == ""
    assert the_ticket(story).acknowledged_at is None
    assert outcomes(cast.anna, cast.beata) == [HotlineOutcome.NO_KEY, HotlineOutcome.RINGING]
    takes(story, cast.beata)
    assert the_ticket(story).acknowledged_by is cast.beata


def test_key_2_passes_the_call_to_the_next_person(story, cast, caller):
    story.sim.press(story.sim.answer(story.call(cast.anna).sid).sid, "2")
    assert story.calls(cast.beata)
    assert outcomes(cast.anna) == [HotlineOutcome.PASSED]


@pytest.mark.parametrize("end", ["busy", "no_answer", "fail"])
def test_who_does_not_answer_is_followed_by_the_next_person(story, cast, caller, end):
    getattr(story.sim, end)(story.call(cast.anna).sid)
    assert [len(story.calls(user)) for user in (cast.anna, cast.beata)] == [1, 1]
    assert "administrator" in story.said_to(caller)


@pytest.fixture
def two_on_duty(cast):
    now = clock.now()
    with transaction():
        more = Override(
            schedule_id=cast.schedule.id,
            kind=OverrideKind.ADD,
            user_id=cast.celina.id,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=5),
        )
        db.session.add(more)


def test_several_on_duty_ring_at_once_and_of_two_who_press_1_the_first_has_it(story, cast, two_on_duty):
    caller = story.calls_us(cast.jan)
    story.sim.press(caller, "1")
    anna, celina = story.call(cast.anna).sid, story.call(cast.celina).sid
    story.sim.answer(anna)
    story.sim.answer(celina)
    story.sim.press(celina, "1")
    assert story.sim.call(caller).bridged_to == celina
    assert outcomes(cast.celina) == [HotlineOutcome.TAKEN]
    assert the_ticket(story).acknowledged_by is cast.celina


def test_of_two_whose_keys_arrive_together_the_second_hears_who_has_it(story, cast, two_on_duty):
    caller = story.calls_us(cast.jan)
    story.sim.press(caller, "1")
    anna, celina = story.call(cast.anna).sid, story.call(cast.celina).sid
    story.sim.answer(anna)
    story.sim.answer(celina)
    url = story.sim.call(anna).url.replace("whisper", "take")
    story.sim.press(celina, "1")
    _status, said = story.sim.exchange.courier.fetch(url, {"CallSid": anna, "Digits": "1"})
    assert cast.celina.name in said
    assert "Hangup" in said
    assert outcomes(cast.anna, cast.celina) == [HotlineOutcome.TOO_LATE, HotlineOutcome.TAKEN]


def test_when_somebody_took_the_ticket_by_sms_meanwhile_the_caller_is_told(story, cast, caller):
    with transaction():
        from_elsewhere(cast, the_ticket(story))
    story.sim.no_answer(story.call(cast.anna).sid)
    assert cast.dorota.name in story.said_to(caller)
    assert story.sim.call(caller).is_over
    assert story.calls(cast.beata) == []


def test_a_colleague_who_picks_up_after_that_hears_who_has_it(story, cast, caller):
    with transaction():
        from_elsewhere(cast, the_ticket(story))
    assert cast.dorota.name in story.sim.answer(story.call(cast.anna).sid).said


def from_elsewhere(cast, ticket):
    acknowledge(ticket, cast.dorota, AckVia.PAGE)


def test_nobody_is_alerted_while_the_call_rings(story, cast, caller):
    story.passes(seconds=20)
    assert story.texts(cast.anna) == []
    assert len(story.calls(cast.anna)) == 1


def test_a_second_call_continues_the_ticket_and_rings_again(story, cast, caller):
    story.sim.hang_up(caller)
    story.passes()
    again = story.calls_us(cast.jan)
    story.sim.press(again, "1")
    assert db.session.query(Ticket).count() == 1
    assert len(story.calls(cast.anna)) + len(story.calls(cast.beata)) == 2
    story.passes(seconds=40)
    assert len(story.calls(cast.anna)) == 2  # both from the hotline: the alert waits


def test_a_second_call_about_a_ticket_that_somebody_has_rings_them_first(story, cast, caller):
    story.sim.hang_up(caller)
    with transaction():
        from_elsewhere(cast, the_ticket(story))
    story.passes(minutes=1)
    story.sim.press(story.calls_us(cast.jan), "1")
    takes(story, cast.dorota)
    assert db.session.query(HotlineCall).order_by(HotlineCall.id.desc()).first().answered_by is cast.dorota


def test_a_stranger_must_press_1_and_then_the_ticket_is_urgent(story, cast):
    sid = story.sim.call_in(STRANGER).sid
    assert the_ticket(story).priority is Priority.NORMAL
    story.sim.press(sid, "1")
    takes(story, cast.anna)
    ticket = the_ticket(story)
    assert (ticket.priority, ticket.reporter_phone) == (Priority.URGENT, STRANGER)
    assert ticket.acknowledged_by is cast.anna


@pytest.mark.parametrize("number", ["", "anonymous", "+266696687"])
def test_a_hidden_number_gets_a_ticket_of_its_own_for_each_call(story, cast, number):
    for _ in range(2):
        story.sim.hang_up(story.sim.call_in(number).sid)
    assert {ticket.number[:5] for ticket in db.session.query(Ticket)} == {"TELX-"}
    assert db.session.query(Ticket).count() == 2


def test_a_municipality_without_a_contract_is_told_so(story, cast):
    with transaction():
        db.session.execute(db.text("DELETE FROM contract"))
    assert story.sim.call(story.calls_us(cast.jan)).is_over
    assert db.session.query(Ticket).count() == 0


def test_a_coordinator_calls_for_the_municipality(story, cast):
    story.calls_us(cast.kinga)
    assert the_ticket(story).municipality is cast.modrzewie


def test_at_most_four_turns_are_rung(story, cast, caller):
    for _ in range(6):
        ringing = [c for user in cast.everybody() for c in story.calls(user) if c.status == "ringing"]
        for each in ringing:
            story.sim.no_answer(each.sid)
    turns = {entry["turn"] for entry in the_call().outcomes.values()}
    assert turns <= {1, 2, 3, 4}
    assert the_call().state is HotlineState.RECORDING
    assert len(the_call().tried) == len(set(the_call().tried))


NIGHT = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)


def test_at_night_with_nobody_on_duty_the_next_steps_are_rung_at_once(story, cast):
    clock.advance(NIGHT - clock.now())
    with transaction():
        db.session.query(RotationMember).delete()
    story.sim.press(story.calls_us(cast.jan), "1")
    assert all(story.calls(user) for user in (cast.anna, cast.beata, cast.celina, cast.dorota))
    assert db.session.query(Escalation).one().state == EscalationState.OPEN
