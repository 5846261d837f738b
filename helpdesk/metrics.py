"""Figures for Prometheus: the state of the house, asked from the database at each scrape, and our requests."""

import time
from collections.abc import Iterable

import sqlalchemy as sa
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health import program, providers
from helpdesk.health.sent import NEWEST
from helpdesk.models import Attempt, DutyTest, Escalation, Notification, Ticket
from helpdesk.models.codes import CircuitState, Lane
from helpdesk.oncall import running_alerts
from helpdesk.oncall.further_people import IS_OPEN
from helpdesk.tickets import queries

REQUESTS = CollectorRegistry()
COUNT = Counter("helpdesk_http_requests", "Requests answered", ("endpoint", "method", "status"), registry=REQUESTS)
SECONDS = Histogram(
    "helpdesk_http_request_seconds",
    "Time to answer",
    ("endpoint",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REQUESTS,
)


def init_metrics(app: Flask) -> None:
    app.before_request(start_watch)
    app.after_request(count_request)


def start_watch() -> None:
    g.started = time.perf_counter()


def count_request(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    COUNT.labels(endpoint, request.method, str(response.status_code)).inc()
    if "started" in g:
        SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
    return response


def exposition() -> bytes:
    """Everything in Prometheus' text format. Without a database: `helpdesk_database_up 0` and the requests."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(House())
    return generate_latest(registry) + generate_latest(_requests())


def _requests() -> CollectorRegistry:
    """With several web processes, those of all: they share files in PROMETHEUS_MULTIPROC_DIR."""
    folder = settings().prometheus_multiproc_dir
    if folder is None:
        return REQUESTS
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    return registry


class House:
    """What prometheus-client calls a collector."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        try:
            families = [make() for make in FAMILIES]
        except SQLAlchemyError:
            families = []
        yield GaugeMetricFamily("helpdesk_database_up", "1 if the database answers", value=1 if families else 0)
        yield from families


def tickets() -> GaugeMetricFamily:
    family = GaugeMetricFamily("helpdesk_open_tickets", "Open tickets", labels=("status", "priority"))
    query = sa.select(Ticket.status, Ticket.priority, sa.func.count()).where(queries.IS_OPEN)
    for status, priority, count in db.session.execute(query.group_by(Ticket.status, Ticket.priority)):
        family.add_metric((status.value, priority.value), count)
    return family


def attempts() -> GaugeMetricFamily:
    """By channel and state. Only of the newest notifications, so that a scrape costs the same for ever."""
    family = GaugeMetricFamily(
        "helpdesk_recent_attempts",
        f"SMS, calls and mails of the newest {NEWEST} notifications",
        labels=("channel", "state"),
    )
    newest = sa.select(sa.func.max(Notification.id)).scalar_subquery()
    query = sa.select(Attempt.channel, Attempt.state, sa.func.count()).where(
        Attempt.notification_id > newest - NEWEST
    )
    for channel, state, count in db.session.execute(query.group_by(Attempt.channel, Attempt.state)):
        family.add_metric((channel.value, state.value), count)
    return family


def overdue() -> GaugeMetricFamily:
    text = "How long the oldest due message waits"
    family = GaugeMetricFamily("helpdesk_oldest_due_seconds", text, labels=("lane",))
    for lane in Lane:
        family.add_metric((lane.name.lower(),), program.oldest_due(lane).total_seconds())
    return family


def escalations() -> GaugeMetricFamily:
    """`unanswered`: gone through all steps; `overdue`: its next step should have come (50 at most are counted)."""
    family = GaugeMetricFamily("helpdesk_escalations", "Running alerts", labels=("state",))
    running = sa.select(sa.func.count()).select_from(Escalation).where(IS_OPEN)
    family.add_metric(("open",), db.session.scalar(running) or 0)
    family.add_metric(("unanswered",), len(running_alerts.unanswered()))
    family.add_metric(("overdue",), len(program.overdue_alerts()))
    return family


def heartbeats() -> GaugeMetricFamily:
    family = GaugeMetricFamily("helpdesk_heartbeat_age_seconds", "Since the last sign of life", labels=("part",))
    for part in program.PARTS:
        age = program.heartbeat_age(part)
        if age is not None:
            family.add_metric((part,), age.total_seconds())
    return family


def doubtful() -> GaugeMetricFamily:
    text = "Messages of which nobody has known for 5 minutes whether they were sent (at most 50 are looked at)"
    return GaugeMetricFamily("helpdesk_doubtful_attempts", text, value=len(providers.doubtful()))


def webhook() -> GaugeMetricFamily:
    text = "1 unless Twilio, when asked, knows more than it has reported to us"
    return GaugeMetricFamily("helpdesk_webhook_up", text, value=0 if providers.unreported() else 1)


def working_providers() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "helpdesk_provider_up", "1 if it is used, 0 while it is failing", labels=("provider",)
    )
    for name, row in providers.rows().items():
        family.add_metric((name,), 1 if row.state is CircuitState.CLOSED else 0)
    return family


def balances() -> GaugeMetricFamily:
    """As the provider counts: in the currency of the account, or in points."""
    family = GaugeMetricFamily(
        "helpdesk_provider_balance", "What is left in the account", labels=("provider", "currency")
    )
    for name, row in providers.rows().items():
        if row.balance is not None:
            family.add_metric((name, row.currency), row.balance)
    return family


def confirmed_tests() -> GaugeMetricFamily:
    """No sample before the first."""
    family = GaugeMetricFamily("helpdesk_test_alert_confirmed_timestamp_seconds", "When one was confirmed last")
    at = db.session.scalar(sa.select(sa.func.max(DutyTest.confirmed_at)).where(DutyTest.week.is_not(None)))
    if at is not None:
        family.add_metric((), at.timestamp())
    return family


FAMILIES = (
    tickets,
    attempts,
    overdue,
    escalations,
    heartbeats,
    doubtful,
    webhook,
    working_providers,
    balances,
    confirmed_tests,
)
