"""What the mailbox of a mail says: whose units write there, and about which group."""

import sqlalchemy as sa

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.hotline.callers import unit_of
from helpdesk.mailboxes import Mailbox
from helpdesk.models import Group, InboundMail, Municipality, Unit, User

MOST = 50


def unit_for(row: InboundMail, user: User | None) -> Unit | None:
    """For whom the sender writes: of several units the one in the mailbox's municipality, else their first."""
    if user is None:
        return None
    code = _municipality_of(row)
    there = (unit for unit in user.units if unit.active and unit.municipality.code == code)
    return next(there, None) or unit_of(user)


def group_for(row: InboundMail, unit: Unit) -> Group | None:
    """The mailbox's group, if it is one of the unit's municipality."""
    box = _mailbox_of(row)
    if box is None or not box.group:
        return None
    query = sa.select(Group).filter_by(municipality_id=unit.municipality_id, name=box.group)
    return db.session.scalars(query.order_by(Group.id).limit(1)).first()


def likely_units(row: InboundMail) -> list[Unit]:
    """Those of the municipality that the mailbox belongs to; none when it belongs to all."""
    query = sa.select(Unit).join(Unit.municipality).where(Municipality.code == _municipality_of(row), Unit.active)
    return list(db.session.scalars(query.order_by(Unit.name).limit(MOST)))


def _municipality_of(row: InboundMail) -> str:
    """Its code, "" of none."""
    box = _mailbox_of(row)
    return box.municipality if box else ""


def _mailbox_of(row: InboundMail) -> Mailbox | None:
    return next((box for box in settings().mailboxes if box.address == row.mailbox), None)
