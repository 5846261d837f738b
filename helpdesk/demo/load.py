"""Load the demo world into an empty or a used database, once."""

import sqlalchemy as sa

from helpdesk.demo.cover import make_cover
from helpdesk.demo.mails import make_mails
from helpdesk.demo.past import past_stories
from helpdesk.demo.people import DEMO_PEOPLE, make_people
from helpdesk.demo.places import GMINAS, make_gminas, make_units
from helpdesk.demo.present import open_stories
from helpdesk.demo.promises import (
    EXTENDED,
    STANDARD,
    make_escalation_policy,
    make_policies,
    make_schedule,
    make_test_alert,
    record_past,
)
from helpdesk.demo.rows import insert_stories
from helpdesk.demo.world import read_world
from helpdesk.extensions import db
from helpdesk.models import Municipality
from helpdesk.models.codes import RoleName
from helpdesk.transaction import transaction


def load_demo() -> None:
    """Make the demo world in one transaction; where it stands already, nothing changes."""
    with transaction():
        if _is_there():
            return
        _make_rows()
        world = read_world()
        insert_stories([*past_stories(world), *open_stories(world)])
        make_mails()


def _is_there() -> bool:
    codes = [code for code, *_rest in GMINAS]
    return bool(db.session.scalar(sa.select(sa.exists().where(Municipality.code.in_(codes)))))


def _make_rows() -> None:
    policies = make_policies()
    gminas = make_gminas({"KLO": policies[STANDARD], "WRZ": policies[EXTENDED]})
    units = make_units(gminas)
    people = make_people(units, gminas)
    administrators = [people[p.email] for p in DEMO_PEOPLE if p.role is RoleName.ADMINISTRATOR]
    schedule = make_schedule(administrators)
    record_past(schedule)
    make_escalation_policy(schedule)
    make_cover(schedule, administrators)
    make_test_alert()
