"""Postfix delivers, Dovecot keeps, the program sends and fetches: a conversation by mail from end to end."""

import os
import time
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from threading import Event

import pytest
import sqlalchemy as sa
from flask_mail import Message

from chaos.imap_server import Server
from helpdesk.errors import MailboxError
from helpdesk.extensions import db
from helpdesk.inbound import mail_fetch
from helpdesk.inbound.fetchers import Fetchers
from helpdesk.inbound.mailbox import open_inbox
from helpdesk.mailboxes import OAuth2
from helpdesk.models import Message as Row
from helpdesk.models import Ticket
from helpdesk.models.codes import AttemptState, Channel, Priority
from helpdesk.notify import email
from helpdesk.notify.worker import drain
from tests.drafts import attempts, opened
from tests.inbound.mails import raw_mail
from tests.mail_servers.distribution import distribution, missing
from tests.mail_servers.tokens import CLIENT, SECRET, TOKEN, company

JAN = "jan@modrzewie.test"
REASON = missing()
pytestmark = pytest.mark.skipif(bool(REASON) and os.environ.get("CI") != "true", reason=REASON or "all is there")


@pytest.fixture(scope="module")
def microsoft():
    with company() as running:
        yield running


@pytest.fixture(scope="module")
def running(certificates, microsoft):
    assert REASON == "", "the checks of a clean clone need them"
    with distribution(certificates, microsoft.url) as running:
        yield running


@pytest.fixture
def servers(app, cast, running, certificates, monkeypatch):
    """The house sends through the one and fetches from the other."""
    box = running.boxes["pomoc"].mailbox
    changes = {"mailboxes_file": (box,), "mail_in_address": box.address, "mail_ca_file": certificates.authority}
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **changes))
    for name, value in {"server": "localhost", "port": running.smtp_port, "use_tls": True}.items():
        monkeypatch.setattr(app.extensions["mail"], name, value)
    yield running
    for server in running.boxes.values():
        server.empty()


def arrived(server: Server, folder: str = "INBOX") -> bytes:
    """The first mail there, when it has come."""
    end = time.monotonic() + 20
    while not (mails := server.mails(folder)):
        assert time.monotonic() < end, "no mail came"
        time.sleep(0.1)
    return mails[0]


def fetch(server: Server) -> int:
    with open_inbox(server.mailbox) as inbox:
        return mail_fetch.fetch_all(inbox, Event())


def jan_answers(raw: bytes, body: str) -> None:
    """As his mail program does, through the same Postfix."""
    ours = message_from_bytes(raw, policy=default)
    head = {"In-Reply-To": ours["Message-ID"], "References": ours["Message-ID"]}
    to = ours["Reply-To"].addresses[0].addr_spec
    email.send(Message(f"Odp: {ours['Subject']}", [to], body, sender=JAN, extra_headers=head))


def test_a_receipt_goes_out_and_its_answer_comes_back_into_the_ticket(cast, servers):
    opened(cast, priority=Priority.NORMAL)
    drain((Channel.EMAIL,))
    assert [each.state for each in attempts(channel=Channel.EMAIL) if each.address == JAN] == [AttemptState.SENT]
    jan_answers(arrived(servers.boxes["jan"]), "Chodzi o post z rana.")
    arrived(servers.boxes["pomoc"])
    assert fetch(servers.boxes["pomoc"]) == 1
    message = db.session.scalars(sa.select(Row)).one()
    assert (message.body, message.from_reporter) == ("Chodzi o post z rana.", True)
    assert servers.boxes["pomoc"].count() == (0, 1, 0)


def test_a_mail_that_postfix_delivers_wakes_the_fetcher(app, servers):
    fetchers = Fetchers(app)
    fetchers.start()
    try:
        email.send(Message("Nie widać posta", ["pomoc@helpdesk.test"], "Proszę o pomoc.", sender=JAN))
        arrived(servers.boxes["pomoc"], servers.boxes["pomoc"].mailbox.done)
    finally:
        fetchers.stop()
    db.session.rollback()
    assert db.session.scalars(sa.select(Ticket.summary)).all() == ["Nie widać posta"]


def test_without_move_dovecot_copies_marks_and_expunges(servers):
    server = servers.boxes["pomoc"]
    server.put(raw_mail(JAN), raw_mail(JAN, "Drugi."))
    with open_inbox(server.mailbox) as inbox:
        inbox._box.client.capabilities = ("IMAP4REV1",)
        mail_fetch.fetch_all(inbox, Event())
    assert server.count() == (0, 2, 0)


def test_an_access_token_opens_the_mailbox(servers, microsoft):
    microsoft.user = "pomoc"
    with open_inbox(with_token(servers, microsoft)) as inbox:
        assert inbox.sizes() == {}


def test_a_token_of_somebody_else_is_refused_and_written_nowhere(servers, microsoft):
    microsoft.user = "jan"
    with pytest.raises(MailboxError) as refused, open_inbox(with_token(servers, microsoft)):
        pass
    assert refused.value.code == "refused" and TOKEN not in str(refused.value)


def with_token(servers, microsoft):
    oauth2 = OAuth2(company="microsoft", client_id=CLIENT, client_secret=SECRET, token_url=f"{microsoft.url}/token")
    return replace(servers.boxes["pomoc"].mailbox, password="", oauth2=oauth2)
