"""The link in an administrator's mail."""

from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner

from helpdesk import tokens
from helpdesk.extensions import db
from helpdesk.models import Escalation
from helpdesk.models.codes import AckVia, Category, Priority, TicketStatus
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.transaction import transaction
from tests.factories import make_ticket


@pytest.fixture
def ticket(cast):
    reporter = Reporter(name="Jan Testowy", phone="+48500000000")
    draft = TicketDraft(
        unit=cast.osp, category=Category.HELD_POST, priority=Priority.URGENT, summary="Powódź", reporter=reporter
    )
    with transaction():
        return open_ticket(draft)


def link(ticket, user) -> str:
    return f"/ack/{tokens.sign(tokens.ACK_LINK, ticket.id, user.id)}"


def test_opening_the_link_shows_a_button_and_changes_nothing(client, ticket, cast):
    answer = client.get(link(ticket, cast.anna))
    db.session.refresh(ticket)
    assert ticket.number in answer.text and "Powódź" in answer.text and "<button" in answer.text
    assert ticket.acknowledged_at is None


def test_the_button_takes_the_ticket_by_mail(client, ticket, cast):
    answer = client.post(link(ticket, cast.anna), follow_redirects=True)
    assert db.session.query(Escalation).one().acknowledged_via is AckVia.EMAIL
    assert 'href="tel:+48500000000"' in answer.text
    assert 'method="post" action="/ack' not in answer.text


def test_whoever_clicks_second_reads_who_has_it_and_no_phone_number(client, ticket, cast):
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.SMS)
    answer = client.post(link(ticket, cast.anna), follow_redirects=True)
    assert "Beata Testowa" in answer.text and "tel:+48500000000" not in answer.text


def test_a_finished_ticket_needs_nobody(client, cast):
    done = make_ticket(cast, status=TicketStatus.RESOLVED)
    answer = client.post(link(done, cast.anna), follow_redirects=True)
    assert answer.status_code == 200 and 'action="/ack' not in answer.text
    assert done.acknowledged_at is None


def test_the_link_works_where_no_cookies_are_kept(app, ticket, cast):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert app.test_client(use_cookies=False).post(link(ticket, cast.anna)).status_code == 302
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("way", ["get", "post"])
def test_a_forged_link_is_refused_in_words(client, ticket, cast, way):
    answer = getattr(client, way)(link(ticket, cast.anna)[:-2] + "xx")
    assert answer.status_code == 409 and "<h1" in answer.text
    db.session.refresh(ticket)
    assert ticket.acknowledged_at is None


def test_an_old_link_is_refused(client, ticket, cast, monkeypatch):
    address = link(ticket, cast.anna)
    later = TimestampSigner.get_timestamp(TimestampSigner("x")) + int(timedelta(days=8).total_seconds())
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: later)
    assert client.post(address).status_code == 409


def test_the_reporters_link_takes_nothing(client, ticket):
    token = tokens.sign(tokens.TICKET_PAGE, ticket.id)
    assert client.post(f"/ack/{token}").status_code == 409


def test_the_link_of_somebody_who_has_left_is_refused(client, ticket, cast):
    with transaction():
        cast.anna.active = False
    assert client.post(link(ticket, cast.anna)).status_code == 409
