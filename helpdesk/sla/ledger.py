"""The ledger of the clocks, append-only: what was promised before and after, why, and by whom."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Clock, ClockChange
from helpdesk.models.codes import ClockCause
from helpdesk.tickets.actor import Actor


def state_of(row: Clock) -> str:
    """Met, stopped, paused, breached or running: the first of them that is true."""
    facts = {"met": row.met_at, "stopped": row.stopped_at, "paused": row.paused_at, "breached": row.breached_at}
    return next((state for state, since in facts.items() if since is not None), "running")


def terms_of(row: Clock) -> dict[str, Any]:
    """What the ledger keeps of a clock: enough to work out the due time again."""
    return {
        "minutes": row.minutes,
        "calendar_id": row.calendar.id,
        "started_at": row.started_at.isoformat(),
        "due_at": _iso(row.due_at),
        "state": state_of(row),
    }


@contextmanager
def written(row: Clock, cause: ClockCause, by: Actor, reason: str = "") -> Iterator[dict[str, Any]]:
    """What happens to the clock inside goes into the ledger; what is put into the given mapping is added to
    `after`."""
    before, more = terms_of(row), dict[str, Any]()
    yield more
    write(row, cause, by, reason=reason, before=before, **more)


def write(
    row: Clock, cause: ClockCause, by: Actor, *, reason: str = "", before: dict[str, Any] | None = None, **more: Any
) -> None:
    """Without `before`: a clock that starts."""
    db.session.flush()
    change = ClockChange(
        clock_id=row.id,
        at=clock.now(),
        actor_id=by.user_id,
        actor_name=by.name,
        cause=cause,
        reason=reason,
        before=before or {},
        after=terms_of(row) | more,
    )
    db.session.add(change)


def history(row: Clock) -> list[ClockChange]:
    """All of the clock's rows, oldest first."""
    return list(db.session.scalars(sa.select(ClockChange).filter_by(clock_id=row.id).order_by(ClockChange.id)))


def last_offer(row: Clock) -> tuple[int, int]:
    """(minutes, calendar's id) that the policy promised last, whether it was taken or the older promise kept. What
    holds, for a clock that is older than the ledger."""
    for change in reversed(history(row)):
        if "offer" in change.after:
            return change.after["offer"]["minutes"], change.after["offer"]["calendar_id"]
    return row.minutes, row.calendar_id


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
