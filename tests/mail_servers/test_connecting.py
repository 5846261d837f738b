"""Connections to a mailbox: watched, given up when they are told to stop, told of clearly, and made again."""

import logging
import time
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from chaos.certificates import make_certificates
from chaos.imap_server import PASSWORD
from helpdesk import doctor, signs
from helpdesk.errors import MailboxError
from helpdesk.extensions import db
from helpdesk.inbound import fetchers
from helpdesk.inbound.fetchers import Fetchers, looks, pause
from helpdesk.inbound.mail_fetch import fetch_all
from helpdesk.inbound.mailbox import open_inbox
from helpdesk.models import Ticket
from tests.inbound.mails import raw_mail

JAN = "jan@modrzewie.test"
pytestmark = pytest.mark.usefixtures("cast")


@contextmanager
def fetching(app):
    running = Fetchers(app)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def wait_for(what, seconds=15):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def tickets():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(Ticket.id)))


def error_of(mailbox):
    with pytest.raises(MailboxError) as caught, open_inbox(mailbox):
        pass
    return caught.value


def test_a_mail_that_comes_wakes_the_fetcher(app, server, mailbox):
    with fetching(app):
        wait_for(lambda: signs.seen_at(mailbox.sign) is not None or db.session.rollback())
        server.put(raw_mail(JAN))
        wait_for(lambda: tickets() == 1, seconds=fetchers.LOOK_SECONDS / 3)
        wait_for(lambda: server.count() == (0, 1, 0))
    assert db.session.scalars(sa.select(Ticket.summary)).all() == ["Post się nie ukazał"]


def test_a_fetcher_that_waits_stops_at_once(app, server, mailbox):
    with fetching(app) as running:
        wait_for(lambda: signs.seen_at(mailbox.sign) is not None or db.session.rollback())
        start = time.monotonic()
        running.stop()
        assert time.monotonic() - start < 3
        assert not any(thread.is_alive() for thread in running.threads)


def test_without_idle_it_looks_again_after_a_while(app, server, mailbox, monkeypatch):
    monkeypatch.setattr(fetchers, "LOOK_SECONDS", 0.2)
    with open_inbox(mailbox) as inbox:
        inbox._can_idle = False
        found = [fetch_all(inbox, Event())]
        server.put(raw_mail(JAN))
        inbox.wait(0.01, Event())
        found.append(fetch_all(inbox, Event()))
    assert found == [0, 1]


def test_a_connection_that_is_lost_is_made_again(app, server, mailbox, monkeypatch):
    monkeypatch.setattr(fetchers, "FIRST_PAUSE", 0.01)
    away = replace(app.config["SETTINGS"], mailboxes_file=(replace(mailbox, port=1),))
    with monkeypatch.context() as gone, app.app_context():
        gone.setitem(app.config, "SETTINGS", away)
        running = Fetchers(app)
        broken = away.mailboxes[0]
    opened = []

    def looked(_mailbox, stopping):
        opened.append(1)
        return looks(broken if len(opened) < 3 else mailbox, stopping)

    monkeypatch.setattr(fetchers, "looks", looked)
    server.put(raw_mail(JAN))
    running.start()
    try:
        wait_for(lambda: tickets() == 1)
    finally:
        running.stop()
    assert len(opened) == 3


def test_pauses_grow_and_are_never_quite_the_same():
    assert 1.3 < pause(1) < 2.7
    assert all(200 < pause(n) <= 400 for n in (20, 2000))
    assert len({pause(5) for _ in range(20)}) > 1


def test_a_certificate_of_somebody_else_is_refused(mailbox, tmp_path):
    other = make_certificates(tmp_path)
    error = error_of(replace(mailbox, ca_file=str(other.authority)))
    assert error.code == "certificate"


def test_a_certificate_of_another_name_is_refused(mailbox):
    error = error_of(replace(mailbox, host="127.0.0.1"))
    assert error.code == "certificate" and "127.0.0.1" in str(error)


def test_a_wrong_password_is_told_and_written_nowhere(app, server, mailbox, monkeypatch, caplog):
    wrong = replace(mailbox, password=f"{PASSWORD} falsch")
    error = error_of(wrong)
    assert error.code == "refused"
    caplog.set_level(logging.DEBUG)
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mailboxes_file=(wrong,)))
    with fetching(app):
        wait_for(lambda: "refused" in caplog.text)
    assert PASSWORD not in f"{caplog.text} {error!r} {error.__cause__!r} {app.config['SETTINGS']!r}"


def test_nobody_at_the_port_is_told(mailbox):
    assert error_of(replace(mailbox, port=1)).code == "unreachable"


def test_folders_that_cannot_be_made_are_told(mailbox, monkeypatch):
    assert error_of(replace(mailbox, inbox="Nie ma")).code == "folder"


def test_the_doctor_signs_in_and_leaves_the_mails_alone(server, mailbox):
    server.put(raw_mail(JAN))
    with force_locale("en"):
        assert (
            doctor.mailbox(mailbox).says == "The mailbox pomoc@helpdesk.test can be fetched from; mails in it: 1."
        )
    assert server.count() == (1, 0, 0)


def test_the_doctor_says_what_is_wrong_with_a_mailbox(mailbox):
    with force_locale("en"):
        found = doctor.mailbox(replace(mailbox, password=f"{PASSWORD} falsch"))
    assert not found.ok and PASSWORD not in found.says
    assert found.says.startswith(
        "The mailbox pomoc@helpdesk.test cannot be fetched from: the server does not take user and password"
    )
