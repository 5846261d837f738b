from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from helpdesk import outbox
from helpdesk.models.codes import Category, Lane, NotificationEvent, Priority
from helpdesk.notify import email
from helpdesk.notify.links import absolute
from helpdesk.notify.render import quoted, render, render_sms, short_time
from helpdesk.notify.sms_text import segments
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import wait_for_unit
from helpdesk.transaction import transaction
from tests.cast import Cast
from tests.letters import SUMMARY, filed, letter, written

Event = NotificationEvent


@pytest.fixture
def set_up(app: Flask, monkeypatch: pytest.MonkeyPatch):
    def change(**settings: object) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **settings))

    return change


def html_of(notification) -> str:
    with transaction():
        attempt = outbox.add_attempt(notification, Lane.NOTICE, datetime(2026, 3, 11, 9, tzinfo=UTC))
    return email.write(attempt).html


def test_alert_says_how_to_answer(cast: Cast) -> None:
    text = render_sms(letter(Event.ALERT, filed(cast), cast.anna, locale="en"))
    assert text == (
        "URGENT MOD-2026-0001 OSP Modrzewie: Held post. Ostrzezenie o burzy nie pojawia sie w grupie. "
        "Reply 1=I take it 2=I cannot"
    )


def test_alert_from_a_sender_without_a_number_asks_for_no_reply(cast: Cast) -> None:
    text = render_sms(letter(Event.ALERT, filed(cast), cast.anna, locale="en"), can_reply=False)
    assert "Reply" not in text and text.endswith("Answer the call and press 1.")


def test_only_the_words_of_people_are_cut(cast: Cast) -> None:
    ticket = filed(cast, summary="Ostrzeżenie " * 16)
    text = render_sms(letter(Event.ALERT, ticket, cast.anna, locale="en"))
    assert text.startswith("URGENT MOD-2026-0001 OSP Modrzewie: Held post. Ostrzezenie")
    assert text.endswith("... Reply 1=I take it 2=I cannot")
    assert segments(text).units <= 160


def test_sms_holds_no_link_unless_the_house_wants_links(cast: Cast, set_up) -> None:
    receipt = letter(Event.RECEIPT, filed(cast), locale="en")
    assert "http" not in render_sms(receipt)
    set_up(sms_links=True, public_url="https://zgloszenia.modrzewie.test")
    text = render_sms(receipt)
    assert text.split("\n")[1].startswith("https://zgloszenia.modrzewie.test/t/")
    assert segments(text).count <= 2


def test_sms_keeps_its_letters_where_the_house_wants_them(cast: Cast, set_up) -> None:
    set_up(sms_transliterate=False)
    assert SUMMARY in render_sms(letter(Event.ALERT, filed(cast), cast.anna))


def test_reply_carries_the_words_of_the_answer(cast: Cast) -> None:
    ticket = filed(cast)
    message = written(ticket, "Post jest już\nwidoczny,")
    text = render_sms(letter(Event.REPLY, ticket, locale="en", message_id=message.id))
    assert text.startswith("There is an answer in ticket MOD-2026-0001: Post jest juz widoczny.")


def test_reply_says_when_we_wait_for_an_answer(cast: Cast) -> None:
    ticket = filed(cast)
    message = written(ticket, "Prosimy o link.")
    with transaction():
        wait_for_unit(ticket, of_user(cast.anna))
    notification = letter(Event.REPLY, ticket, locale="en", message_id=message.id)
    assert "We are waiting for your answer." in render_sms(notification)
    assert render(notification, "subject") == "[MOD-2026-0001] We need your answer"


def test_files_without_words_are_a_message_too(cast: Cast) -> None:
    ticket = filed(cast)
    message = written(ticket, "", from_reporter=True)
    notification = letter(Event.REPORTER_WROTE, ticket, cast.anna, locale="en", message_id=message.id)
    assert render_sms(notification) == "New message in ticket MOD-2026-0001 (OSP Modrzewie)."
    assert "Files were added." in render(notification, "txt")


@pytest.mark.parametrize("category", [Category.HATE, Category.HATE_SPEECH])
def test_what_is_told_about_third_persons_stays_in_the_ticket(cast: Cast, category: Category) -> None:
    ticket = filed(cast, category=category, description="Adam Zmyślony", answers={"attacked": "Ewa Zmyślona"})
    message = written(ticket, "Iga Zmyślona", from_reporter=True)
    notifications = [
        letter(Event.NEW_TICKET, ticket, cast.anna),
        letter(Event.ASSIGNED, ticket, cast.anna, by="Marek Testowy"),
        letter(Event.REPORTER_WROTE, ticket, cast.anna, message_id=message.id),
    ]
    texts = [render(n, part) for n in notifications for part in ("txt", "subject")]
    texts += [render_sms(n) for n in notifications]
    assert not [text for text in texts if "Zmy" in text]


def test_mail_of_a_new_ticket_tells_all_that_is_needed_to_act(cast: Cast) -> None:
    ticket = filed(
        cast,
        priority=Priority.NORMAL,
        category=Category.PUBLICATION_REQUEST,
        answers={"content": "Zbiórka"},
    )
    text = render(letter(Event.NEW_TICKET, ticket, cast.anna, locale="en"), "txt")
    for part in ("MOD-2026-0001", "municipality: Modrzewie", "Publication request", "+48 500 000 000", SUMMARY):
        assert part in text
    assert "> Idzie burza." in text and "> Zbiórka" in text
    assert "Open and take the ticket:\nhttp://helpdesk.test/ack/" in text


def test_mail_tells_a_threat_of_violence(cast: Cast) -> None:
    ticket = filed(cast, category=Category.HATE, answers={"violence_threat": "yes"})
    assert "threat of violence" in render(letter(Event.ALERT, ticket, cast.anna, locale="en"), "txt")


def test_receipt_promises_a_local_time(cast: Cast, set_up) -> None:
    set_up(hotline_number="+48500000100")
    text = render_sms(letter(Event.RECEIPT, filed(cast), locale="en"))
    assert "by 10:15." in text and "+48 500 000 100" in text and "112" in text


def test_receipt_promises_nothing_where_nothing_is_agreed(cast: Cast) -> None:
    ticket = filed(cast)
    with transaction():
        for row in list(ticket.clocks):
            row.due_at, row.stopped_at = None, row.started_at
    notification = letter(Event.RECEIPT, ticket, locale="en")
    assert " by " not in render_sms(notification)
    assert "Promised times" not in render(notification, "txt")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 11, 9, 15, tzinfo=UTC), "10:15"),
        (datetime(2026, 3, 11, 22, 59, tzinfo=UTC), "23:59"),
        (datetime(2026, 3, 11, 23, 0, tzinfo=UTC), "12 mar, 00:00"),
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), "29 mar, 04:00"),
    ],
)
def test_time_in_an_sms_has_its_day_unless_it_is_the_same(app: Flask, at: datetime, words: str) -> None:
    assert short_time(at, datetime(2026, 3, 11, 9, 0, tzinfo=UTC)) == words


def test_what_people_write_cannot_break_out_of_the_html(cast: Cast) -> None:
    ticket = filed(cast, description="<script>alert(1)</script> & „cudzysłów”")
    notification = letter(Event.NEW_TICKET, ticket, cast.anna)
    assert "> <script>alert(1)</script> & „cudzysłów”" in render(notification, "txt")
    html = html_of(notification)
    assert "<script" not in html and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; „cudzysłów”" in html


def test_link_becomes_a_button_that_says_what_it_does(cast: Cast) -> None:
    html = html_of(letter(Event.NEW_TICKET, filed(cast), cast.anna, locale="en"))
    assert html.count("<a ") == 1 and 'href="http://helpdesk.test/ack/' in html
    assert ">Open and take the ticket</a>" in html
    assert '<html lang="en">' in html


def test_what_people_write_cannot_pass_for_our_button(cast: Cast) -> None:
    ticket = filed(cast)
    link = f"http://helpdesk.test/desk/{ticket.number}"
    message = written(ticket, f"Dobre\n\nOpen the ticket:\n{link}", from_reporter=True)
    html = html_of(letter(Event.REPORTER_WROTE, ticket, cast.anna, locale="en", message_id=message.id))
    assert html.count("<a ") == 1 and html.count("<blockquote") == 1


def test_quotation_marks_every_line() -> None:
    assert quoted("raz\r\n\r\ndwa  \n") == "> raz\n>\n> dwa"


def test_address_is_public_whatever_host_a_request_named(app: Flask) -> None:
    assert absolute("desk.ticket", number="MOD-2026-0001") == "http://helpdesk.test/desk/MOD-2026-0001"
    with app.test_request_context(base_url="http://evil.test/prefix"):
        assert absolute("desk.ticket", number="MOD-2026-0001") == "http://helpdesk.test/desk/MOD-2026-0001"
