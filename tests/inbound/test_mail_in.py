"""A mail is taken in once, into the ticket that it belongs to, or where a manager sees it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock, mail_ids
from helpdesk.extensions import db
from helpdesk.inbound.mail_brakes import LIMITS
from helpdesk.models import InboundMail, Notification, Ticket
from helpdesk.models.codes import (
    Channel,
    EventKind,
    MailState,
    MessageKind,
    NotificationEvent,
    Priority,
    TicketSource,
    TicketStatus,
)
from helpdesk.tickets import lifecycle
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.attachments import mail_file, sweep_orphans
from helpdesk.transaction import transaction
from tests.drafts import draft, opened, works
from tests.inbound.mails import PNG, answer, arrives, bounce, raw_mail

JAN, STRANGER = "jan@modrzewie.test", "obcy@gdzies.test"
ANNA = "anna@modrzewie.test"
pytestmark = pytest.mark.usefixtures("takes_mail")


@pytest.fixture
def ticket(cast, sim):
    """A normal one of Jan's; its mails are sent."""
    row = opened(cast, priority=Priority.NORMAL)
    works(Channel.EMAIL)
    return row


def first_mail(sim, to=JAN):
    return sim.mails_to(to)[0]


def answers_to(address):
    query = sa.select(Notification).filter_by(event=NotificationEvent.MAIL_ANSWER, address=address)
    return list(db.session.scalars(query))


def tickets():
    return list(db.session.scalars(sa.select(Ticket).order_by(Ticket.id)))


def test_an_answer_of_the_reporter_is_their_message(sim, ticket):
    row = arrives(answer(first_mail(sim), JAN, "Chodzi o post z rana."))
    [message] = ticket.messages
    assert (message.body, message.from_reporter) == ("Chodzi o post z rana.", True)
    assert (row.state, row.ticket, row.message_row) == (MailState.TAKEN, ticket, message)


def test_the_whole_mail_is_kept_as_it_came(sim, ticket):
    raw = answer(first_mail(sim), JAN, "Chodzi o post z rana.")
    row = arrives(raw)
    sweep_orphans(older_than=-LIMITS[0][0])
    assert mail_file(row).read_bytes() == raw


def test_the_same_mail_again_changes_nothing(sim, ticket):
    raw = answer(first_mail(sim), JAN, "Raz.")
    assert arrives(raw).id == arrives(raw).id
    assert len(ticket.messages) == 1


def test_the_address_alone_finds_the_ticket(sim, ticket):
    arrives(raw_mail(JAN, "Bez wątku.", To=first_mail(sim).headers["Reply-To"]))
    assert ticket.messages[0].body == "Bez wątku."


def test_an_old_message_of_the_thread_finds_the_ticket(sim, ticket):
    ours = first_mail(sim).headers["Message-ID"]
    arrives(raw_mail(JAN, "Po latach.", References=f"{ours} <a@b.test>", In_Reply_To="<a@b.test>"))
    assert ticket.messages[0].body == "Po latach."


def test_an_answer_to_a_mail_of_theirs_goes_where_that_went(sim, ticket):
    arrives(answer(first_mail(sim), JAN, "Pierwsza.", Message_ID="<jana@modrzewie.test>"))
    arrives(raw_mail(JAN, "Druga.", In_Reply_To="<jana@modrzewie.test>"))
    assert [message.body for message in ticket.messages] == ["Pierwsza.", "Druga."]


def test_the_number_in_the_subject_is_enough_for_the_reporter(ticket):
    arrives(raw_mail(JAN, "To jeszcze ja.", Subject=f"Sprawa {ticket.number}"))
    assert ticket.messages[0].body == "To jeszcze ja."


def test_the_number_in_the_subject_lets_no_stranger_in(ticket):
    row = arrives(raw_mail(STRANGER, "Wpuśćcie mnie.", Subject=f"Re: [{ticket.number}] Post"))
    assert (row.state, row.reason, ticket.messages) == (MailState.HELD, "unknown", [])


def test_the_number_lets_nobody_of_another_unit_in(cast, ticket):
    row = arrives(raw_mail("olga@modrzewie.test", Subject=f"Re: [{ticket.number}] Post"))
    assert row.ticket_id != ticket.id and ticket.messages == []


def test_whoever_got_the_mail_passed_on_answers_under_their_own_address(sim, ticket):
    arrives(answer(first_mail(sim), STRANGER, "Jestem w zastępstwie."))
    [message] = ticket.messages
    assert (message.author_name, message.author_id, message.from_reporter) == (STRANGER, None, True)


def test_an_answer_reopens_a_resolved_ticket(cast, sim, ticket):
    with transaction():
        lifecycle.resolve(ticket, of_user(cast.anna))
    arrives(answer(first_mail(sim), JAN, "Nadal nie ma."))
    assert ticket.status is TicketStatus.IN_PROGRESS


def test_thanks_reopen_nothing(cast, sim, ticket):
    with transaction():
        lifecycle.resolve(ticket, of_user(cast.anna))
    arrives(answer(first_mail(sim), JAN, "Dziękuję!"))
    assert ticket.status is TicketStatus.RESOLVED and len(ticket.messages) == 1


def test_pictures_become_the_tickets_and_the_rest_stays_in_the_original(cast):
    files = (("zrzut.png", "image", "png", PNG), ("strona.html", "text", "html", b"<script>"))
    row = arrives(raw_mail(JAN, files=files))
    assert [file.name for file in row.ticket.attachments] == ["zrzut.png"]
    assert row.left_out == [["strona.html", "wrong_type"]]


def test_a_known_person_opens_a_normal_ticket(cast, sim):
    row = arrives(raw_mail(JAN, Subject="Odp: post się nie ukazał"))
    assert (row.ticket.priority, row.ticket.source) == (Priority.NORMAL, TicketSource.EMAIL)
    assert row.ticket.summary == "post się nie ukazał" and row.ticket.unit_id == cast.osp.id
    works(Channel.EMAIL)
    assert first_mail(sim).headers["In-Reply-To"] == row.message_id


def test_a_stranger_gets_one_answer_and_waits(cast):
    rows = [arrives(raw_mail(STRANGER, f"Proszę o pomoc, {n}.")) for n in range(3)]
    assert {row.state for row in rows} == {MailState.HELD}
    assert len(answers_to(STRANGER)) == 1 and tickets() == []


def test_without_a_contract_there_is_an_answer_and_no_ticket(cast):
    with transaction():
        cast.modrzewie.contracts[0].valid_to = date(2025, 12, 31)
    row = arrives(raw_mail(JAN))
    assert (row.state, row.reason) == (MailState.HELD, "no_contract")
    assert answers_to(JAN)[0].params["reason"] == "no_contract"


@pytest.mark.parametrize("sender", ["noreply@gdzies.test", "", "nobody"])
def test_programs_and_nobody_get_no_answer(cast, sender):
    assert arrives(raw_mail(sender)).state is MailState.HELD
    assert answers_to(sender) == []


def test_staff_write_a_note_when_they_answer_a_notice(cast, sim, ticket):
    arrives(answer(first_mail(sim, ANNA), ANNA, "Niech ktoś inny to weźmie."))
    [message] = ticket.messages
    assert (message.kind, message.author_id) == (MessageKind.INTERNAL, cast.anna.id)


def test_staff_answer_the_reporter_when_they_answer_the_reporters_words(cast, sim, ticket):
    with transaction():
        lifecycle.assign(ticket, cast.anna, of_user(cast.marek))
    works(Channel.EMAIL)
    arrives(answer(first_mail(sim), JAN, "Kiedy będzie?"))
    works(Channel.EMAIL)
    arrives(answer(sim.mails_to(ANNA)[-1], ANNA, "Za godzinę."))
    assert (ticket.messages[-1].kind, ticket.messages[-1].body) == (MessageKind.PUBLIC, "Za godzinę.")


def test_mails_to_staff_say_who_will_read_a_reply(cast, sim, ticket):
    with transaction():
        lifecycle.assign(ticket, cast.anna, of_user(cast.marek))
    arrives(answer(first_mail(sim), JAN, "Chodzi o post z rana."))
    works(Channel.EMAIL)
    told = {"post z rana" in mail.text: mail.text for mail in sim.mails_to(ANNA)}
    assert "notatką wewnętrzną: zgłaszający jej nie zobaczy" in told[False]
    assert "dostaną zgłaszający i osoby w kopii" in told[True] and "notatką" not in told[True]


def test_a_stranger_at_the_address_of_staff_writes_a_note(cast, sim, ticket):
    arrives(answer(first_mail(sim, ANNA), STRANGER, "Jestem szefem."))
    assert ticket.messages[0].kind is MessageKind.INTERNAL


def test_an_automatic_mail_is_attached_and_reopens_nothing(cast, sim, ticket):
    with transaction():
        lifecycle.resolve(ticket, of_user(cast.anna))
    row = arrives(answer(first_mail(sim), JAN, "Jestem na urlopie.", Auto_Submitted="auto-replied"))
    assert (row.state, row.message_row.kind) == (MailState.AUTOMATIC, MessageKind.INTERNAL)
    assert ticket.status is TicketStatus.RESOLVED


@pytest.mark.parametrize("sender", [JAN, STRANGER])
def test_an_automatic_mail_opens_and_answers_nothing(cast, sender):
    assert arrives(raw_mail(sender, Precedence="bulk")).state is MailState.AUTOMATIC
    assert tickets() == [] and answers_to(sender) == []


def test_our_own_mail_is_dropped(sim, ticket):
    row = arrives(first_mail(sim).raw)
    assert (row.state, row.reason, ticket.messages) == (MailState.DROPPED, "loop", [])


def test_a_sender_who_does_not_stop_waits_for_a_manager(cast, sim, ticket):
    rows = [arrives(answer(first_mail(sim), JAN, f"Odpowiedź {n}.")) for n in range(12)]
    assert [row.state for row in rows[9:]] == [MailState.TAKEN, MailState.HELD, MailState.HELD]
    assert rows[-1].reason == "too_many" and len(ticket.messages) == 10
    clock.advance(LIMITS[0][0])
    assert arrives(answer(first_mail(sim), JAN, "Już spokojnie.")).state is MailState.TAKEN


def test_a_bounce_is_seen_on_the_ticket_and_breaks_the_contact(cast, sim, ticket):
    row = arrives(bounce(first_mail(sim)))
    assert (row.state, row.ticket) == (MailState.BOUNCE, ticket)
    event = [each for each in ticket.events if each.kind is EventKind.ATTEMPT][-1]
    assert (event.data["state"], event.data["code"]) == ("undelivered", "5.1.1")
    assert cast.jan.contacts[1].broken_at == clock.now()


@pytest.mark.parametrize(("status", "action"), [("5.2.2", "failed"), ("4.4.7", "failed"), ("4.4.1", "delayed")])
def test_a_full_mailbox_and_a_late_mail_break_no_contact(cast, sim, ticket, status, action):
    arrives(bounce(first_mail(sim), status, action))
    assert cast.jan.contacts[1].broken_at is None


def test_a_mail_that_is_only_late_may_still_arrive(cast, sim, ticket):
    arrives(bounce(first_mail(sim), "4.4.1", "delayed"))
    assert [each for each in ticket.events if each.kind is EventKind.ATTEMPT] == []


def test_a_forged_bounce_changes_nothing(cast, sim, ticket):
    forged = bounce(first_mail(sim)).replace(b"Message-ID: <m", b"Message-ID: <m1")
    assert arrives(forged).reason == "not_ours"
    assert cast.jan.contacts[1].broken_at is None


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff" * 50, b"From: \x00@\x00\nMessage-ID: <\x00a>\nSubject: \x00\n\n\x00"]
)
def test_any_bytes_are_kept(cast, raw):
    arrives(raw)
    assert db.session.scalar(sa.select(sa.func.count(InboundMail.id))) == 1


def test_somebody_elses_message_id_in_the_name_of_ours_is_no_loop(app, cast, ticket, monkeypatch):
    theirs = replace(app.config["SETTINGS"], secret_key="of another helpdesk altogether")
    with monkeypatch.context() as there:
        there.setitem(app.config, "SETTINGS", theirs)
        message_id = mail_ids.message_id(1, clock.now())
    assert arrives(raw_mail(JAN, Message_ID=message_id)).state is MailState.TAKEN


def test_a_merged_ticket_goes_on_in_the_other(cast, sim, ticket):
    other = opened(cast, priority=Priority.NORMAL, summary="To samo", reporter=draft(cast).reporter)
    with transaction():
        ticket.merged_into = other
    arrives(answer(first_mail(sim), JAN, "Jedno słowo."))
    assert other.messages[0].body == "Jedno słowo."


def test_a_sender_who_opens_too_many_tickets_waits_for_a_manager(cast):
    for number in range(12):
        row = arrives(raw_mail(JAN, f"Sprawa {number}."))
        clock.advance(timedelta(minutes=2))
    assert (row.state, row.reason, len(tickets())) == (MailState.HELD, "too_many_new", 10)
    clock.advance(timedelta(hours=1))
    assert arrives(raw_mail(JAN, "Dzień dobry.")).state is MailState.TAKEN


def test_staff_who_write_to_the_mailbox_are_not_called_unknown(cast, sim):
    row = arrives(raw_mail(ANNA))
    assert (row.state, row.reason) == (MailState.HELD, "of_staff")
    works(Channel.EMAIL)
    assert "link tej jednostki" in first_mail(sim, ANNA).text and "nie znamy" not in first_mail(sim, ANNA).text
