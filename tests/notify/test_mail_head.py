"""A mail of ours is one of a thread, tells where an answer goes, and is not answered by machines."""

from dataclasses import replace

import pytest

from helpdesk import mail_ids
from helpdesk.models.codes import AttemptState, Channel, Priority
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import reply
from helpdesk.transaction import transaction
from tests.drafts import attempts, draft, opened, works

JAN = "jan@modrzewie.test"


@pytest.fixture
def takes_mail(app, monkeypatch):
    monkeypatch.setitem(
        app.config, "SETTINGS", replace(app.config["SETTINGS"], mail_in_address="pomoc@helpdesk.test")
    )


@pytest.fixture
def ticket(cast):
    return opened(cast, priority=Priority.NORMAL)


def answered(ticket, cast, times=1):
    for number in range(times):
        with transaction():
            reply(ticket, of_user(cast.anna), f"Już sprawdzamy, {number}.")
    works(Channel.EMAIL)


def heads(sim):
    """In the order in which they were written: those due at one moment may leave in any."""
    return sorted(
        (mail.headers for mail in sim.mails_to(JAN)),
        key=lambda head: mail_ids.read_message_id(head["Message-ID"]).notification_id,
    )


def test_an_answer_stands_in_the_thread_of_the_receipt(sim, cast, ticket):
    answered(ticket, cast)
    receipt, taken, answer = heads(sim)
    assert "References" not in receipt
    assert answer["In-Reply-To"] == taken["Message-ID"]
    assert answer["References"].split() == [receipt["Message-ID"], taken["Message-ID"]]


def test_a_long_thread_names_its_first_and_its_newest_mails(sim, cast, ticket):
    answered(ticket, cast, times=13)
    ids = [head["Message-ID"] for head in heads(sim)]
    assert heads(sim)[-1]["References"].split() == [ids[0], *ids[-10:-1]]


def test_what_a_person_wrote_is_not_marked_as_automatic(sim, cast, ticket):
    answered(ticket, cast)
    receipt, _taken, answer = heads(sim)
    assert receipt["Auto-Submitted"] == "auto-generated"
    assert "Auto-Submitted" not in answer and "X-Auto-Response-Suppress" not in answer


def test_without_a_mailbox_there_is_no_address_to_reply_to(sim, cast, ticket):
    answered(ticket, cast)
    assert all("Reply-To" not in head for head in heads(sim))


def test_the_address_to_reply_to_tells_ticket_and_person(takes_mail, sim, cast, ticket):
    answered(ticket, cast)
    address = heads(sim)[-1]["Reply-To"]
    assert address.startswith("pomoc+") and address.endswith("@helpdesk.test")
    assert mail_ids.read_reply_address(address.upper()) == mail_ids.ReplyTo(ticket.id, cast.jan.id)


@pytest.mark.parametrize("forged", ["pomoc+1-1-0123456789abcdef@helpdesk.test", "pomoc@helpdesk.test", "", "+--@x"])
def test_an_address_that_we_did_not_sign_says_nothing(takes_mail, forged):
    assert mail_ids.read_reply_address(forged) is None


@pytest.mark.parametrize("forged", ["<m1-1-00@helpdesk.test>", "<>", "<x@y>", "<-@x>"])
def test_a_message_id_that_we_did_not_sign_says_nothing(app, forged):
    assert mail_ids.read_message_id(forged) is None


def test_the_message_id_names_the_notification(sim, cast, ticket):
    works(Channel.EMAIL)
    sent = mail_ids.read_message_id(heads(sim)[0]["Message-ID"])
    [attempt] = [a for a in attempts(channel=Channel.EMAIL) if a.address == JAN]
    assert sent is not None and sent.notification_id == attempt.notification_id


@pytest.mark.parametrize("address", ["NoReply@gmina.test", "mailer-daemon@x.test", "pomoc+1@helpdesk.test"])
def test_programs_and_our_own_mailboxes_get_no_mail(takes_mail, sim, cast, address):
    reporter = replace(draft(cast).reporter, email=address, user_id=None)
    opened(cast, priority=Priority.NORMAL, reporter=reporter)
    works(Channel.EMAIL)
    [attempt] = [a for a in attempts(channel=Channel.EMAIL) if a.address == address]
    assert (attempt.state, attempt.error_code) == (AttemptState.FAILED, "no_person")
    assert sim.mails_to(address) == []
