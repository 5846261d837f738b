"""What became of each mail, on the page of its ticket; the signature under them."""

import pytest

from helpdesk.models.codes import AttemptState, Channel, Priority
from helpdesk.routes.letter_words import history
from helpdesk.tickets.letters import STATES, letters_of
from tests.conftest import sign_in
from tests.drafts import opened, works
from tests.inbound.mails import arrives
from tests.inbound.test_mail_in import bounce


@pytest.fixture
def ticket(cast, sim):
    return opened(cast, priority=Priority.NORMAL)


def said(app, ticket, locale="pl"):
    with app.test_request_context(f"/?lang={locale}"):
        return [entry.words for entry in history(ticket) if entry.icon == "email"]


def test_a_mail_waits_and_is_handed_over(app, ticket):
    assert said(app, ticket) == ["Mail do: Jan Testowy (potwierdzenie) – czeka na wysłanie"]
    works(Channel.EMAIL)
    assert said(app, ticket) == ["Mail do: Jan Testowy (potwierdzenie) – przekazany serwerowi poczty"]


def test_a_mail_that_came_back_is_said_to_have(app, sim, ticket):
    works(Channel.EMAIL)
    arrives(bounce(sim.mails_to("jan@modrzewie.test")[0]))
    assert said(app, ticket)[0].startswith("Mail do: Jan Testowy (potwierdzenie) – wrócił, niedoręczony")


def test_mails_to_staff_stand_in_the_proof_alone(ticket):
    assert {sent.notification.address for sent in letters_of(ticket)} == {"jan@modrzewie.test"}


def test_every_state_of_an_attempt_means_something():
    assert set(STATES) == set(AttemptState)


def test_the_page_of_the_ticket_shows_it(client, cast, ticket):
    sign_in(client, cast.anna)
    assert "czeka na wysłanie" in client.get(f"/desk/{ticket.number}").text


@pytest.fixture
def signature(cast):
    return f"/municipalities/{cast.modrzewie.id}/signature"


def test_a_manager_writes_the_signature(client, cast, signature):
    sign_in(client, cast.marek)
    assert client.post(signature, data={"signature": "Zespół\nModrzewie"}).status_code == 303
    assert cast.modrzewie.mail_signature == "Zespół\nModrzewie"


def test_a_signature_that_is_too_long_comes_back_as_it_was_typed(client, cast, signature):
    sign_in(client, cast.marek)
    answer = client.post(signature, data={"signature": "x" * 501})
    assert answer.status_code == 422 and "x" * 501 in answer.text
    assert cast.modrzewie.mail_signature == ""


def test_a_municipality_that_is_not_there_has_no_signature(client, cast):
    sign_in(client, cast.marek)
    assert client.get("/municipalities/999/signature").status_code == 404


@pytest.mark.parametrize("who", ["anna", "kinga"])
def test_nobody_but_a_manager_writes_the_signature(client, cast, signature, who):
    sign_in(client, getattr(cast, who))
    assert client.post(signature, data={"signature": "x"}).status_code == 403
    assert cast.modrzewie.mail_signature == ""
