"""What the teller of demo tickets knows, read from the rows of the demo world."""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.demo.people import DEMO_PEOPLE, link_secret
from helpdesk.demo.places import GMINAS
from helpdesk.demo.promises import SCHEDULE
from helpdesk.demo.story import Person, Place, Promise
from helpdesk.demo.teller import Targets, World
from helpdesk.extensions import db
from helpdesk.models import Municipality, Schedule, SlaPolicy, Unit, User
from helpdesk.models.codes import Category, ContactKind, Priority, RoleName, UnitKind
from helpdesk.oncall.rotation import Rotation
from helpdesk.sla.calendars import business_calendar


def read_world() -> World:
    """The demo world as it stands in the database; NoResultFound where it was not made."""
    schedule = db.session.scalars(sa.select(Schedule).filter_by(name=SCHEDULE)).one()
    rotation = _rotation(schedule)
    manager = next(person for person in DEMO_PEOPLE if person.role is RoleName.MANAGER)
    return World(
        places=_places(),
        administrators=rotation.participants,
        manager=_person(_user(manager.email)),
        rotation=rotation,
        promises=_promises(),
        zone=settings().zone,
        now=clock.now().replace(second=0, microsecond=0),
    )


def _places() -> list[tuple[Place, UnitKind]]:
    units = {unit.link_secret: unit for unit in db.session.scalars(sa.select(Unit))}
    own = [(units[link_secret(p.place)], p.email) for p in DEMO_PEOPLE if link_secret(p.place) in units]
    return [(_place(unit, _user(email)), unit.kind) for unit, email in own]


def _user(email: str) -> User:
    return db.session.scalars(sa.select(User).filter_by(email=email)).one()


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


def _promises() -> dict[tuple[int, Priority, Category], Targets]:
    codes = [code for code, *_rest in GMINAS]
    gminas = db.session.scalars(sa.select(Municipality).where(Municipality.code.in_(codes))).all()
    policies = {gmina.id: db.session.get_one(SlaPolicy, gmina.contracts[0].sla_policy_id) for gmina in gminas}
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
