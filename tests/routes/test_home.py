"""The main page, and what stands on every page."""

import pytest
from flask import url_for

from helpdesk.extensions import security
from helpdesk.models.codes import Priority
from helpdesk.oncall.escalation import open_escalation
from helpdesk.routes.navigation import MENU, menu
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket


def test_a_stranger_is_told_the_ways_in(client):
    page = client.get("/").text
    assert 'href="/signin"' in page
    assert "112" in page
    assert 'href="tel:+48500000100"' in page


@pytest.mark.parametrize(
    ("who", "endpoint"),
    [("marek", "dashboard.index"), ("anna", "desk.index"), ("kinga", "units.index"), ("jan", "units.show")],
)
def test_the_main_page_leads_people_to_their_work(app, client, cast, who, endpoint):
    user = getattr(cast, who)
    sign_in(client, user)
    with app.test_request_context():
        values = {"unit_id": user.units[0].id} if endpoint == "units.show" else {}
        assert client.get("/").location == url_for(endpoint, **values)


def test_a_reporter_without_a_unit_is_told_whom_to_ask(client, cast):
    with transaction():
        cast.jan.units = []
    sign_in(client, cast.jan)
    assert "notice warning" in client.get("/").text


def test_a_reporter_of_two_units_chooses_one(client, cast):
    with transaction():
        cast.jan.units = [cast.osp, cast.school]
    sign_in(client, cast.jan)
    assert client.get("/").location == "/units"


def test_the_menu_shows_what_is_theirs(app, cast):
    with app.test_request_context():
        assert {link.href for link in menu(cast.anna)} >= {"/desk", "/duty"}
        assert menu(cast.jan)[0].href == f"/units/{cast.osp.id}"


def test_every_entry_of_the_menu_is_a_page_for_those_who_see_it(app):
    for entry in MENU:
        assert set(entry.roles) <= app.view_functions[entry.endpoint].allowed, entry.endpoint


def test_the_language_can_be_switched_on_every_page(client):
    page = client.get("/").text
    assert 'action="/language"' in page
    client.post("/language", data={"locale": "en", "back": "/"})
    assert '<html lang="en"' in client.get("/").text


def test_an_unexpected_error_shows_an_incident_number_and_no_traceback(app, client, monkeypatch):
    monkeypatch.setitem(app.view_functions, "health.alive", broken)
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert "<code>" in answer.text and "Traceback" not in answer.text and "ZeroDivision" not in answer.text


def broken(**_):
    return 1 / 0


broken.allowed = frozenset({"public"})


def test_a_broken_database_still_gives_an_error_page(client, cast, monkeypatch):
    sign_in(client, cast.anna)
    monkeypatch.setattr(security.datastore, "find_user", broken)
    answer = client.get("/desk")
    assert answer.status_code == 500
    assert "<code>" in answer.text and '<html lang="pl"' in answer.text


def test_staff_see_on_every_page_what_nobody_has_taken(client, cast):
    ticket = make_ticket(cast, priority=Priority.URGENT)
    with transaction():
        open_escalation(ticket).round = 1
    sign_in(client, cast.marek)
    assert f'href="/desk/{ticket.number}"' in client.get("/duty").text
    sign_in(client, cast.jan)
    assert 'class="banner"' not in client.get(f"/units/{cast.osp.id}").text
