"""Mail over real SMTP: what is refused, what is lost on the way, what the recipient gets."""

import socket
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest

from helpdesk import clock, outbox
from helpdesk.config import settings
from helpdesk.models.codes import AttemptState, Channel, NotificationEvent
from helpdesk.notify import email, reconcile
from helpdesk.notify.parcel import Decision
from helpdesk.outbox import Letter
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, own_session, works

S = AttemptState
ANNA = "anna@modrzewie.test"
MAIL = Channel.EMAIL


@pytest.fixture
def mail(cast):
    """A mail to Anna that waits to be sent."""
    with transaction():
        outbox.enqueue(
            Letter(
                event=NotificationEvent.SIGN_IN_CODE,
                channel=MAIL,
                address=ANNA,
                dedupe_key="one",
                user_id=cast.anna.id,
                params={"code": "123456"},
            )
        )


def newest():
    return attempts(channel=MAIL)[-1]


def first():
    return attempts(channel=MAIL)[0]


@contextmanager
def server(app, *lines, hang_up_after=""):
    """A mail server that says `lines` one after another and hangs up, or after the command `hang_up_after`."""

    class Talk(socketserver.StreamRequestHandler):
        def handle(self):
            for line in lines:
                self.wfile.write(line.encode() + b"\r\n")
                heard = self.rfile.readline()
                while hang_up_after == "DATA" and line.startswith("354") and heard.strip() not in (b".", b""):
                    heard = self.rfile.readline()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as far_end:
        far_end.daemon_threads = True
        threading.Thread(target=far_end.serve_forever, daemon=True).start()
        state = app.extensions["mail"]
        before = state.port
        state.port = far_end.server_address[1]
        try:
            yield
        finally:
            state.port = before
            far_end.shutdown()


def test_a_mail_that_was_taken_is_sent(sim, mail):
    works(MAIL)
    assert (first().state, first().provider_status) == (S.SENT, "250")
    [arrived] = sim.mails_to(ANNA)
    assert "123456" in arrived.text and "123456" in arrived.html


def test_a_server_that_takes_minutes_gets_the_mail_once(sim, mail, monkeypatch):
    def slowly(*message):
        taken = send(*message)
        clock.advance(timedelta(minutes=4))
        with own_session():
            reconcile.take_over_expired()
            reconcile.reconcile_unknown()
        return taken

    send = email.send
    monkeypatch.setattr(email, "send", slowly)
    works(MAIL)
    assert len(sim.mails_to(ANNA)) == 1
    assert [attempt.state for attempt in attempts(channel=MAIL)] == [S.SENT]


def test_machines_do_not_answer_it(sim, mail):
    works(MAIL)
    headers = sim.mails_to(ANNA)[0].headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"
    assert f"<{first().provider_sid}@helpdesk.test>" == headers["Message-ID"]


@pytest.mark.parametrize("summary", ["Zażółć gęślą jaźń", "Bcc: x@y.test\r\nSubject: kradzież", "a" * 200])
def test_a_summary_cannot_break_the_headers(sim, cast, summary):
    opened(cast, priority="normal", summary=summary)
    works(MAIL)
    arrived = sim.mails_to("jan@modrzewie.test")
    assert len(arrived) == 1
    assert arrived[0].headers["To"] == "jan@modrzewie.test"
    assert "Bcc" not in arrived[0].headers


def test_a_refused_recipient_has_a_broken_address(sim, cast, mail):
    sim.refuse_mail(ANNA)
    works(MAIL)
    assert (first().state, first().error_code) == (S.FAILED, "550")
    assert cast.anna.contacts[1].broken_at == clock.now()
    assert cast.anna.contacts[0].is_usable


def test_a_refusal_by_policy_says_nothing_about_the_address(sim, cast, mail):
    sim.refuse_mail(ANNA, "554 5.7.1 Relay access denied")
    works(MAIL)
    assert first().state is S.FAILED
    assert cast.anna.contacts[1].is_usable


def test_a_mailbox_that_asks_for_patience_is_tried_again(sim, cast, mail):
    sim.refuse_mail(ANNA, "450 4.2.0 Greylisted")
    works(MAIL)
    assert (first().state, newest().state) == (S.FAILED, S.DUE)
    sim.refuse_mail(ANNA, "")
    clock.freeze(newest().due_at)
    works(MAIL)
    assert newest().state is S.SENT


def test_a_server_that_is_down_is_tried_again(app, sim, mail):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        app.extensions["mail"].port = unused.getsockname()[1]
    works(MAIL)
    assert (first().error_code, newest().state) == ("connect", S.DUE)


def test_a_server_that_hangs_up_at_once_has_certainly_taken_nothing(app, sim, mail):
    with server(app):
        works(MAIL)
    assert (first().state, newest().state) == (S.FAILED, S.DUE)


def test_a_connection_lost_after_the_text_leaves_the_outcome_open(app, sim, mail):
    said = ("220 hello", "250 hello", "250 sender", "250 recipient", "354 go on")
    with server(app, *said, hang_up_after="DATA"):
        works(MAIL)
    assert (first().state, first().error_code) == (S.UNKNOWN, "disconnected")


def test_a_text_that_is_refused_is_not_tried_again(app, sim, mail):
    said = ("220 hello", "250 hello", "250 sender", "250 recipient", "354 go on", "554 5.6.0 spam", "221 bye")
    with server(app, *said, hang_up_after="DATA"):
        works(MAIL)
    assert [attempt.state for attempt in attempts(channel=MAIL)] == [S.FAILED]


def test_a_server_that_says_goodbye_badly_has_taken_the_mail(app, sim, mail):
    said = ("220 hello", "250 hello", "250 sender", "250 recipient", "354 go on", "250 taken")
    with server(app, *said, hang_up_after="DATA"):
        works(MAIL)
    assert first().state is S.SENT


def test_a_wrong_password_is_a_matter_of_set_up(app, sim, mail, caplog):
    state = app.extensions["mail"]
    state.username, state.password = "helpdesk", "wrong"
    try:
        with server(app, "220 hello", "250-hello\r\n250 AUTH PLAIN", "535 5.7.8 wrong", "221 bye"):
            works(MAIL)
    finally:
        state.username = state.password = None
    assert first().state is S.FAILED
    assert f"535 ({Decision.CONFIGURATION})" in caplog.text


def test_a_server_without_tls_is_a_matter_of_set_up(app, sim, mail, caplog):
    app.extensions["mail"].use_tls = True
    try:
        works(MAIL)
    finally:
        app.extensions["mail"].use_tls = False
    assert first().state is S.FAILED
    assert f"({Decision.CONFIGURATION})" in caplog.text


@pytest.mark.parametrize("name", ["Łączność, Gmina", "Gmina, Referat"])
def test_the_sender_is_called_by_the_houses_name(app, sim, mail, name):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], operator_name=name)
    works(MAIL)
    assert sim.mails_to(ANNA)[0].headers["From"] == f'"{name}" <{settings().mail_default_sender}>'


@pytest.mark.parametrize(
    "subject",
    [
        "[LEO-2026-0042] Przyjęliśmy zgłoszenie: Ostrzeżenie o wichurze czeka na zatwierdzenie w grupie mieszkań",
        "Zażółć gęślą jaźń " * 9 + ".",
        "Alert",
    ],
)
def test_a_long_polish_subject_reads_the_same_in_an_old_mail_program(mail, monkeypatch, subject):
    monkeypatch.setattr(email, "render", lambda _letter, part: subject if part == "subject" else "Dzień dobry")
    raw = message_from_bytes(email.write(first()).as_bytes())["Subject"]
    assert str(make_header(decode_header(raw))) == subject
    assert all(len(line) <= 78 for line in f"Subject: {raw}".splitlines())
