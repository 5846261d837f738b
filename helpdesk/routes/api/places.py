"""Units to file for, and who is on duty."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Municipality, Unit
from helpdesk.models.codes import Channel
from helpdesk.oncall.people import address_of
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import Shift, all_schedules, current_shift, main_schedule, next_shift, shifts
from helpdesk.oncall.spans import uncovered
from helpdesk.routes.api.answers import OnCall, ShiftPlan, UnitPage
from helpdesk.routes.api.blueprint import Reply, operation, own_user
from helpdesk.routes.api.problems import Problem
from helpdesk.routes.api.schemas import ShiftQuery, UnitQuery
from helpdesk.tickets.units import units_visible_to

FORTNIGHT, LONGEST, YEAR = timedelta(days=14), timedelta(days=62), timedelta(days=366)


@operation("GET", "/units", Reply(shape=UnitPage), query=UnitQuery)
def list_units(query: dict[str, Any]) -> dict[str, Any]:
    """List the units for which the token's user may file tickets"""
    wanted = sa.select(Unit).where(Unit.active, Unit.id > query["cursor"], units_visible_to(own_user()))
    if "municipality" in query:
        in_place = sa.select(Municipality.id).filter_by(code=query["municipality"].upper()).scalar_subquery()
        wanted = wanted.where(Unit.municipality_id == in_place)
    found = db.session.scalars(wanted.order_by(Unit.id).limit(query["limit"] + 1)).all()
    units = found[: query["limit"]]
    return {"units": units, "next_cursor": units[-1].id if len(found) > len(units) else None}


@operation("GET", "/on-call", Reply(shape=OnCall))
def read_on_call() -> dict[str, Any]:
    """Who is on duty now, and who is next"""
    schedule = main_schedule()
    if schedule is None:
        return {"now": None, "next": None}
    at = clock.now()
    return {"now": _duty(current_shift(schedule, at)), "next": _duty(next_shift(schedule, at))}


@operation("GET", "/on-call/shifts", Reply(shape=ShiftPlan), query=ShiftQuery, problems=(404,))
def list_shifts(query: dict[str, Any]) -> dict[str, Any]:
    """List who is on duty when, by schedule, with the gaps that nobody covers"""
    since, until = _span(query.get("since"), query.get("until"))
    wanted = [row for row in all_schedules() if query.get("schedule") in (None, row.id)]
    if not wanted and "schedule" in query:
        raise Problem(404, "not_found")
    planned = [(row, shifts(row, since, until)) for row in wanted]
    return {
        "since": since,
        "until": until,
        "schedules": wanted,
        "shifts": [{**_written(shift), "schedule": row.id} for row, found in planned for shift in found],
        "gaps": [
            {"schedule": row.id, "since": gap.starts_at, "until": gap.ends_at}
            for row, found in planned
            for gap in uncovered(Span(since, until), found)
        ],
    }


def _span(since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """What was asked for, as far as it is answered; of no length where the end comes first."""
    now = clock.now()
    first = min(max(since or now, now - YEAR), now + YEAR)
    return first, max(first, min(until or first + FORTNIGHT, first + LONGEST))


def _duty(shift: Shift | None) -> dict[str, Any] | None:
    return _written(shift) if shift else None


def _written(shift: Shift) -> dict[str, Any]:
    """Phone numbers of administrators are for their colleagues."""
    phone = address_of(shift.user, Channel.VOICE) if own_user().is_staff else None
    return {
        "name": shift.user.name,
        "phone": phone,
        "since": shift.starts_at,
        "until": shift.ends_at,
    }
