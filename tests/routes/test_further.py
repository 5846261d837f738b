"""On the pages an urgent ticket is handed over, confirmed, given back, or needs no further people."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import ask_who_still_has_it
from helpdesk.models import Ticket
from helpdesk.models.codes import AckVia
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.running_alerts import running
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import attempts, opened


@pytest.fixture
def ticket(cast):
    """Anna has it; one more person is wanted, and she is asked after half an hour."""
    with transaction():
        cast.policy.acks_wanted, cast.policy.ack_minutes = 2, 30
    found = opened(cast)
    with transaction():
        acknowledge(found, cast.anna, AckVia.PAGE)
    return found


def state(ticket):
    db.session.rollback()
    return db.session.get_one(Ticket, ticket.id)


@pytest.mark.parametrize("page", ["/duty", "/desk/{number}"])
def test_whoever_is_wanted_too_finds_a_button(client, cast, ticket, page):
    sign_in(client, cast.beata)
    text = client.get(page.format(number=ticket.number)).text
    assert cast.anna.name in text and "Też przyjmuję" in text
    client.post(f"/desk/{ticket.number}/acknowledge")
    assert running(state(ticket)) is None


def test_a_manager_says_that_no_further_people_are_needed(client, cast, ticket):
    sign_in(client, cast.marek)
    assert client.post(f"/desk/{ticket.number}/enough").status_code == 303
    assert running(state(ticket)) is None
    assert client.post(f"/desk/{ticket.number}/enough").status_code == 409


def test_an_administrator_cannot_say_so(client, cast, ticket):
    sign_in(client, cast.beata)
    assert client.post(f"/desk/{ticket.number}/enough").status_code == 403


@pytest.mark.parametrize("page", ["/duty", "/desk/{number}"])
def test_whoever_is_asked_confirms_or_gives_back(client, cast, ticket, page):
    clock.advance(timedelta(minutes=31))
    ask_who_still_has_it()
    sign_in(client, cast.anna)
    assert "Oddaję" in client.get(page.format(number=ticket.number)).text
    assert client.post(f"/desk/{ticket.number}/give-back", data={"back": "duty"}).location == "/duty"
    assert state(ticket).acknowledged_by is None
    assert client.post(f"/desk/{ticket.number}/give-back").status_code == 409


def test_a_ticket_is_handed_over_from_its_page(client, cast, ticket):
    sign_in(client, cast.anna)
    assert "Zaalarmuj tę osobę" in client.get("/duty").text
    answer = client.post(f"/desk/{ticket.number}/hand-over", data={"hand_to": str(cast.dorota.id)})
    assert answer.status_code == 303
    assert attempts(to=cast.dorota)
    assert client.post(f"/desk/{ticket.number}/hand-over", data={"hand_to": "0"}).status_code == 422
