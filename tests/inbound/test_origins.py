"""Who stands behind a message that came by mail, as staff read it."""

import pytest

from helpdesk.models.codes import Channel, ParticipantState, Priority
from helpdesk.tickets import participants
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import opened, works
from tests.inbound.mails import answer, arrives

JAN, WOJT, STRANGER = "jan@modrzewie.test", "wojt@gmina.test", "obcy@gdzies.test"
OUTSIDE = "adres spoza tego zgłoszenia"


@pytest.fixture
def letter(cast, sim, takes_mail):
    """The receipt of Jan's ticket."""
    opened(cast, priority=Priority.NORMAL)
    works(Channel.EMAIL)
    return sim.mails_to(JAN)[0]


def words_about(client, cast, ticket):
    sign_in(client, cast.anna)
    page = client.get(f"/desk/{ticket.number}").text
    return page[page.index('id="conversation"') : page.index("</section>", page.index('id="conversation"'))]


def test_whoever_has_only_the_address_for_answers_is_not_called_the_reporter(client, cast, letter):
    ticket = arrives(answer(letter, STRANGER, "Jestem szefem.")).ticket
    shown = words_about(client, cast, ticket)
    assert OUTSIDE in shown and "<span>zgłaszający</span>" not in shown


def test_somebody_in_copy_is_called_that(client, cast, letter):
    ticket = arrives(answer(letter, JAN, "Dodaję wójta.", Cc=WOJT)).ticket
    [offered] = participants.participants_of(ticket, ParticipantState.OFFERED)
    with transaction():
        participants.accept(ticket, offered.id, cast.anna)
    arrives(answer(letter, WOJT, "Dziękuję."))
    shown = words_about(client, cast, ticket)
    assert "<span>w kopii</span>" in shown and "<span>zgłaszający</span>" in shown and OUTSIDE not in shown


def test_an_automatic_mail_is_called_that(client, cast, letter):
    ticket = arrives(answer(letter, JAN, "Jestem na urlopie.", Auto_Submitted="auto-replied")).ticket
    assert "<span>automatyczny mail</span>" in words_about(client, cast, ticket)
