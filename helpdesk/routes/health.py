"""Signs of life: for monitors, for Prometheus, and a page for the staff."""

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from helpdesk import metrics
from helpdesk.attempt_words import EVENTS, providers_code, why_not
from helpdesk.config import settings
from helpdesk.health.check import Verdict
from helpdesk.health.sent import lost
from helpdesk.health.table import checks, readiness
from helpdesk.models.codes import STAFF, Channel
from helpdesk.routes.access import allow, public
from helpdesk.tickets.timeline import recipient_of

bp = Blueprint("health", __name__)
SHOWN = 10
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """200, or 503 naming what is wrong: database, schema, worker."""
    problems = {check.name: check.says for check in readiness() if not check.ok}
    return ({"status": "not ready", "problems": problems}, 503) if problems else {"status": "ready"}


@bp.get("/metrics")
@public
def figures() -> ResponseReturnValue:
    if not may_read_metrics():
        abort(403)
    return Response(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


@bp.get("/health")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    found = checks()
    failed = lost() if found[0].ok else []
    return render_template(
        "health/index.html",
        checks=sorted(found, key=lambda check: list(Verdict).index(check.verdict), reverse=True),
        problems=sum(len(check.lines) for check in found if not check.ok),
        to_do=sum(bool(check.does) for check in found if check.ok),
        messages=[attempt for attempt in failed if attempt.channel is not Channel.VOICE],
        calls=[attempt for attempt in failed if attempt.channel is Channel.VOICE],
        most=SHOWN,
        events=EVENTS,
        why_not=why_not,
        providers_code=providers_code,
        recipient_of=recipient_of,
    )


def may_read_metrics() -> bool:
    """With METRICS_TOKEN whoever brings it; without, this machine itself (not a proxy on it)."""
    token = settings().metrics_token
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    proxied = any(name in request.headers for name in FORWARDED)
    return not proxied and ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104
