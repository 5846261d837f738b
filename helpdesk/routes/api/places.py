"""Units to file for, and who is on duty."""

from typing import Any

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Municipality, Unit
from helpdesk.models.codes import Channel
from helpdesk.oncall.people import address_of
from helpdesk.oncall.schedule import Shift, current_shift, main_schedule, next_shift
from helpdesk.routes.api.answers import OnCall, UnitPage
from helpdesk.routes.api.blueprint import Reply, operation, own_user
from helpdesk.routes.api.schemas import UnitQuery
from helpdesk.tickets.units import units_visible_to


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


def _duty(shift: Shift | None) -> dict[str, Any] | None:
    """Phone numbers of administrators are for their colleagues."""
    if shift is None:
        return None
    phone = address_of(shift.user, Channel.VOICE) if own_user().is_staff else None
    return {
        "name": shift.user.name,
        "phone": phone,
        "since": shift.starts_at,
        "until": shift.ends_at,
    }
