"""Mail in both directions: it comes back into the ticket, machines do not talk for ever, a bounce is heard."""

from dataclasses import replace

import pytest

from helpdesk.extensions import db
from helpdesk.models.codes import Category, MailState, Priority
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import reply
from helpdesk.transaction import transaction
from tests.inbound.mails import answer, arrives, raw_mail
from tests.inbound.test_mail_in import bounce

JAN, STRANGER = "jan@modrzewie.test", "pomoc@inny-helpdesk.test"


@pytest.fixture(autouse=True)
def takes_mail(app, sim):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail_in_address="pomoc@helpdesk.test")


def mails(story, address=JAN):
    return story.sim.mails_to(address)


def test_a_conversation_by_mail_stays_in_one_ticket(story, cast):
    ticket = arrives(raw_mail(JAN, "Post z rana się nie ukazał.")).ticket
    story.passes()
    with transaction():
        reply(ticket, of_user(cast.anna), "Który to post?")
    story.passes()
    row = arrives(answer(mails(story)[-1], JAN, "O podtopieniach."))
    assert row.ticket_id == ticket.id
    assert [m.body for m in story.state(ticket).messages] == ["Który to post?", "O podtopieniach."]


def test_two_helpdesks_stop_within_two_messages(story, cast):
    """Ours answers a stranger, who is a helpdesk as ours is, and answers with a receipt of its own."""
    arrives(raw_mail(STRANGER, "Nowe zgłoszenie."))
    story.passes()
    [ours] = mails(story, STRANGER)
    row = arrives(answer(ours, STRANGER, "Mamy Państwa zgłoszenie.", Auto_Submitted="auto-generated"))
    story.passes()
    assert row.state is MailState.AUTOMATIC
    assert len(mails(story, STRANGER)) == 1


def test_a_helpdesk_that_does_not_say_so_gets_one_answer_too(story, cast):
    for number in range(8):
        arrives(raw_mail(STRANGER, f"Zarejestrowano zgłoszenie {number}.", Subject=f"[#{number}] Dziękujemy"))
        story.passes(minutes=1)
    assert len(mails(story, STRANGER)) == 1


def test_an_out_of_office_stops_within_two_messages(story, cast):
    ticket = story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    before = len(mails(story))
    arrives(answer(mails(story)[-1], JAN, "Jestem na urlopie do 20 marca.", X_Auto_Response_Suppress="All"))
    story.passes(minutes=1)
    assert len(mails(story)) == before
    assert len(story.state(ticket).messages) == 1


def test_a_forged_mail_with_a_number_in_its_subject_does_not_get_in(story, cast):
    ticket = story.files(cast.osp, cast.jan)
    row = arrives(raw_mail(STRANGER, "Proszę zamknąć.", Subject=f"Re: [{ticket.number}] Post"))
    assert row.state is MailState.HELD
    assert story.state(ticket).messages == []


def test_a_bounced_alert_goes_on_to_the_next_person(story, cast):
    with transaction():
        for step in cast.policy.steps:
            step.channels = ["email"]
    story.files(cast.osp, cast.jan, category=Category.HELD_POST)
    anna, beata = (person.contacts[1].value for person in (cast.anna, cast.beata))
    assert mails(story, beata) == []
    arrives(bounce(mails(story, anna)[0]))
    db.session.rollback()
    story.passes(seconds=10)
    assert len(mails(story, beata)) == 1
