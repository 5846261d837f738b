"""The unit of tickets from callers whom nobody knows: a ticket needs one (docs/decisions/0010)."""

import secrets

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from helpdesk.extensions import db
from helpdesk.models import Municipality, Unit
from helpdesk.models.codes import UnitKind

CODE = "TELX"  # no Polish place begins so


def unit_of_strangers(name: str) -> Unit:
    """Made when it is first needed. It is switched off: nobody files there, its link leads nowhere."""
    known = _find()
    if known is not None:
        return known
    try:
        with db.session.begin_nested():
            place = Municipality(code=CODE, name=name)
            unit = Unit(
                municipality=place,
                name=name,
                short_name=name[:40],
                kind=UnitKind.OTHER,
                link_secret=secrets.token_hex(16),
                active=False,
            )
            db.session.add_all([place, unit])
    except IntegrityError:  # another call has just made it
        return db.session.scalars(_query()).one()
    return unit


def is_of_strangers(unit: Unit) -> bool:
    return unit.municipality.code == CODE


def _find() -> Unit | None:
    return db.session.scalar(_query())


def _query() -> sa.Select[tuple[Unit]]:
    return sa.select(Unit).join(Unit.municipality).where(Municipality.code == CODE).order_by(Unit.id).limit(1)
