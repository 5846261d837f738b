"""The desk: the list, the page of a ticket, and what staff do to it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import g
from flask_babel import force_locale

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.forms.desk import DayRange
from helpdesk.models import Attempt, Notification, Ticket
from helpdesk.models.codes import AckVia, AttemptState, Category, Channel, MessageKind, Priority, TicketStatus
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.tickets import conversation, lifecycle
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket


@pytest.fixture
def desk(client, cast):
    """Anna, signed in."""
    sign_in(client, cast.anna)
    return client


def file_ticket(cast, **overrides) -> Ticket:
    reporter = Reporter(name="Jan Testowy", phone="+48500000000", email="jan@modrzewie.test")
    draft = {"unit": cast.osp, "category": Category.HELD_POST, "priority": Priority.URGENT, "summary": "Powódź"}
    with transaction():
        return open_ticket(TicketDraft(reporter=reporter, **(draft | overrides)))


def post(client, ticket, action, **fields):
    return client.post(f"/desk/{ticket.number}/{action}", data=fields)


def page_of(client, ticket) -> str:
    return client.get(f"/desk/{ticket.number}").text


def seen_on(client, ticket) -> str:
    """The hidden field of the page as it is drawn now."""
    return page_of(client, ticket).split('name="seen" value="')[1].split('"')[0]


# The list


def test_the_desk_shows_what_is_open(desk, cast):
    make_ticket(cast, summary="Otwarte")
    make_ticket(cast, summary="Zamknięte", status=TicketStatus.CLOSED)
    text = desk.get("/desk").text
    assert "Otwarte" in text and "Zamknięte" not in text


def test_urgent_tickets_that_nobody_has_stand_above_the_list_once(desk, cast):
    make_ticket(cast, summary="Zwykłe", next_due_at=clock.now() - timedelta(hours=9))
    make_ticket(cast, summary="Pilne", priority=Priority.URGENT, next_due_at=clock.now())
    text = desk.get("/desk").text
    assert text.index("Pilne<") < text.index("Zwykłe<")
    assert text.count("Pilne</a>") == 1


def test_the_history_goes_back_ninety_days_unless_asked_for_more(desk, cast):
    make_ticket(cast, summary="Dawne", created_at=clock.now() - timedelta(days=100), status=TicketStatus.CLOSED)
    assert "Dawne" not in desk.get("/desk?status=finished").text
    assert "Dawne" in desk.get("/desk?status=finished&since=").text


def test_local_days_frame_the_drill_down_of_the_dashboard(desk, cast):
    late_evening = clock.now().replace(hour=22, minute=59)  # 23:59 in Warsaw
    make_ticket(cast, summary="Wieczorne", created_at=late_evening, status=TicketStatus.RESOLVED)
    assert "Wieczorne" in desk.get("/desk?since=2026-03-11&until=2026-03-11").text
    assert "Wieczorne" not in desk.get("/desk?since=2026-03-12").text


def test_english_dates_have_the_day_first_as_everywhere(app):
    with force_locale("en"):
        assert DayRange(date(2026, 3, 1), None).since_words == "1 Mar 2026"


def test_a_municipality_can_be_named_by_id_code_or_name(desk, cast):
    make_ticket(cast, summary="Szkolne")
    make_ticket(cast, summary="Biblioteczne", unit=cast.library)
    for name in (str(cast.brzezina.id), "brz", "Brzezina"):
        text = desk.get("/desk", query_string={"municipality": name}).text
        assert "Biblioteczne" in text and "Szkolne" not in text


def test_an_unknown_municipality_is_said_beside_the_field(desk, cast):
    make_ticket(cast, summary="Szkolne")
    text = desk.get("/desk?municipality=Nigdzie").text
    assert "municipality-error" in text and "Szkolne" not in text


def test_municipalities_are_offered_for_what_is_being_typed(desk, cast):
    offered = desk.get("/desk/places?q=rzezi").text
    assert f'value="{cast.brzezina.code}"' in offered and cast.modrzewie.name not in offered


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"category": "hate", "priority": "urgent"}, "Hejt · Pilne"),
        ({"municipality": "brz", "administrator": "none"}, "Brzezina · nieprzydzielone"),
        ({"target": "resolve", "outcome": "breached"}, "Rozwiązanie: termin przekroczony"),
        ({"outcome": "late"}, "załatwione po terminie"),
        ({"unit": "999", "assignee": "999"}, "wybrana jednostka · wybrana osoba"),
        ({"municipality": "<b>"}, "&lt;b&gt;"),
        ({"reopened": "yes"}, "wznowione"),
        ({"due": "soon", "status": "open"}, "termin w ciągu 2 godzin"),
        ({"since": "2026-03-01", "until": "2026-03-11", "hour": "25"}, "zgłoszone: wtorek, 01:00–02:00"),
    ],
)
def test_a_list_says_what_it_is_narrowed_to(desk, query, words):
    text = desk.get("/desk", query_string={"status": "all", **query}).text
    assert f"Filtry: <strong>{words}</strong>" in text


def test_the_unit_behind_a_figure_is_named_and_can_be_left(desk, cast):
    text = desk.get(f"/desk?status=all&unit={cast.library.id}").text
    assert f"Filtry: <strong>{cast.library.name}</strong>" in text
    assert f'<option value="{cast.library.id}" selected>' in text


def test_the_days_of_the_end_are_not_called_those_of_the_filing(desk):
    text = desk.get("/desk?status=all&since=2026-03-01&until=2026-03-11&by=end").text
    assert "Rozwiązane od 1 mar 2026 do 11 mar 2026." in text and "Zgłoszone od 1" not in text


def test_what_only_the_address_says_is_kept_when_a_filter_is_changed(desk):
    days = "since=2026-03-01&until=2026-03-11"
    for name, value in {"by": "end", "reopened": "yes", "hour": "25"}.items():
        text = desk.get(f"/desk?status=all&{days}&{name}={value}").text
        assert f'<input type="hidden" name="{name}" value="{value}">' in text


@pytest.mark.parametrize("query", ["hour=999", "target=resolve", "outcome=gone", "reopened=1", "since=9999-12-31"])
def test_what_has_no_effect_is_neither_said_nor_kept(desk, query):
    text = desk.get(f"/desk?status=all&{query}").text
    assert "Filtry</summary>" in text and text.split('role="search"')[1].count('type="hidden"') == 1


@pytest.mark.parametrize("days", ["since=2026-03-10", "since=&until=2026-03-12", "since="])
def test_the_days_of_the_end_may_be_left_open(desk, cast, days):
    make_ticket(cast, summary="Rozwiązane", status=TicketStatus.RESOLVED, resolved_at=clock.now())
    make_ticket(cast, summary="Wciąż otwarte")
    text = desk.get(f"/desk?status=all&by=end&{days}").text
    assert "Rozwiązane</a>" in text and "Wciąż otwarte" not in text


def test_a_unit_of_another_municipality_is_left_out(desk, cast):
    make_ticket(cast, summary="Biblioteczne", unit=cast.library)
    text = desk.get(f"/desk?municipality=BRZ&unit={cast.school.id}").text
    assert "Biblioteczne" in text and "Filtry: <strong>Brzezina</strong>" in text


def test_days_are_taken_whichever_comes_first(desk, cast):
    make_ticket(cast, summary="Dzisiejsze")
    assert "Dzisiejsze" in desk.get("/desk?since=2026-03-12&until=2026-03-01").text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("q=nic", "Nie przeszukano zakończonych zgłoszeń."),
        ("q=nic&status=finished&since=2026-01-01", "Nie przeszukano starszych zgłoszeń."),
        ("q=nic&status=all&since=", "Użyj mniej filtrów albo innych słów."),
    ],
)
def test_an_empty_list_says_what_was_not_searched(desk, query, words):
    assert words in desk.get(f"/desk?{query}").text


@pytest.mark.parametrize("name", ["endpoint", "_scheme", "_external", "_anchor", "after"])
def test_a_parameter_that_no_list_reads_gets_into_no_address(desk, name):
    page = desk.get(f"/desk?{name}=attack").text
    assert "attack" not in page.split("<main")[1]


def test_reporters_are_not_named_by_their_number(desk, cast):
    text = desk.get(f"/desk?assignee={cast.jan.id}").text
    assert "wybrana osoba" in text and cast.jan.name not in text


def test_what_is_late_is_asked_of_open_tickets_alone(desk, cast):
    make_ticket(cast, summary="Zamknięte", status=TicketStatus.CLOSED)
    assert "Zamknięte" in desk.get("/desk?status=finished&due=late").text


def test_clearing_the_filters_keeps_the_state_and_the_words(desk):
    text = desk.get("/desk?status=finished&category=hate&q=nic").text
    assert 'href="/desk?status=finished&amp;q=nic">Wyczyść filtry' in text


def test_who_is_no_administrator_is_named_and_stays_chosen(desk, cast):
    text = desk.get(f"/desk?assignee={cast.marek.id}").text
    assert f"Filtry: <strong>{cast.marek.name}</strong>" in text
    assert f'<option value="{cast.marek.id}" selected>' in text


def test_a_coordinator_does_not_learn_the_names_of_other_municipalities(client, cast):
    make_ticket(cast, summary="Nasze")
    sign_in(client, cast.kinga)
    text = client.get("/desk?municipality=BRZ&assignee=none").text
    assert "Nasze" in text and cast.brzezina.name not in text


def test_my_own_tickets_can_be_picked(desk, cast):
    make_ticket(cast, summary="Anny", assignee=cast.anna)
    make_ticket(cast, summary="Beaty", assignee=cast.beata)
    text = desk.get("/desk?assignee=me").text
    assert "Anny" in text and "Beaty" not in text


def test_a_whole_number_in_the_search_opens_the_ticket_even_a_closed_one(desk, cast):
    ticket = make_ticket(cast, status=TicketStatus.CLOSED)
    answer = desk.get("/desk", query_string={"q": ticket.number.lower()})
    assert answer.location == f"/desk/{ticket.number}"


NONSENSE = ("status=x&priority=y&category=z", "since=x&until=9", "unit=99999999999999999999", "after=_")


@pytest.mark.parametrize("query", NONSENSE)
def test_an_address_that_makes_no_sense_still_shows_the_desk(desk, cast, query):
    assert desk.get(f"/desk?{query}").status_code == 200


def test_the_list_continues_by_key(desk, cast):
    for number in range(31):
        make_ticket(cast, summary=f"Post {number:02}", next_due_at=clock.now() + timedelta(minutes=number))
    first = desk.get("/desk?category=held_post")
    key = first.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "Post 30" not in first.text
    assert "Post 30" in desk.get(key).text and "Post 29" not in desk.get(key).text


def test_a_coordinator_sees_the_gmina_and_no_other(client, cast):
    make_ticket(cast, summary="Nasze")
    make_ticket(cast, summary="Cudze", unit=cast.library)
    sign_in(client, cast.kinga)
    text = client.get("/desk").text
    assert "Nasze" in text and "Cudze" not in text


def test_reporters_have_no_desk(client, cast):
    sign_in(client, cast.jan)
    assert client.get("/desk").status_code == 403


def queries_of(client, path) -> int:
    """How many queries a page takes that finds nothing in memory, not even who is signed in."""
    statements = []
    client.get(path)  # a new connection asks questions of its own
    db.session.expunge_all()
    g.pop("_login_user", None)

    def note(_connection, _cursor, statement, *_):
        statements.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    assert client.get(path).status_code == 200
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(statements)


def test_the_number_of_queries_does_not_grow_with_the_list(desk, cast):
    make_ticket(cast, category=Category.OTHER, assignee=cast.beata)
    for person, unit in ((cast.anna, cast.school), (cast.celina, cast.library), (cast.dorota, cast.osp)):
        make_ticket(cast, unit=unit, assignee=person)
        make_ticket(cast, unit=unit, priority=Priority.URGENT)
    one = queries_of(desk, "/desk?category=other")
    assert queries_of(desk, "/desk?category=held_post") == one


def test_the_number_of_queries_does_not_grow_with_the_attempts(desk, cast):
    paths = [f"/desk/{file_ticket(cast).number}" for _ in range(2)]
    busy = db.session.scalars(sa.select(Ticket).order_by(Ticket.id.desc())).first()
    with transaction():
        acknowledge(busy, cast.beata, AckVia.SMS)
        for person in (cast.beata, cast.celina, cast.dorota):
            lifecycle.assign(busy, person, of_user(cast.marek))
            conversation.reply(busy, of_user(person), "Dzwonię")
    quiet_count, busy_count = (queries_of(desk, path) for path in paths)
    assert busy_count <= quiet_count + 1  # who has it


# The page of a ticket


def test_staff_can_call_and_write_to_the_reporter(desk, cast):
    text = page_of(desk, file_ticket(cast))
    assert 'href="tel:+48500000000"' in text and 'href="mailto:jan@modrzewie.test' in text


def test_hate_is_folded_away(desk, cast):
    ticket = make_ticket(cast, category=Category.HATE, description="Okropne słowa")
    before, after = page_of(desk, ticket).split("Okropne słowa")
    assert (
        before.rindex("<details") > before.rindex("</details>") if "</details>" in before else "<details" in before
    )
    assert "</details>" in after


def test_every_attempt_stands_in_the_proof_with_seconds_and_a_masked_number(desk, cast):
    ticket = file_ticket(cast)
    with transaction():
        to_anna = sa.select(Attempt).join(Notification).where(Notification.user_id == cast.anna.id)
        attempt = db.session.scalars(to_anna.where(Attempt.channel == Channel.VOICE)).one()
        attempt.sending_at = attempt.accepted_at = attempt.sent_at = clock.now() + timedelta(seconds=7)
        attempt.state, attempt.finished_at = AttemptState.UNDELIVERED, clock.now() + timedelta(seconds=41)
        attempt.provider_status, attempt.error_code = "no-answer", ""
    proof = page_of(desk, ticket).split('id="proof"')[1]
    assert "10:00:07" in proof and "10:00:41" in proof
    assert cast.anna.contacts[0].value not in proof and "Anna Testowa" in proof


def test_a_reporter_is_led_to_their_own_page(client, cast):
    ticket = make_ticket(cast)
    sign_in(client, cast.jan)
    assert client.get(f"/desk/{ticket.number}").location.startswith("/t/")


def test_a_coordinator_reads_the_public_part_and_can_do_nothing(client, cast):
    ticket = make_ticket(cast)
    with transaction():
        conversation.add_note(ticket, of_user(cast.anna), "Tajna uwaga")
        conversation.reply(ticket, of_user(cast.anna), "Jawna odpowiedź")
    sign_in(client, cast.kinga)
    text = page_of(client, ticket)
    assert "Jawna odpowiedź" in text and "Tajna uwaga" not in text
    assert f"/desk/{ticket.number}/" not in text
    assert post(client, ticket, "reply", body="x").status_code == 403


def test_the_ticket_of_another_gmina_does_not_exist_for_a_coordinator(client, cast):
    ticket = make_ticket(cast, unit=cast.library)
    sign_in(client, cast.kinga)
    assert client.get(f"/desk/{ticket.number}").status_code == 404


# What staff do


def test_taking_a_ticket_on_its_page_ends_the_alert(desk, cast):
    ticket = file_ticket(cast)
    assert post(desk, ticket, "acknowledge").location == f"/desk/{ticket.number}"
    db.session.refresh(ticket)
    assert ticket.acknowledged_by_id == cast.anna.id


def test_whoever_takes_it_second_reads_who_has_it(desk, cast):
    ticket = file_ticket(cast)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.SMS)
    answer = desk.post(f"/desk/{ticket.number}/acknowledge", follow_redirects=True)
    assert "Beata Testowa" in answer.text.split("<h1")[0]
    assert ticket.acknowledged_by_id == cast.beata.id


def test_a_reply_is_public_and_a_note_is_not(desk, cast):
    ticket = file_ticket(cast)
    post(desk, ticket, "reply", body="Już patrzę")
    post(desk, ticket, "note", note="Ten sam profil co wczoraj")
    db.session.refresh(ticket)
    kinds = {message.body: message.kind for message in ticket.messages}
    assert kinds == {"Już patrzę": MessageKind.PUBLIC, "Ten sam profil co wczoraj": MessageKind.INTERNAL}


def test_an_empty_reply_comes_back_with_a_word_beside_the_field(desk, cast):
    answer = post(desk, make_ticket(cast), "reply", body="  ")
    assert answer.status_code == 422 and "body-error" in answer.text


def test_a_reply_carries_files(desk, cast):
    ticket = file_ticket(cast)
    pdf = (BytesIO(b"%PDF-1.4 test"), "regulamin.pdf")
    desk.post(f"/desk/{ticket.number}/reply", data={"body": "W załączniku", "files": [pdf]})
    db.session.refresh(ticket)
    assert [a.name for a in ticket.attachments] == ["regulamin.pdf"]
    assert ticket.attachments[0].message_id == ticket.messages[0].id


def test_a_refused_file_keeps_the_words_and_the_good_file(desk, cast):
    ticket = file_ticket(cast)
    files = [(BytesIO(b"%PDF-1.4 test"), "dobry.pdf"), (BytesIO(b"MZ"), "zly.exe")]
    answer = desk.post(f"/desk/{ticket.number}/reply", data={"body": "Słowa", "files": files})
    assert answer.status_code == 422
    assert "Słowa</textarea>" in answer.text and "dobry.pdf" in answer.text and "zly.exe" in answer.text


def test_waiting_asks_the_question_and_stops_the_clocks(desk, cast):
    ticket = file_ticket(cast)
    post(desk, ticket, "wait", body="Który to post?")
    db.session.refresh(ticket)
    assert ticket.status is TicketStatus.WAITING and ticket.next_due_at is None
    assert [message.body for message in ticket.messages] == ["Który to post?"]
    post(desk, ticket, "resume")
    db.session.refresh(ticket)
    assert ticket.status is TicketStatus.IN_PROGRESS


def test_resolving_sends_the_closing_words(desk, cast):
    ticket = file_ticket(cast)
    post(desk, ticket, "resolve", body="Post jest widoczny.")
    db.session.refresh(ticket)
    assert ticket.status is TicketStatus.RESOLVED
    assert [message.body for message in ticket.messages] == ["Post jest widoczny."]


def test_resolving_needs_no_words(desk, cast):
    ticket = file_ticket(cast)
    post(desk, ticket, "resolve")
    db.session.refresh(ticket)
    assert ticket.status is TicketStatus.RESOLVED and ticket.messages == []


def test_reopening_wants_a_reason(desk, cast):
    ticket = make_ticket(cast, status=TicketStatus.RESOLVED)
    assert post(desk, ticket, "reopen").status_code == 422
    assert post(desk, ticket, "reopen", reopen_reason="Post znów zniknął").status_code == 302
    db.session.refresh(ticket)
    assert ticket.is_open


def test_a_ticket_is_handed_to_a_colleague(desk, cast):
    ticket = make_ticket(cast)
    post(desk, ticket, "assign", to=cast.celina.id)
    db.session.refresh(ticket)
    assert ticket.assignee_id == cast.celina.id


def test_a_ticket_cannot_be_handed_to_a_reporter(desk, cast):
    ticket = make_ticket(cast)
    assert post(desk, ticket, "assign", to=cast.jan.id).status_code == 422
    assert ticket.assignee_id is None


def test_lowering_the_priority_wants_a_reason_beside_the_field(desk, cast):
    ticket = file_ticket(cast)
    answer = post(desk, ticket, "priority", to_priority="normal")
    assert answer.status_code == 409 and 'id="reason-error"' in answer.text
    post(desk, ticket, "priority", to_priority="normal", reason="To zaproszenie")
    db.session.refresh(ticket)
    assert ticket.priority is Priority.NORMAL


def test_raising_the_priority_starts_the_alert(desk, cast):
    ticket = file_ticket(cast, priority=Priority.NORMAL)
    post(desk, ticket, "priority", to_priority="urgent")
    alerts = sa.select(Notification).where(Notification.escalation_id.is_not(None))
    assert db.session.scalars(alerts).first() is not None


def test_the_second_of_two_replies_at_once_is_held_back_and_kept(desk, cast):
    ticket = file_ticket(cast)
    seen = seen_on(desk, ticket)
    with transaction():
        conversation.reply(ticket, of_user(cast.beata), "Zrobione")
    answer = post(desk, ticket, "reply", body="Już robię", seen=seen)
    assert answer.status_code == 409 and "Beata Testowa" in answer.text
    assert "Już robię</textarea>" in answer.text
    assert post(desk, ticket, "reply", body="Już robię", seen=seen_on(desk, ticket)).status_code == 302


def test_the_same_reply_sent_twice_is_stored_once(desk, cast):
    ticket = file_ticket(cast)
    seen = seen_on(desk, ticket)
    assert [post(desk, ticket, "reply", body="Raz", seen=seen).status_code for _ in range(2)] == [302, 409]
    db.session.refresh(ticket)
    assert len(ticket.messages) == 1


def test_my_own_earlier_click_does_not_hold_my_reply_back(desk, cast):
    ticket = file_ticket(cast)
    seen = seen_on(desk, ticket)
    post(desk, ticket, "acknowledge")
    assert post(desk, ticket, "reply", body="Mam to", seen=seen).status_code == 302


def test_words_for_a_ticket_finished_meanwhile_are_not_lost(desk, cast):
    ticket = make_ticket(cast, status=TicketStatus.RESOLVED)
    answer = post(desk, ticket, "reply", body="Długa odpowiedź")
    assert answer.status_code == 409 and "Długa odpowiedź</textarea>" in answer.text


ACTIONS = ("acknowledge", "reply", "note", "assign", "priority", "wait", "resume", "resolve", "reopen")


@pytest.mark.parametrize("action", ACTIONS)
def test_opening_an_action_by_address_changes_nothing(desk, cast, action):
    ticket = make_ticket(cast)
    assert desk.get(f"/desk/{ticket.number}/{action}").status_code == 405


def test_of_two_replies_in_the_same_instant_one_is_held_back(app, cast):
    ticket = file_ticket(cast)
    path, clients = f"/desk/{ticket.number}", [app.test_client(), app.test_client()]
    for client, person in zip(clients, (cast.anna, cast.beata), strict=True):
        sign_in(client, person)
    words = {"body": "Już robię", "seen": seen_on(clients[0], ticket)}
    db.session.remove()
    start = Barrier(2)

    def answer(client) -> int:
        start.wait()
        return client.post(f"{path}/reply", data=words).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, clients)) == [302, 409]
