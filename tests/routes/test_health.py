"""Signs of life, figures, and the health page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from helpdesk import clock, schema
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import DutyTest, Provider
from helpdesk.models.codes import AttemptState
from helpdesk.oncall.escalation import open_escalation
from helpdesk.transaction import transaction
from tests import vitals
from tests.conftest import sign_in
from tests.factories import make_ticket

TOKEN = "a token for Prometheus"


@pytest.fixture
def current(app: Flask) -> Iterator[None]:
    with vitals.stamped():
        yield


@pytest.fixture
def token(app: Flask) -> Iterator[str]:
    before = settings()
    app.config["SETTINGS"] = replace(before, metrics_token=TOKEN)
    yield TOKEN
    app.config["SETTINGS"] = before


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def test_being_alive_asks_no_database(client, statements):
    assert client.get("/healthz").json == {"status": "ok"}
    assert statements == []


def test_ready_with_a_database_of_this_version_and_a_worker(client, current):
    vitals.beat("worker")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_not_ready_while_the_schema_is_another(client, current):
    vitals.outdate()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert list(answer.json["problems"]) == ["database"]


@pytest.mark.parametrize("age", [None, timedelta(seconds=60)])
def test_not_ready_without_a_living_worker(client, current, age):
    if age:
        vitals.beat("worker", age=age)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert list(answer.json["problems"]) == ["worker"]


def test_not_ready_when_the_database_does_not_answer(client, monkeypatch):
    def away() -> bool:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(schema, "is_current", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert list(answer.json["problems"]) == ["database"]


def figures(client, **headers: str) -> dict[str, float]:
    text = client.get("/metrics", headers=headers).get_data(as_text=True)
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def test_figures_show_tickets_messages_alerts_and_heartbeats(client, cast):
    with transaction():
        ticket = make_ticket(cast, priority="urgent")
        open_escalation(ticket).round = 1
    vitals.beat("worker", age=timedelta(seconds=7))
    clock.advance(timedelta(seconds=20))
    shown = figures(client)
    assert shown['helpdesk_open_tickets{priority="urgent",status="new"}'] == 1
    assert shown['helpdesk_recent_attempts{channel="sms",state="due"}'] == 1
    assert shown['helpdesk_oldest_due_seconds{lane="alert"}'] == 20
    assert shown['helpdesk_escalations{state="unanswered"}'] == 1
    assert shown['helpdesk_heartbeat_age_seconds{part="worker"}'] == 27
    assert shown["helpdesk_database_up"] == 1


def test_figures_show_what_is_wrong_on_the_wire(client, cast):
    with transaction():
        open_escalation(make_ticket(cast, priority="urgent")).next_step_at = clock.now()
        row = Provider(name="sms:twilio", state="open", open_since=clock.now(), balance=3.5, currency="PLN")
        db.session.add(row)
    vitals.doubtful(cast.jan)
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    clock.advance(timedelta(minutes=6))
    shown = figures(client)
    assert shown['helpdesk_escalations{state="overdue"}'] == 1
    assert shown['helpdesk_provider_up{provider="sms:twilio"}'] == 0
    assert shown['helpdesk_provider_balance{currency="PLN",provider="sms:twilio"}'] == 3.5
    assert shown["helpdesk_doubtful_attempts"] == 1
    assert shown["helpdesk_webhook_up"] == 0


def test_figures_show_when_a_test_alert_was_confirmed_last(client, cast):
    name = "helpdesk_test_alert_confirmed_timestamp_seconds"
    assert name not in figures(client)
    with transaction():
        db.session.add(DutyTest(week="2026-W11", user=cast.anna, confirmed_at=clock.now()))
    assert figures(client)[name] == clock.now().timestamp()


def test_figures_count_requests_by_endpoint(client):
    name = 'helpdesk_http_requests_total{endpoint="health.alive",method="GET",status="200"}'
    before = figures(client).get(name, 0)
    client.get("/healthz")
    assert figures(client)[name] == before + 1


def test_figures_are_for_this_machine_alone(client):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_a_proxy_on_this_machine_does_not_open_the_figures_to_the_world(client):
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403


@pytest.mark.parametrize(("given", "status"), [(f"Bearer {TOKEN}", 200), ("Bearer wrong", 403), ("", 403)])
def test_with_a_token_figures_are_for_whoever_brings_it(client, token, given, status):
    answer = client.get("/metrics", headers={"Authorization": given}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == status


def test_the_health_page_says_what_to_do_and_what_did_not_arrive(client, cast, current):
    vitals.ended(cast.jan, AttemptState.FAILED, "21606")
    sign_in(client, cast.anna)
    client.post("/language", data={"locale": "en"})
    page = client.get("/health").get_data(as_text=True)
    assert "The provider refuses our settings or our account (code 21606)" in page
    assert "1 message did not arrive" in page
    assert "Jan Testowy" in page


def test_a_long_list_of_what_did_not_arrive_ends_with_how_many_more(client, cast, current):
    for _ in range(12):
        vitals.ended(cast.jan, AttemptState.FAILED, "30008")
    vitals.rang(cast.anna)
    sign_in(client, cast.marek)
    page = client.get("/health").get_data(as_text=True)
    assert page.count("Jan Testowy") == 10 and "I jeszcze 2." in page
    assert "Anna Testowa" not in page


def test_the_health_page_is_not_green_while_who_is_on_duty_gets_no_sms(client, cast, current):
    with transaction():
        cast.anna.contacts[0].opted_out_at = clock.now()
    vitals.beat("worker", "scheduler")
    sign_in(client, cast.marek)
    page = client.get("/health").get_data(as_text=True)
    assert "Nic nie wymaga naprawy" not in page and "START" in page


def test_the_health_page_folds_away_what_is_in_order(client, cast, current):
    vitals.beat("worker", "scheduler")
    sign_in(client, cast.anna)
    client.post("/language", data={"locale": "en"})
    seen, folded = client.get("/health").get_data(as_text=True).split("<details")[-2:]
    assert "Nothing needs mending." in seen and "Sending: running." in folded


def test_the_health_page_shows_no_phone_number_of_a_recipient(client, cast, current):
    vitals.ended(cast.olga, AttemptState.FAILED, "30008")
    sign_in(client, cast.marek)
    page = client.get("/health").get_data(as_text=True)
    assert cast.olga.contacts[0].value not in page
    assert "500 000 002" not in page


def test_the_health_page_is_for_staff(client, cast):
    sign_in(client, cast.jan)
    assert client.get("/health").status_code == 403


def test_the_health_page_opens_on_an_outdated_schema(client, cast, current):
    vitals.outdate()
    sign_in(client, cast.anna)
    assert "helpdesk db upgrade" in client.get("/health").get_data(as_text=True)
