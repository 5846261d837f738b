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


MARKED, UNMARKED = {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "no"}
IN_THREAD = {}
# A helpdesk that answers to From, keeps no thread and gives the subject its own words.
OUT_OF_THREAD = {"To": "helpdesk@helpdesk.test", "In_Reply_To": "", "References": "", "Subject": "[#17] Dziękujemy"}


def talk(story, other, turns, **head):
    """The other side answers each new mail of ours at once; how many mails of ours it got."""
    answered = 0
    for turn in range(turns):
        story.passes(minutes=1)
        ours = mails(story, other)[answered:]
        answered += len(ours)
        for number, mail in enumerate(ours):
            words = f"Zarejestrowano zgłoszenie {turn}-{number}."
            arrives(answer(mail, other, words, Message_ID=f"<{turn}.{number}@inny.test>", **head))
    return answered


@pytest.mark.parametrize("mark", [MARKED, UNMARKED], ids=["marked", "unmarked"])
@pytest.mark.parametrize("thread", [IN_THREAD, OUT_OF_THREAD], ids=["in thread", "out of thread"])
@pytest.mark.parametrize("other", [JAN, STRANGER], ids=["known", "unknown"])
def test_two_helpdesks_stop_whoever_begins(story, cast, other, thread, mark):
    """The other one begins; each mail of ours is answered at once by a machine, with or without saying so."""
    arrives(raw_mail(other, "Nowe zgłoszenie.", Subject="Post"))
    assert talk(story, other, 8, **thread, **mark) <= 2


@pytest.mark.parametrize("mark", [MARKED, UNMARKED], ids=["marked", "unmarked"])
@pytest.mark.parametrize("thread", [IN_THREAD, OUT_OF_THREAD], ids=["in thread", "out of thread"])
def test_two_helpdesks_stop_when_ours_begins(story, cast, thread, mark):
    """The reporter of a form is a helpdesk: it has the receipt and what a person writes, and no more."""
    ticket = story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    with transaction():
        reply(ticket, of_user(cast.anna), "Który to post?")
    story.passes()
    by_people = len(mails(story))
    assert talk(story, JAN, 8, **thread, **mark) - by_people <= 2


@pytest.mark.parametrize("mark", [MARKED, UNMARKED], ids=["marked", "unmarked"])
def test_an_out_of_office_after_an_answer_of_the_desk_reopens_nothing_and_is_not_answered(story, cast, mark):
    ticket = story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    with transaction():
        reply(ticket, of_user(cast.anna), "Już widać.")
    story.passes()
    before = len(mails(story))
    head = {"Subject": "Automatyczna odpowiedź: Post", **mark}
    assert talk(story, JAN, 5, **head) == before


def test_our_own_mail_sent_back_by_a_rule_of_the_other_side_is_dropped(story, cast):
    story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    before = len(mails(story))
    assert {arrives(mail.raw).state for mail in mails(story)} == {MailState.DROPPED}
    story.passes(minutes=1)
    assert len(mails(story)) == before


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


def test_a_mail_that_cries_wakes_nobody_until_its_sender_has_clicked(story, cast):
    ticket = arrives(raw_mail(JAN, "Woda stoi na ulicy.", Subject="PILNE: ostrzeżenie o powodzi")).ticket
    story.passes(minutes=3)
    assert story.calls(cast.anna) == []
    [link] = [link for mail in mails(story) for link in mail.links if "/urgent/" in link]
    page, client = link.removeprefix("http://helpdesk.test"), story.app.test_client()
    client.get(page)
    story.passes(minutes=3)
    assert story.calls(cast.anna) == []
    client.post(page)
    story.passes(minutes=3)
    assert story.calls(cast.anna) and story.state(ticket).is_urgent
