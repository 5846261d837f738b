"""Where the plan leads to: what can be done about a shift, on pages that take the span from the address."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, url_for

from helpdesk.models import Schedule
from helpdesk.oncall.roster import Span

ENDPOINTS = CHANGE, OFFER, ABSENT = "schedules.add_override", "cover.offer", "cover.absent"


def exist() -> bool:
    """Whether there is anything that can be done."""
    return any(endpoint in current_app.view_functions for endpoint in ENDPOINTS)


def change(schedule: Schedule, span: Span) -> str | None:
    return _link(CHANGE, schedule, span)


def offer(schedule: Schedule, span: Span) -> str | None:
    return _link(OFFER, schedule, span)


def absent(schedule: Schedule, span: Span | None = None) -> str | None:
    return _link(ABSENT, schedule, span)


def _link(endpoint: str, schedule: Schedule, span: Span | None) -> str | None:
    """The page with the span as its form takes it: local, to the minute. None where there is no such page."""
    if endpoint not in current_app.view_functions:
        return None
    in_path = current_app.url_map.is_endpoint_expecting(endpoint, "schedule_id")
    values: dict[str, Any] = {"schedule_id" if in_path else "schedule": schedule.id}
    if span is not None:
        zone = ZoneInfo(schedule.time_zone)
        values |= {"since": _local(span.starts_at, zone), "until": _local(span.ends_at, zone)}
    return url_for(endpoint, **values)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
