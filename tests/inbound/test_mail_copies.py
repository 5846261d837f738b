"""People in copy of a mail."""

import pytest
from flask_babel import force_locale

from helpdesk.errors import NotAllowed
from helpdesk.models.codes import Channel, EventKind, MailState, ParticipantState, Priority
from helpdesk.sentences import sentence
from helpdesk.tickets import participants
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import reply
from helpdesk.tickets.proof import proof_of
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import opened, works
from tests.inbound.mails import answer, arrives, bounce, raw_mail

JAN, KINGA, STEFANIA = "jan@modrzewie.test", "kinga@modrzewie.test", "stefania@modrzewie.test"
WOJT = "wojt@gmina.test"
pytestmark = pytest.mark.usefixtures("takes_mail")


def states(ticket):
    people = participants.participants_of(ticket, *ParticipantState)
    return {person.address: person.state.value for person in people}


@pytest.fixture
def ticket(cast):
    """Of Jan's mail, with the coordinator and the mayor in copy."""
    return arrives(raw_mail(JAN, Cc=f"Kinga <{KINGA}>, Wójt <{WOJT}>")).ticket


def replied(cast, ticket, body="Już widać."):
    with transaction():
        reply(ticket, of_user(cast.anna), body)
    works(Channel.EMAIL)


def mails(sim, address, body="Już widać."):
    return [mail for mail in sim.mails_to(address) if body in mail.text]


def test_a_known_person_is_in_and_an_unknown_one_is_offered(ticket):
    assert states(ticket) == {KINGA: "in", WOJT: "offered"}


def test_our_mailboxes_programs_and_staff_take_no_part(cast):
    copies = (
        "pomoc+x@helpdesk.test, helpdesk@helpdesk.test, noreply@x.test, anna@modrzewie.test, jan@modrzewie.test"
    )
    assert states(arrives(raw_mail(JAN, Cc=copies)).ticket) == {}


def test_a_person_of_another_unit_is_offered_alone(cast):
    assert states(arrives(raw_mail(JAN, Cc=STEFANIA)).ticket) == {STEFANIA: "offered"}


def test_an_answer_goes_to_each_by_a_mail_of_their_own(cast, sim, ticket):
    replied(cast, ticket)
    [theirs], [reporters] = mails(sim, KINGA), mails(sim, JAN)
    assert mails(sim, WOJT) == [] and theirs.headers["Reply-To"] != reporters.headers["Reply-To"]
    assert "Cc" not in theirs.headers and KINGA not in reporters.text and JAN not in theirs.text


@pytest.mark.parametrize(("who", "name"), [("marek", "nowa@x.test"), ("anna", "n•••@x.test")])
def test_the_proof_names_an_address_in_copy_and_not_the_reporter(cast, sim, who, name):
    ticket = opened(cast, priority=Priority.NORMAL)
    with transaction():
        participants.add(ticket, "nowa@x.test", cast.anna)
    replied(cast, ticket)
    assert name in [line.name for line in proof_of(ticket, getattr(cast, who)).others]


def test_the_reporters_own_link_goes_to_nobody_else(cast, sim, ticket):
    replied(cast, ticket)
    assert "/t/" in mails(sim, JAN)[0].text
    assert "/t/" not in mails(sim, KINGA)[0].text and f"/desk/{ticket.number}" in mails(sim, KINGA)[0].text


def test_an_unknown_address_gets_answers_once_staff_say_so(cast, sim, client, ticket):
    [offered] = participants.participants_of(ticket, ParticipantState.OFFERED)
    sign_in(client, cast.anna)
    assert WOJT in client.get(f"/desk/{ticket.number}").text
    client.post(f"/desk/{ticket.number}/people/{offered.id}/accept")
    replied(cast, ticket)
    assert "http://helpdesk.test" not in mails(sim, WOJT)[0].text
    assert [event.actor_id for event in ticket.events if event.kind is EventKind.PARTICIPANT][-1] == cast.anna.id


def test_somebody_in_copy_answers_by_mail(cast, sim, ticket):
    replied(cast, ticket)
    arrives(answer(mails(sim, KINGA)[0], KINGA, "Dziękuję w imieniu urzędu."))
    assert ticket.messages[-1].author_name == "Kinga Testowa"


def test_the_number_in_the_subject_lets_somebody_in_copy_in(cast, ticket):
    with transaction():
        participants.add(ticket, WOJT, cast.anna)
    row = arrives(raw_mail(WOJT, "A kiedy reszta?", Subject=f"Re: [{ticket.number}]"))
    assert row.state is MailState.TAKEN and ticket.messages[-1].body == "A kiedy reszta?"


def test_whoever_was_taken_off_stays_off(cast, sim, ticket):
    person = participants.people_in_copy(ticket)[0]
    with transaction():
        participants.take_off(ticket, person.id, cast.anna)
    replied(cast, ticket)
    arrives(answer(mails(sim, JAN)[0], JAN, "Jeszcze raz do Kingi.", Cc=KINGA))
    assert states(ticket)[KINGA] == "out" and mails(sim, KINGA) == []


def test_a_mail_in_doubt_names_nobody(cast, sim, app, monkeypatch, ticket):
    replied(cast, ticket)
    raw = answer(mails(sim, JAN)[0], JAN, "Dopisz mnie.", Cc="dziennikarz@gazeta.test")
    monkeypatch.setattr("helpdesk.inbound.mail_arrival.doubt", lambda *_: "dmarc")
    assert arrives(raw).state is MailState.TAKEN
    assert "dziennikarz@gazeta.test" not in states(ticket)


def test_a_mail_to_a_whole_town_is_no_conversation(cast):
    crowd = ", ".join(f"m{number}@miasto.test" for number in range(60))
    assert len(states(arrives(raw_mail(JAN, Cc=crowd)).ticket)) < 10


def test_staff_add_an_address_on_the_page(client, cast):
    ticket = opened(cast, priority=Priority.NORMAL)
    sign_in(client, cast.anna)
    page = f"/desk/{ticket.number}/people/add"
    assert client.post(page, data={"participant": "nowa@x.test"}).status_code == 302
    assert states(ticket) == {"nowa@x.test": "in"}


def test_what_is_no_address_comes_back_as_it_was_typed(client, cast, ticket):
    sign_in(client, cast.anna)
    bad = client.post(f"/desk/{ticket.number}/people/add", data={"participant": "nowa"})
    assert bad.status_code == 422 and 'value="nowa"' in bad.text


@pytest.mark.parametrize(("address", "code"), [(JAN, "is_reporter"), ("anna@modrzewie.test", "is_of_staff")])
def test_whoever_hears_of_the_ticket_anyway_is_not_added(cast, ticket, address, code):
    with pytest.raises(NotAllowed, match=code):
        participants.add(ticket, address, cast.beata)


def test_a_person_who_may_not_see_the_ticket_is_added_as_an_address_alone(cast, ticket):
    assert participants.add(ticket, STEFANIA, cast.anna).user is None


def test_nobody_else_adds_anybody(cast, ticket):
    with pytest.raises(NotAllowed, match="not_staff"):
        participants.add(ticket, "x@y.test", cast.kinga)


def test_a_mail_to_somebody_in_copy_that_came_back_says_whose(cast, sim, ticket):
    [offered] = participants.participants_of(ticket, ParticipantState.OFFERED)
    with transaction():
        participants.accept(ticket, offered.id, cast.anna)
    replied(cast, ticket)
    arrives(bounce(mails(sim, WOJT)[0]))
    event = [each for each in ticket.events if each.kind is EventKind.ATTEMPT][-1]
    assert event.data["name"] == WOJT


def test_whoever_is_left_out_was_never_in(cast, ticket):
    [offered] = participants.participants_of(ticket, ParticipantState.OFFERED)
    with transaction():
        participants.take_off(ticket, offered.id, cast.anna)
    with force_locale("pl"):
        assert "pomija w kopii" in sentence(ticket.events[-1])
    with transaction():
        participants.accept(ticket, offered.id, cast.anna)
        participants.take_off(ticket, offered.id, cast.anna)
    with force_locale("pl"):
        assert "usuwa z kopii" in sentence(ticket.events[-1])
