"""The page that makes a ticket urgent which came by mail."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Escalation
from helpdesk.models.codes import Priority
from helpdesk.tickets import lifecycle, participants
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.urgent_question import COUNTS_FOR, link_token
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.drafts import opened

BUTTON = "Tak, to pilne"


@pytest.fixture
def ticket(cast):
    return opened(cast, priority=Priority.NORMAL)


@pytest.fixture
def link(ticket, cast):
    return f"/urgent/{link_token(ticket.id, cast.jan.id, clock.now())}"


def test_opening_the_link_shows_a_button_and_wakes_nobody(client, ticket, link):
    page = client.get(link).text
    assert BUTTON in page and 'method="post"' in page
    assert ticket.priority is Priority.NORMAL and db.session.query(Escalation).count() == 0


def test_the_button_starts_the_alert(client, ticket, link):
    page = client.post(link, follow_redirects=True).text
    assert ticket.priority is Priority.URGENT and db.session.query(Escalation).count() == 1
    assert "Zgłoszenie jest pilne" in page and BUTTON not in page


def test_it_works_once(client, cast, ticket, link):
    client.post(link)
    with transaction():
        lifecycle.change_priority(ticket, Priority.NORMAL, of_user(cast.anna), "Może poczekać.")
    answer = client.post(link)
    assert (answer.status_code, ticket.priority) == (409, Priority.NORMAL)
    assert "Ten odnośnik zrobił już swoje" in answer.text


def test_late_it_says_so_and_does_nothing(client, ticket, link):
    clock.advance(COUNTS_FOR + timedelta(seconds=1))
    answer = client.post(link)
    assert (answer.status_code, ticket.priority) == (409, Priority.NORMAL)
    assert "dwanaście godzin" in answer.text


def test_of_a_finished_ticket_it_does_nothing(client, cast, ticket, link):
    with transaction():
        lifecycle.resolve(ticket, of_user(cast.anna))
    assert client.post(link).status_code == 409


def test_a_forged_link_is_refused(client, ticket, link):
    assert client.post(f"{link}x").status_code >= 400
    assert ticket.priority is Priority.NORMAL


def test_whoever_was_switched_off_wakes_nobody(client, cast, ticket, link):
    with transaction():
        cast.jan.active = False
    client.post(link)
    assert ticket.priority is Priority.NORMAL


def test_whoever_was_taken_off_the_copies_wakes_nobody(client, cast, ticket):
    with transaction():
        copy = participants.add(ticket, cast.olga.email, cast.anna)
    link = f"/urgent/{link_token(ticket.id, cast.olga.id, clock.now())}"
    assert BUTTON in client.get(link).text
    with transaction():
        participants.take_off(ticket, copy.id, cast.anna)
    client.post(link)
    assert ticket.priority is Priority.NORMAL


def test_only_a_manager_is_offered_the_switch(client, cast):
    sign_in(client, cast.marek)
    assert "Alarmuj bez pytania" in client.get(f"/units/{cast.osp.id}").text
    sign_in(client, cast.anna)
    assert "Alarmuj bez pytania" not in client.get(f"/units/{cast.osp.id}").text


def test_a_manager_allows_a_unit_to_alert_without_a_question(client, cast):
    sign_in(client, cast.marek)
    client.post(f"/units/{cast.osp.id}/urgent-mails/allow")
    assert cast.osp.urgent_by_mail
    client.post(f"/units/{cast.osp.id}/urgent-mails/ask")
    assert not cast.osp.urgent_by_mail
    entries = db.session.query(AuditEntry).filter_by(subject=f"unit:{cast.osp.id}").order_by(AuditEntry.id)
    said = [entry.action for entry in entries]
    assert said == ["urgent_mails_allowed", "urgent_mails_asked_about"]


@pytest.mark.parametrize("who", ["kinga", "anna", "jan"])
def test_nobody_else_allows_it(client, cast, who):
    sign_in(client, getattr(cast, who))
    assert client.post(f"/units/{cast.osp.id}/urgent-mails/allow").status_code == 403
    assert not cast.osp.urgent_by_mail
