"""Mails are fetched from a real IMAP server: let in once, then moved; nothing stays behind, nothing is lost."""

from contextlib import closing
from dataclasses import replace
from threading import Event

import pytest
import sqlalchemy as sa

from helpdesk import mail_ids
from helpdesk.config import settings
from helpdesk.errors import BadUpload
from helpdesk.extensions import db
from helpdesk.inbound import mail_door, mail_fetch, mail_in_hand
from helpdesk.inbound.fetchers import looks
from helpdesk.inbound.mailbox import Inbox, open_inbox
from helpdesk.models import InboundMail, Ticket
from helpdesk.models.codes import MailState
from tests.inbound.mails import raw_mail

JAN = "jan@modrzewie.test"
pytestmark = pytest.mark.usefixtures("cast")


def fetch(mailbox):
    """One look."""
    with open_inbox(mailbox) as inbox:
        return mail_fetch.fetch_all(inbox, Event())


def states():
    db.session.rollback()
    return [(row.state, row.reason) for row in db.session.scalars(sa.select(InboundMail).order_by(InboundMail.id))]


def tickets():
    return db.session.scalar(sa.select(sa.func.count(Ticket.id)))


def break_on(monkeypatch, word, error):
    """The program breaks on mails that hold the word."""
    take_in = mail_door.take_in

    def breaks(raw, mailbox):
        if word in raw:
            raise error
        return take_in(raw, mailbox)

    monkeypatch.setattr(mail_door, "take_in", breaks)


def test_a_mail_becomes_a_ticket_and_moves_to_the_done_ones(server, mailbox):
    raw = raw_mail(JAN, "Nie widać posta.")
    server.put(raw)
    assert fetch(mailbox) == 1
    assert (tickets(), states()) == (1, [(MailState.TAKEN, "")])
    assert server.count() == (0, 1, 0)
    assert b"Nie wid" in server.mails(mailbox.done)[0]


def test_where_the_server_cannot_move_a_mail_it_is_copied_and_deleted(server, mailbox):
    server.put(raw_mail(JAN), raw_mail(JAN, "Drugi."))
    with open_inbox(mailbox) as inbox:
        inbox._box.client.capabilities = ("IMAP4REV1",)
        mail_fetch.fetch_all(inbox, Event())
    assert (tickets(), server.count()) == (2, (0, 2, 0))


def test_a_mail_without_message_id_is_taken_once(server, mailbox):
    raw = raw_mail(JAN)
    assert b"Message-ID" not in raw
    server.put(raw)
    fetch(mailbox)
    server.put(raw)
    fetch(mailbox)
    assert (tickets(), server.count()) == (1, (0, 2, 0))


def test_a_mail_that_was_committed_but_not_moved_is_only_moved(server, mailbox):
    raw = raw_mail(JAN)
    server.put(raw)
    mail_door.let_in(raw.replace(b"\n", b"\r\n"), mailbox.address)
    fetch(mailbox)
    assert (tickets(), server.count()) == (1, (0, 1, 0))


def test_a_poisoned_mail_goes_to_the_problems_and_the_next_goes_on(server, mailbox, monkeypatch):
    break_on(monkeypatch, b"TRUCIZNA", RuntimeError("broken"))
    server.put(raw_mail(JAN, "TRUCIZNA"), raw_mail(JAN, "Zdrowy."))
    fetch(mailbox)
    assert states() == [(MailState.BROKEN, "RuntimeError"), (MailState.TAKEN, "")]
    assert server.count() == (0, 1, 1)
    assert b"TRUCIZNA" in server.mails(mailbox.problem)[0]


def test_what_cannot_even_be_kept_goes_to_the_problems_with_its_head(server, mailbox, monkeypatch):
    def breaks(*_mail):
        raise RuntimeError

    monkeypatch.setattr(mail_fetch, "let_in", breaks)
    server.put(raw_mail(JAN))
    fetch(mailbox)
    assert (states(), server.count()) == ([(MailState.BROKEN, "RuntimeError")], (0, 0, 1))


def test_a_mail_that_killed_the_fetcher_twice_is_set_aside_unread(server, mailbox):
    server.put(raw_mail(JAN, "ZABÓJCA"), raw_mail(JAN, "Zdrowy."))
    with open_inbox(mailbox) as inbox:
        name = f"{inbox.validity}:{next(iter(inbox.sizes()))}"
    assert mail_in_hand.take(mailbox, name) and mail_in_hand.take(mailbox, name)
    fetch(mailbox)
    assert states() == [(MailState.BROKEN, "killed"), (MailState.TAKEN, "")]
    assert server.count() == (0, 1, 1)


def test_a_mail_that_killed_the_fetcher_once_is_tried_again(server, mailbox):
    server.put(raw_mail(JAN))
    with open_inbox(mailbox) as inbox:
        mail_in_hand.take(mailbox, f"{inbox.validity}:{next(iter(inbox.sizes()))}")
    fetch(mailbox)
    assert (states(), server.count()) == ([(MailState.TAKEN, "")], (0, 1, 0))


def test_one_that_is_too_large_is_not_even_fetched(server, mailbox, monkeypatch):
    monkeypatch.setattr(mail_fetch, "LARGEST", 2000)
    server.put(raw_mail(JAN, "x\n" * 2000), raw_mail(JAN))
    fetch(mailbox)
    assert states() == [(MailState.BROKEN, "too_large"), (MailState.TAKEN, "")]
    assert server.count() == (0, 1, 1)


def test_a_mail_that_the_server_cannot_give_does_not_block_the_others(server, mailbox, monkeypatch):
    raw = Inbox.raw
    monkeypatch.setattr(Inbox, "raw", lambda inbox, uid: raw(inbox, "nonsense" if uid == first else uid))
    server.put(raw_mail(JAN, "Zepsuty."), raw_mail(JAN, "Zdrowy."))
    with open_inbox(mailbox) as inbox:
        first = next(iter(inbox.sizes()))
    fetch(mailbox)
    assert states() == [(MailState.BROKEN, "unreadable"), (MailState.TAKEN, "")]
    assert server.count() == (0, 1, 1)


def test_what_cannot_be_stored_now_waits_in_the_inbox_and_blocks_nothing(server, mailbox, monkeypatch):
    with monkeypatch.context() as full:
        break_on(full, b"DUZY", BadUpload("not_stored"))
        server.put(raw_mail(JAN, "DUZY"), raw_mail(JAN))
        fetch(mailbox)
        assert server.count() == (1, 1, 0)
    fetch(mailbox)
    assert (tickets(), server.count()) == (2, (0, 2, 0))


def test_a_mail_that_a_second_fetcher_took_meanwhile_does_no_harm(server, mailbox, monkeypatch):
    server.put(raw_mail(JAN), raw_mail(JAN, "Drugi."))
    with open_inbox(mailbox) as inbox:
        monkeypatch.setattr(inbox, "sizes", iter([inbox.sizes(), {}]).__next__)
        fetch(mailbox)
        mail_fetch.fetch_all(inbox, Event())
    assert (tickets(), server.count()) == (2, (0, 2, 0))


def test_only_one_fetches_at_a_time_where_there_may_be_several(app, server, mailbox):
    """On SQLite there is one process."""
    with closing(looks(mailbox, Event())) as first, closing(looks(mailbox, Event())) as second:
        assert (next(first), next(second, "somebody else")) == (0, 0 if settings().is_sqlite else "somebody else")


def test_a_mail_that_does_not_move_is_tried_once_in_a_look(server, mailbox, monkeypatch):
    monkeypatch.setattr(Inbox, "move", lambda *_args: None)
    server.put(raw_mail(JAN))
    assert fetch(mailbox) == 1
    assert (tickets(), server.count()) == (1, (1, 0, 0))


def test_nothing_is_ever_sent_to_a_mailbox_that_is_fetched_from(app, mailbox, monkeypatch):
    other = replace(mailbox, address="Modrzewie@helpdesk.test")
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], mailboxes_file=(mailbox, other)))
    assert not mail_ids.takes_mail("modrzewie+abc@helpdesk.test")
