"""The ticket's page shows its calls and gives the ticket to another unit."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.hotline import calls as hotline
from helpdesk.hotline import recordings
from helpdesk.inbound import hotline as spoken
from helpdesk.models import Ticket
from helpdesk.models.codes import HotlineOutcome
from helpdesk.tickets.attachments import store_sound
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import phone_of

SOUND = bytes.fromhex("fffb9064") + bytes(400)


@pytest.fixture
def call(cast):
    """Jan called; Anna did not answer, Beata took it. He left a message all the same."""
    with transaction():
        call = spoken.begin("CA1", phone_of(cast.jan))
        hotline.ring_next(call, 1)
        hotline.rang(call, cast.anna.id, HotlineOutcome.BUSY)
        hotline.ring_next(call, 2)
        hotline.take(call, cast.beata)
        hotline.end(call)
        recordings.heard_of(call, "RE" + "0" * 32, 7)
        recordings.keep(call.id, store_sound(SOUND), "wiadomość")
    return call


def page_of(client, call):
    return client.get(f"/desk/{call.ticket.number}").get_data(as_text=True)


def test_the_page_says_who_was_rung_with_what_outcome_and_who_took_it(client, cast, call):
    sign_in(client, cast.anna)
    page = page_of(client, call)
    assert f"{cast.anna.name}: zajęte lub odrzucone" in page
    assert f"{cast.beata.name}: połączenie odebrane" in page


def test_the_message_can_be_played_there(client, cast, call):
    sign_in(client, cast.anna)
    address = f"/files/{call.attachment_id}"
    assert f'src="{address}"' in page_of(client, call)
    answer = client.get(address)
    assert (answer.status_code, answer.content_type) == (200, "audio/mpeg")
    assert "media-src 'self'" in client.get("/desk").headers["Content-Security-Policy"]


def test_the_reporter_neither_sees_nor_gets_the_message(client, cast, call):
    sign_in(client, cast.jan)
    assert client.get(f"/files/{call.attachment_id}").status_code == 404
    assert "nagranie.mp3" not in client.get(f"/desk/{call.ticket.number}", follow_redirects=True).text


@pytest.fixture
def stranger(cast):
    with transaction():
        call = spoken.begin("CA2", "+48500000099")
        hotline.end(call)
    return call.ticket


def test_the_ticket_of_a_stranger_is_assigned_to_a_unit(client, cast, stranger):
    sign_in(client, cast.anna)
    page = client.get(f"/desk/{stranger.number}/unit?q=bibl").text
    assert cast.library.name in page
    answer = client.post(f"/desk/{stranger.number}/unit", data={"unit": cast.library.id}, follow_redirects=True)
    assert cast.library.name in answer.text
    db.session.expire_all()
    assert db.session.get_one(Ticket, stranger.id).unit is cast.library


def test_after_that_the_caller_is_known(cast, client, stranger):
    sign_in(client, cast.anna)
    client.post(f"/desk/{stranger.number}/unit", data={"unit": cast.library.id})
    clock.advance(timedelta(days=7))
    with transaction():
        assert spoken.begin("CA3", "+48500000099").unit.name == cast.library.name


@pytest.mark.parametrize("unit", ["", "x", "99999999999999999999"])
def test_without_a_unit_the_search_comes_back(client, cast, stranger, unit):
    sign_in(client, cast.anna)
    assert client.post(f"/desk/{stranger.number}/unit", data={"unit": unit}).status_code == 422


def test_a_search_that_finds_nothing_says_so(client, cast, stranger):
    sign_in(client, cast.anna)
    assert "Nie ma takiej jednostki" in client.get(f"/desk/{stranger.number}/unit?q=nic+takiego").text


@pytest.mark.parametrize("who", ["jan", "kinga"])
def test_only_staff_move_tickets(client, cast, stranger, who):
    sign_in(client, getattr(cast, who))
    assert client.get(f"/desk/{stranger.number}/unit").status_code == 403
    assert client.post(f"/desk/{stranger.number}/unit", data={"unit": cast.library.id}).status_code == 403
