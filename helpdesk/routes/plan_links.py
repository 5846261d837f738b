"""Where the plan leads to: what can be done about a shift, on pages that take the span from the address."""

from datetime import UTC, datetime
from typing import Any

from flask import url_for

from helpdesk import clock
from helpdesk.models import Schedule
from helpdesk.oncall.roster import Span


def change(schedule: Schedule, span: Span) -> str:
    return _link("schedules.add_override", schedule, span)


def offer(schedule: Schedule, span: Span) -> str:
    return _link("cover.offer", schedule, span)


def absent(schedule: Schedule, span: Span | None = None) -> str:
    return _link("cover.absent", schedule, span)


def _link(endpoint: str, schedule: Schedule, span: Span | None) -> str:
    """The page with what is left of the span, in UTC: a local hour may come twice."""
    values: dict[str, Any] = {"schedule": schedule.id}
    if span is not None:
        values |= {"since": _instant(max(span.starts_at, clock.now())), "until": _instant(span.ends_at)}
    return url_for(endpoint, **values)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
