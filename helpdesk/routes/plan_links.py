"""Where the plan leads to: what can be done about a shift, on pages that take the span from the address."""

from datetime import UTC, datetime
from typing import Any

from flask import url_for

from helpdesk import clock
from helpdesk.models import Schedule, User
from helpdesk.oncall.roster import Span


def change(schedule: Schedule, span: Span, user: User | None = None) -> str:
    """`user`: who has the duty; the form then stands somebody in for them."""
    whom = {"instead_of": user.id} if user else {}
    return _link("schedules.add_override", schedule, span, **whom)


def change_of(schedule: Schedule, since: datetime, until: datetime) -> str:
    return change(schedule, Span(since, until))


def offer(schedule: Schedule, span: Span) -> str:
    return _link("cover.offer", schedule, span)


def absent(schedule: Schedule, span: Span | None = None, user: User | None = None) -> str:
    """`user`: whose absence, where a manager reports it."""
    return _link("cover.absent", schedule, span, **({"user": user.id} if user else {}))


def _link(endpoint: str, schedule: Schedule, span: Span | None, **more: int) -> str:
    """The page with what is left of the span, in UTC: a local hour may come twice."""
    values: dict[str, Any] = {"schedule": schedule.id, **more}
    if span is not None:
        values |= {"since": _instant(max(span.starts_at, clock.now())), "until": _instant(span.ends_at)}
    return url_for(endpoint, **values)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
