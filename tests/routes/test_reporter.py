import re
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from helpdesk import clock, outbox, tokens
from helpdesk.extensions import db, limiter
from helpdesk.models import Message, Ticket
from helpdesk.models.codes import AckVia, AttemptState, Category, Priority, TicketStatus
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.attachments import attach, store_upload
from helpdesk.tickets.conversation import add_note, reply
from helpdesk.tickets.lifecycle import resolve, wait_for_unit
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.transaction import transaction
from tests.drafts import attempts


@pytest.fixture(autouse=True)
def _no_limits(app, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", False)


@pytest.fixture
def ticket(cast) -> Ticket:
    with transaction():
        return open_ticket(
            TicketDraft(
                unit=cast.osp,
                category=Category.HELD_POST,
                priority=Priority.URGENT,
                summary="Ostrzeżenie o wodzie",
                reporter=Reporter("Jan Testowy", "+48500000033"),
            )
        )


@pytest.fixture
def page(ticket) -> str:
    return f"/t/{tokens.sign(tokens.TICKET_PAGE, ticket.id)}"


def screenshot() -> BytesIO:
    written = BytesIO()
    Image.new("RGB", (20, 20), "red").save(written, "PNG")
    return BytesIO(written.getvalue())


def test_the_receipt_says_number_times_and_what_to_do_if_nothing_happens(client, ticket, page):
    text = client.get(f"{page}/receipt").text
    assert ticket.number in text
    assert "10:15" in text  # to be taken within 15 minutes, local time
    assert 'href="tel:+48500000100"' in text
    assert f"http://helpdesk.test{page}" in text


def test_the_page_tells_who_is_being_alerted_and_then_who_has_it(client, cast, ticket, page):
    assert cast.anna.name in client.get(page).text
    with transaction():
        acknowledge(db.session.get(Ticket, ticket.id), cast.beata, AckVia.PAGE)
    assert cast.beata.name in client.get(f"{page}/live").text
    assert cast.beata.name in client.get(f"{page}/state").text


def test_while_no_message_gets_out_the_page_says_so(client, ticket, page):
    assert "nie wychodzą" not in client.get(page).text
    clock.advance(timedelta(seconds=30))
    assert "nie wychodzą" in client.get(page).text
    with transaction():
        outbox.move(attempts()[0].id, AttemptState.ACCEPTED)
    assert "nie wychodzą" not in client.get(page).text


def test_the_receipt_of_a_taken_ticket_promises_the_answer_and_no_news_of_its_taking(client, cast, ticket, page):
    assert "Gdy ktoś przyjmie zgłoszenie, wyślemy SMS" in client.get(f"{page}/state").text
    assert "Przyjęcie do<" in client.get(f"{page}/receipt").text
    with transaction():
        acknowledge(db.session.get(Ticket, ticket.id), cast.beata, AckVia.PAGE)
    text = client.get(f"{page}/receipt").text
    assert "Gdy ktoś przyjmie" not in text
    assert "Odpowiedź przyjdzie SMS-em" in text
    assert "Przyjęcie<" in text


@pytest.mark.parametrize("token", ["forged", "WzFd.x.y"])
@pytest.mark.parametrize("rest", ["", "/receipt", "/live", "/state", "/files/1"])
def test_a_forged_link_opens_nothing(client, cast, token, rest):
    answer = client.get(f"/t/{token}{rest}")
    assert answer.status_code == 404


def test_a_token_for_something_else_opens_no_ticket(client, cast, ticket):
    answer = client.get(f"/t/{tokens.sign(tokens.ACK_LINK, ticket.id)}")
    assert answer.status_code == 404


def test_internal_notes_and_their_files_stay_hidden(client, cast, ticket, page):
    with transaction():
        by = of_user(cast.anna)
        note = add_note(ticket, by, "wewnętrzna uwaga")
        [secret] = attach(ticket, [store_upload("tajne.png", screenshot().read())], by, note)
    text = client.get(page).text
    assert "wewnętrzna uwaga" not in text and f"/files/{secret.id}" not in text
    assert client.get(f"{page}/files/{secret.id}").status_code == 404


def test_what_somebody_writes_is_shown_as_text_not_as_markup(client, cast, ticket, page):
    with transaction():
        reply(ticket, of_user(cast.anna), "<b>x</b><script>alert(1)</script>")
    assert "&lt;script&gt;" in client.get(page).text


def test_the_reporter_answers_and_the_ticket_goes_on(client, cast, ticket, page):
    with transaction():
        reply(ticket, of_user(cast.anna), "Który post?")
        wait_for_unit(ticket, of_user(cast.anna))
    client.post(page, data={"body": "Ten z rana", "pictures": (screenshot(), "rano.png")})
    db.session.refresh(ticket)
    assert (ticket.status, ticket.messages[-1].body) == (TicketStatus.IN_PROGRESS, "Ten z rana")
    assert "rano.png" in client.get(page).text


def test_a_second_click_writes_the_message_once(client, ticket, page):
    seen = re.search(r'name="seen" value="(\d+)"', client.get(page).text)[1]
    for _ in range(2):
        client.post(page, data={"body": "Już działa?", "seen": seen})
    assert db.session.query(Message).count() == 1


def test_the_same_words_can_be_written_again_later(client, ticket, page):
    for _ in range(2):
        seen = re.search(r'name="seen" value="(\d+)"', client.get(page).text)[1]
        client.post(page, data={"body": "Halo?", "seen": seen})
    assert db.session.query(Message).count() == 2


def test_pictures_alone_are_an_answer(client, ticket, page):
    assert client.post(page, data={"pictures": (screenshot(), "a.png")}).status_code == 303


def test_an_empty_answer_is_asked_for_again(client, ticket, page):
    assert client.post(page, data={"body": " "}).status_code == 422


def test_a_resolved_ticket_is_reopened_with_a_reason(client, cast, ticket, page):
    with transaction():
        resolve(ticket, of_user(cast.anna))
    assert client.post(page, data={"reopen": "y"}).status_code == 422
    client.post(page, data={"reopen": "y", "body": "Nadal wisi"})
    db.session.refresh(ticket)
    assert ticket.is_open and ticket.reopened_count == 1


def test_thanks_written_just_after_the_end_do_not_wake_anybody(client, cast, ticket, page):
    with transaction():
        resolve(ticket, of_user(cast.anna))
    answer = client.post(page, data={"body": "Dziękuję!"})
    db.session.refresh(ticket)
    assert answer.status_code == 409 and "Dziękuję!" in answer.text
    assert ticket.status is TicketStatus.RESOLVED


def test_an_expired_session_gives_the_message_back(app, client, ticket, page, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post(page, data={"body": "Długo pisane", "pictures": (screenshot(), "a.png")})
    assert answer.status_code == 400
    assert "Długo pisane" in answer.text and 'name="kept"' in answer.text


def test_an_upload_survives_a_mistake(client, ticket, page):
    answer = client.post(page, data={"body": "x" * 5001, "pictures": (screenshot(), "a.png")})
    [kept] = re.findall(r'name="kept"[^>]*value="([^"]+)"', answer.text)
    client.post(page, data={"body": "krócej", "kept": kept})
    assert [attachment.name for attachment in ticket.attachments] == ["a.png"]


def test_getting_pages_changes_nothing(client, ticket, page):
    for rest in ("", "/receipt", "/live", "/state"):
        client.get(page + rest)
    assert db.session.query(Message).count() == 0
