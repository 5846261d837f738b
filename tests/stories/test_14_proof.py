"""Rule 14. Every attempt and its outcome stands on the ticket, to the second."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from helpdesk import clock
from helpdesk.models.codes import AckVia, AttemptState, Channel
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.sentences import sentence
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import attempts


def proof_page(story, user, ticket) -> str:
    client = story.app.test_client()
    sign_in(client, user)
    answer = client.get(f"/desk/{ticket.number}/proof")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def alerted_and_taken_by_key(story, cast):
    """Filed at 10:00:00: the SMS arrives at :07, the call rings at :30, is picked up at :41; the key at :52."""
    ticket = story.files(cast.osp, cast.jan)
    clock.advance(timedelta(seconds=7))
    story.sim.deliver(story.sim.messages_to(cast.anna.contacts[0].value)[0].sid)
    story.passes(seconds=23)
    call = story.calls(cast.anna)[0]
    clock.advance(timedelta(seconds=11))
    story.sim.answer(call.sid)
    clock.advance(timedelta(seconds=11))
    story.sim.press(call.sid, "1")
    return ticket


def test_the_manager_reads_when_the_sms_arrived_the_call_was_picked_up_and_the_key_pressed(story, cast):
    page = proof_page(story, cast.marek, alerted_and_taken_by_key(story, cast))
    assert "SMS doręczony 10:00:07 · telefon odebrany 10:00:41 · Zgłoszenie przyjmuje Anna Testowa" in page
    assert "klawiszem w rozmowie 10:00:52 (52 s po zgłoszeniu)" in page


def test_of_several_sms_the_first_that_arrived_is_told_and_the_last(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    for seconds in (7, 600):
        clock.advance(timedelta(seconds=seconds))
        story.sim.deliver(story.sms(cast.anna).sid)
        story.passes(minutes=11)
    story.answers(cast.anna, "1")
    arrived = [
        a.finished_at for a in attempts(channel=Channel.SMS, to=cast.anna) if a.state is AttemptState.DELIVERED
    ]
    assert len(arrived) > 1
    first, last = (f"{at.astimezone(ZoneInfo('Europe/Warsaw')):%H:%M:%S}" for at in (min(arrived), max(arrived)))
    assert f"SMS doręczony {first}, ostatni {last}" in proof_page(story, cast.marek, ticket)


def test_the_ticket_itself_says_it_in_one_line(story, cast):
    ticket = alerted_and_taken_by_key(story, cast)
    client = story.app.test_client()
    sign_in(client, cast.anna)
    folded = client.get(f"/desk/{ticket.number}").text.split("proof-fold")[1].split("</summary>")[0]
    assert "doręczony 10:00:07" in folded and "odebrany 10:00:41" in folded and "10:00:52" in folded


def test_a_message_that_did_not_arrive_says_why_in_words(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.sim.undeliver(story.sim.messages_to(cast.anna.contacts[0].value)[0].sid, 30003)
    assert "niedoręczony: telefon wyłączony lub poza zasięgiem" in proof_page(story, cast.marek, ticket)


def test_a_voicemail_that_picks_up_takes_nothing_and_is_written_down(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    call = story.calls(cast.anna)[0]
    story.sim.answer(call.sid)
    story.sim.hang_up(call.sid)
    page = proof_page(story, cast.marek, ticket)
    assert "Nikt jeszcze nie przyjął zgłoszenia" in page
    assert "odebrany 10:00:30" in page and "nie naciśnięto klawisza" in page


def test_a_key_that_means_nothing_is_named_and_not_called_no_key(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    call = story.calls(cast.anna)[0]
    story.sim.answer(call.sid)
    story.sim.press(call.sid, "5")
    story.sim.hang_up(call.sid)
    page = proof_page(story, cast.marek, ticket)
    assert "odebrano, naciśnięto klawisz 5" in page and "nie naciśnięto klawisza" not in page
    assert "nikt w nim nie przyjął zgłoszenia" in " ".join(map(sentence, story.state(ticket).events))


def test_a_1_that_came_too_late_says_that_somebody_else_had_the_ticket(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    call = story.calls(cast.anna)[0]
    story.sim.answer(call.sid)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
    story.sim.press(call.sid, "1")
    page = proof_page(story, cast.marek, ticket)
    assert "naciśnięto klawisz 1, zgłoszenie miał już ktoś inny" in page


def test_where_others_were_alerted_before_the_outcome_says_whose_sms_arrived(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    story.passes(minutes=5, seconds=10)
    story.sim.deliver(story.sms(cast.beata).sid)
    story.answers(cast.beata, "1")
    page = proof_page(story, cast.marek, ticket)
    assert "(Beata Testowa) · Zgłoszenie przyjmuje Beata Testowa" in page
