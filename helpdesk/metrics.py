"""Figures for Prometheus: the state of the house, asked from the database at each scrape, and our requests."""

import time
from collections.abc import Iterable

import sqlalchemy as sa
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import health
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification, Ticket
from helpdesk.models.codes import OPEN_STATUSES, EscalationState
from helpdesk.oncall.escalation import unanswered

REQUESTS = CollectorRegistry()
COUNT = Counter("helpdesk_http_requests", "Requests answered", ("endpoint", "method", "status"), registry=REQUESTS)
SECONDS = Histogram(
    "helpdesk_http_request_seconds",
    "Time to answer",
    ("endpoint",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REQUESTS,
)
# Literals, so that SQLite takes the partial index.
IS_OPEN = Ticket.status.in_([sa.literal_column(f"'{status}'") for status in OPEN_STATUSES])


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
            families = [make() for make in (tickets, attempts, overdue, escalations, heartbeats)]
        except SQLAlchemyError:
            families = []
        yield GaugeMetricFamily("helpdesk_database_up", "1 if the database answers", value=1 if families else 0)
        yield from families


def tickets() -> GaugeMetricFamily:
    family = GaugeMetricFamily("helpdesk_open_tickets", "Open tickets", labels=("status", "priority"))
    query = sa.select(Ticket.status, Ticket.priority, sa.func.count()).where(IS_OPEN)
    for status, priority, count in db.session.execute(query.group_by(Ticket.status, Ticket.priority)):
        family.add_metric((status.value, priority.value), count)
    return family


def attempts() -> GaugeMetricFamily:
    """By channel and state. Only of the newest notifications, so that a scrape costs the same for ever."""
    family = GaugeMetricFamily(
        "helpdesk_recent_attempts",
        f"SMS, calls and mails of the newest {health.NEWEST} notifications",
        labels=("channel", "state"),
    )
    newest = sa.select(sa.func.max(Notification.id)).scalar_subquery()
    query = sa.select(Attempt.channel, Attempt.state, sa.func.count()).where(
        Attempt.notification_id > newest - health.NEWEST
    )
    for channel, state, count in db.session.execute(query.group_by(Attempt.channel, Attempt.state)):
        family.add_metric((channel.value, state.value), count)
    return family


def overdue() -> GaugeMetricFamily:
    seconds = health.oldest_due().total_seconds()
    return GaugeMetricFamily("helpdesk_oldest_due_seconds", "How long the oldest due message waits", value=seconds)


def escalations() -> GaugeMetricFamily:
    """`unanswered`: gone through all steps (at most 50 are looked at)."""
    family = GaugeMetricFamily("helpdesk_escalations", "Running alerts", labels=("state",))
    running = sa.select(sa.func.count()).where(Escalation.state == EscalationState.OPEN)
    family.add_metric(("open",), db.session.scalar(running) or 0)
    family.add_metric(("unanswered",), len(unanswered()))
    return family


def heartbeats() -> GaugeMetricFamily:
    family = GaugeMetricFamily("helpdesk_heartbeat_age_seconds", "Since the last sign of life", labels=("part",))
    for part in health.PARTS:
        age = health.heartbeat_age(part)
        if age is not None:
            family.add_metric((part,), age.total_seconds())
    return family
