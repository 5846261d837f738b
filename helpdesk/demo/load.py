"""Load the demo world into an empty or a used database, once."""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.demo.past import past_stories
from helpdesk.demo.people import DEMO_PEOPLE, make_people
from helpdesk.demo.places import GMINAS, make_gminas, make_units
from helpdesk.demo.present import open_stories
from helpdesk.demo.promises import EXTENDED, STANDARD, make_escalation_policy, make_policies, make_schedule
from helpdesk.demo.rows import insert_stories
from helpdesk.demo.story import Person, Place, Promise
from helpdesk.demo.teller import Targets, World
from helpdesk.extensions import db
from helpdesk.models import Municipality, Schedule, SlaPolicy, Unit, User
from helpdesk.models.codes import Category, ContactKind, Priority, RoleName
from helpdesk.oncall.rotation import Rotation
from helpdesk.sla.clock import business_calendar
from helpdesk.transaction import transaction


def load_demo() -> None:
    """Make the demo world in one transaction; where it stands already, nothing changes."""
    with transaction():
        if not _is_there():
            world = _make_world()
            insert_stories([*past_stories(world), *open_stories(world)])


def _is_there() -> bool:
    codes = [code for code, *_rest in GMINAS]
    return bool(db.session.scalar(sa.select(sa.exists().where(Municipality.code.in_(codes)))))


def _make_world() -> World:
    policies = make_policies()
    chosen = {"KLO": policies[STANDARD], "WRZ": policies[EXTENDED]}
    gminas = make_gminas(chosen)
    units = make_units(gminas)
    people = make_people(units, gminas)
    administrators = [people[p.email] for p in DEMO_PEOPLE if p.role is RoleName.ADMINISTRATOR]
    schedule = make_schedule(administrators)
    make_escalation_policy(schedule)
    manager = next(p for p in DEMO_PEOPLE if p.role is RoleName.MANAGER)
    return World(
        places=[
            (_place(units[p.place], people[p.email]), units[p.place].kind) for p in DEMO_PEOPLE if p.place in units
        ],
        administrators=[_person(user) for user in administrators],
        manager=_person(people[manager.email]),
        rotation=_rotation(schedule),
        promises=_promises({gminas[code].id: policy for code, policy in chosen.items()}),
        zone=settings().zone,
        now=clock.now().replace(microsecond=0),
    )


def _person(user: User) -> Person:
    phone = user.contact(ContactKind.PHONE)
    return Person(user.id, user.name, phone.value if phone else "", user.email)


def _place(unit: Unit, reporter: User) -> Place:
    gmina = unit.municipality
    group_id = gmina.groups[0].id if gmina.groups else None
    return Place(unit.id, gmina.id, gmina.code, group_id, _person(reporter))


def _rotation(schedule: Schedule) -> Rotation[Person]:
    layer = schedule.rotations[0]
    members = [_person(member.user) for member in layer.members]
    return Rotation(layer.kind.value, layer.starts_at, schedule.time_zone, layer.shift_length, members)


def _promises(policies: dict[int, SlaPolicy]) -> dict[tuple[int, Priority, Category], Targets]:
    return {
        (municipality_id, priority, category): _targets(policy, priority, category)
        for municipality_id, policy in policies.items()
        for priority in Priority
        for category in Category
    }


def _targets(policy: SlaPolicy, priority: Priority, category: Category) -> Targets:
    """The category's own target beats the one for all categories."""
    fitting = [target for target in policy.targets if target.priority is priority]
    chosen = [t for t in fitting if t.category is None] + [t for t in fitting if t.category is category]
    return {t.kind: Promise(t.minutes, t.calendar_id, business_calendar(t.calendar)) for t in chosen}
