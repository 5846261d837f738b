"""The duty page: what waits for me now, at three in the morning."""

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import DutyTest, Override
from helpdesk.models.codes import AckVia, Category, Priority, TicketStatus
from helpdesk.oncall import running_alerts
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.contacts import mark_broken
from helpdesk.tickets import conversation, lifecycle
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket


@pytest.fixture
def phone(client, cast):
    """Anna's phone; she is on duty."""
    sign_in(client, cast.anna)
    return client


def file_urgent(cast, summary="Powódź", **overrides):
    reporter = Reporter(name="Jan Testowy", phone="+48500000000")
    draft = {"unit": cast.osp, "category": Category.HELD_POST, "priority": Priority.URGENT, "summary": summary}
    with transaction():
        return open_ticket(TicketDraft(reporter=reporter, **(draft | overrides)))


def test_the_alert_stands_on_the_page_with_one_button_and_the_reporters_phone(phone, cast):
    ticket = file_urgent(cast)
    text = phone.get("/duty").text
    assert "Powódź" in text and "OSP Modrzewie" in text
    assert text.count('id="take"') == 1 and f"/duty/{ticket.number}/acknowledge" in text
    assert 'href="tel:+48500000000"' in text
    assert 'data-bs-theme="dark"' in text


def test_taking_it_leads_back_to_what_comes_next(phone, cast):
    ticket = file_urgent(cast)
    answer = phone.post(f"/duty/{ticket.number}/acknowledge", follow_redirects=True)
    db.session.refresh(ticket)
    assert ticket.acknowledged_by_id == cast.anna.id
    assert f"/duty/{ticket.number}/resolve" in answer.text
    assert f"/duty/{ticket.number}/acknowledge" not in answer.text


def test_whoever_comes_second_reads_who_has_it(phone, cast):
    ticket = file_urgent(cast)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.VOICE)
    answer = phone.post(f"/duty/{ticket.number}/acknowledge", follow_redirects=True)
    assert "Beata Testowa" in answer.text.split("<h1")[0]


def test_passing_on_alerts_the_next_person_at_once(phone, cast):
    ticket = file_urgent(cast)
    phone.post(f"/duty/{ticket.number}/pass")
    assert running_alerts.running(ticket).next_step_at == clock.now()
    assert "/pass" not in phone.get("/duty").text


def test_passing_on_what_somebody_took_meanwhile_is_said(phone, cast):
    ticket = file_urgent(cast)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.SMS)
    assert phone.post(f"/duty/{ticket.number}/pass", follow_redirects=True).text.count(ticket.number) == 1


def test_what_is_for_me_stands_before_what_others_are_alerted_about(phone, cast):
    make_ticket(cast, summary="Dla innych", priority=Priority.URGENT, next_due_at=clock.now())
    file_urgent(cast, "Dla Anny")
    text = phone.get("/duty").text
    assert text.index("Dla Anny") < text.index("Dla innych")


def test_hate_is_folded_away_at_night_too(phone, cast):
    file_urgent(cast, category=Category.HATE, description="Okropne słowa")
    before = phone.get("/duty").text.split("Okropne słowa")[0]
    assert before.count("<details") > before.count("</details>")


def test_a_few_words_can_be_sent_and_the_ticket_resolved_right_there(phone, cast):
    ticket = file_urgent(cast)
    phone.post(f"/duty/{ticket.number}/acknowledge")
    phone.post(f"/duty/{ticket.number}/reply", data={"body": "Już patrzę"})
    phone.post(f"/duty/{ticket.number}/resolve", data={"body": "Opublikowane"})
    db.session.refresh(ticket)
    assert [message.body for message in ticket.messages] == ["Już patrzę", "Opublikowane"]
    assert ticket.status is TicketStatus.RESOLVED


def test_of_several_tickets_only_the_first_has_its_form_open_and_one_with_words_stays_open(phone, cast):
    tickets = [file_urgent(cast), file_urgent(cast), file_urgent(cast)]
    for ticket in tickets:
        phone.post(f"/duty/{ticket.number}/acknowledge")
    assert phone.get("/duty").text.count("Odpowiedz lub rozwiąż") == 2
    for ticket in tickets[1:]:
        conflict = phone.post(f"/duty/{ticket.number}/reply", data={"body": ""})
        assert conflict.text.count("Odpowiedz lub rozwiąż") == 1


def test_a_dead_number_of_mine_stands_on_top_unless_an_alert_does(phone, cast):
    with transaction():
        mark_broken(cast.anna.contacts[0], "30005")
    text = phone.get("/duty").text
    assert text.index("Już działa", text.index("<main")) < text.index('id="live"')
    file_urgent(cast)
    text = phone.get("/duty").text
    assert text.index("Już działa", text.index("<main")) > text.index('id="take"')
    assert 'name="back" value="/duty"' in phone.get("/duty/alerts").text


def test_an_empty_reply_says_so_beside_the_field(phone, cast):
    ticket = file_urgent(cast)
    phone.post(f"/duty/{ticket.number}/acknowledge")
    answer = phone.post(f"/duty/{ticket.number}/reply", data={"body": ""})
    assert answer.status_code == 422 and f"body-{ticket.id}-error" in answer.text


def test_words_are_kept_when_somebody_wrote_meanwhile(phone, cast):
    ticket = file_urgent(cast)
    phone.post(f"/duty/{ticket.number}/acknowledge")
    with transaction():
        conversation.reply(ticket, of_user(cast.beata), "Ja też patrzę")
    answer = phone.post(f"/duty/{ticket.number}/reply", data={"body": "Moje słowa", "seen": "0"})
    assert answer.status_code == 409 and "Moje słowa</textarea>" in answer.text


def test_words_are_kept_when_somebody_resolved_it_meanwhile(phone, cast):
    ticket = file_urgent(cast)
    phone.post(f"/duty/{ticket.number}/acknowledge")
    with transaction():
        lifecycle.resolve(ticket, of_user(cast.beata))
    answer = phone.post(f"/duty/{ticket.number}/reply", data={"body": "Moje słowa"})
    assert answer.status_code == 409 and "Moje słowa</textarea>" in answer.text


def test_nothing_waits_and_i_am_on_duty_until_eight(phone, cast):
    text = phone.get("/duty").text
    assert 'id="take"' not in text
    assert "12 mar 2026, 08:00" in text


def test_others_read_who_is_on_duty(client, cast):
    sign_in(client, cast.celina)
    text = client.get("/duty").text
    assert "Anna Testowa" in text and "Beata Testowa" in text


def test_who_comes_next_is_named_unless_it_is_the_reader(client, cast):
    sign_in(client, cast.anna)
    assert "Następny dyżur: Beata Testowa" in client.get("/duty").text
    sign_in(client, cast.beata)
    assert "Następny dyżur: Ty" in client.get("/duty").text


def test_without_a_schedule_nobody_is_on_duty_and_the_page_opens(phone, cast):
    with transaction():
        db.session.delete(cast.policy)
        for rotation in cast.schedule.rotations:
            db.session.delete(rotation)
    assert phone.get("/duty").status_code == 200


def test_the_shift_that_runs_does_not_seem_to_start_this_minute(phone, cast):
    shifts = phone.get("/duty").text.split('id="shifts"')[1].split("</ul>")[0]
    assert "<strong>teraz</strong> –" in shifts and "10:00" not in shifts  # it is ten now


def test_my_shifts_show_what_i_stand_in_for(phone, cast):
    starts = clock.now().replace(day=13)
    with transaction():
        ends = starts.replace(hour=12)
        db.session.add(Override(schedule=cast.schedule, user=cast.anna, starts_at=starts, ends_at=ends))
    shifts = phone.get("/duty").text.split('id="shifts"')[1]
    assert "13 mar 2026, 10:00" in shifts and "13 mar 2026, 13:00" in shifts


def test_the_part_that_changes_by_itself_has_a_new_version_with_a_new_alert(phone, cast):
    before = phone.get("/duty/alerts").text
    file_urgent(cast)
    after = phone.get("/duty/alerts").text
    assert before.split('data-version="')[1].split('"')[0] != after.split('data-version="')[1].split('"')[0]
    assert "<html" not in after and "Powódź" in after


def test_reporters_have_no_duty(client, cast):
    sign_in(client, cast.jan)
    assert client.get("/duty").status_code == 403


def test_the_next_test_alert_and_the_last_one_stand_below_the_shifts(phone, cast):
    with transaction():
        db.session.add(DutyTest(week="2026-W10", user=cast.dorota, confirmed_at=clock.now()))
    shifts = phone.get("/duty").text.split('id="shifts"')[1]
    assert "16 mar 2026, 10:00, Celina Testowa" in shifts
    assert "Dorota Testowa" in shifts
