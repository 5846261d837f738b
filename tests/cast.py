"""The cast of the tests, the same everywhere.

Gmina Modrzewie (MOD): OSP Modrzewie (fire brigade), the primary school. Gmina Brzezina (BRZ): its library.
Jan is a fire-fighter of the OSP, Stefania the school's secretary, Olga the librarian of the other gmina,
Kinga coordinates Modrzewie. Anna, Beata, Celina and Dorota are administrators in a daily rotation that hands
over at 8:00 local time: on WEDNESDAY at 10:00 Anna is on duty, Beata tomorrow. Marek is the manager.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from flask_security.utils import hash_password

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import (
    Calendar,
    Contact,
    Contract,
    EscalationPolicy,
    Group,
    Municipality,
    PolicyStep,
    Role,
    Rotation,
    RotationMember,
    Schedule,
    SlaPolicy,
    SlaTarget,
    Unit,
    User,
)
from helpdesk.models.codes import (
    ContactKind,
    Priority,
    RoleName,
    RotationKind,
    SlaTargetKind,
    StepTarget,
    UnitKind,
)
from helpdesk.transaction import transaction

PASSWORD = "correct horse battery"
_hashes: dict[str, str] = {}
_rows: dict[str, list[tuple[sa.Table, list[dict[str, Any]]]]] = {}


@dataclass
class Cast:
    modrzewie: Municipality
    brzezina: Municipality
    osp: Unit
    school: Unit
    library: Unit
    jan: User
    stefania: User
    olga: User
    kinga: User
    anna: User
    beata: User
    celina: User
    dorota: User
    marek: User
    schedule: Schedule
    policy: EscalationPolicy

    def everybody(self) -> list[User]:
        return [v for v in (getattr(self, f.name) for f in fields(self)) if isinstance(v, User)]


def make_cast() -> Cast:
    """The cast in an empty database. It is made once for each database, later its rows are written again as they
    were: thousands of tests begin so."""
    database = str(db.engine.url)
    with transaction():
        if database not in _rows:
            _people_and_places()
            _sla()
            db.session.flush()
            _rows[database] = list(_all_rows())
        else:
            for table, rows in _rows[database]:
                db.session.execute(sa.insert(table), rows)
    return _meet()


def _all_rows() -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    for table in db.metadata.sorted_tables:
        rows = [dict(row) for row in db.session.execute(sa.select(table)).mappings()]
        if rows:
            yield table, rows


def _meet() -> Cast:
    """Everybody and everything by name, in few questions."""
    people = {user.fs_uniquifier.removeprefix("fs-"): user for user in db.session.scalars(sa.select(User))}
    units = {unit.kind: unit for unit in db.session.scalars(sa.select(Unit))}
    places = {place.code: place for place in db.session.scalars(sa.select(Municipality))}
    return Cast(
        modrzewie=places["MOD"],
        brzezina=places["BRZ"],
        osp=units[UnitKind.FIRE_BRIGADE],
        school=units[UnitKind.SCHOOL],
        library=units[UnitKind.LIBRARY],
        schedule=db.session.scalars(sa.select(Schedule)).one(),
        policy=db.session.scalars(sa.select(EscalationPolicy)).one(),
        **people,
    )


def _people_and_places() -> None:
    roles = {name: Role(name=name) for name in RoleName}
    modrzewie = Municipality(code="MOD", name="Modrzewie", teryt="1499012", province="mazowieckie")
    brzezina = Municipality(code="BRZ", name="Brzezina", teryt="1499022", province="mazowieckie")
    for place in (modrzewie, brzezina):
        place.groups = [Group(name=f"{place.name} – forum mieszkańców", url="https://facebook.test/g")]
        place.contracts = [Contract(package=1, valid_from=date(2025, 1, 1))]
    osp = _unit(modrzewie, "OSP Modrzewie", UnitKind.FIRE_BRIGADE)
    school = _unit(modrzewie, "Szkoła Podstawowa w Modrzewiu", UnitKind.SCHOOL)
    library = _unit(brzezina, "Biblioteka w Brzezinie", UnitKind.LIBRARY)
    people = {
        name: _user(name, index, roles[role])
        for index, (name, role) in enumerate(
            [
                ("jan", RoleName.REPORTER),
                ("stefania", RoleName.REPORTER),
                ("olga", RoleName.REPORTER),
                ("kinga", RoleName.COORDINATOR),
                ("anna", RoleName.ADMINISTRATOR),
                ("beata", RoleName.ADMINISTRATOR),
                ("celina", RoleName.ADMINISTRATOR),
                ("dorota", RoleName.ADMINISTRATOR),
                ("marek", RoleName.MANAGER),
            ]
        )
    }
    people["jan"].units = [osp]
    people["stefania"].units = [school]
    people["olga"].units = [library]
    people["kinga"].municipality = modrzewie
    db.session.add_all([modrzewie, brzezina, *people.values()])
    db.session.flush()
    schedule = _schedule([people[name] for name in ("anna", "beata", "celina", "dorota")])
    db.session.add(schedule)
    db.session.flush()
    db.session.add(_policy(schedule))


def _unit(place: Municipality, name: str, kind: UnitKind) -> Unit:
    short = name[:40]
    return Unit(municipality=place, name=name, short_name=short, kind=kind, link_secret=f"secret-{short[:12]}")


def _user(name: str, index: int, role: Role) -> User:
    phone, email = f"+4850000000{index}", f"{name}@modrzewie.test"
    staff = role.name in (RoleName.ADMINISTRATOR, RoleName.MANAGER)
    if PASSWORD not in _hashes:
        _hashes[PASSWORD] = hash_password(PASSWORD)
    verified = clock.now()
    return User(
        name=f"{name.capitalize()} Testowa" if name.endswith("a") else f"{name.capitalize()} Testowy",
        email=email,
        fs_uniquifier=f"fs-{name}",
        password=_hashes[PASSWORD] if staff else None,
        us_phone_number=None if staff else phone,
        tf_primary_method="sms" if staff else None,
        tf_phone_number=phone if staff else None,
        roles=[role],
        contacts=[
            Contact(kind=ContactKind.PHONE, value=phone, verified_at=verified),
            Contact(kind=ContactKind.EMAIL, value=email, verified_at=verified),
        ],
    )


def _schedule(members: list[User]) -> Schedule:
    """Daily hand-over at 8:00 in Warsaw, Anna first on 11 March 2026."""
    rotation = Rotation(
        kind=RotationKind.DAILY,
        starts_at=datetime(2026, 3, 11, 7, 0, tzinfo=UTC),
        shift_length=1,
        members=[RotationMember(position=i, user=user) for i, user in enumerate(members)],
    )
    return Schedule(name="Dyżur", rotations=[rotation])


def _policy(schedule: Schedule) -> EscalationPolicy:
    """On call; five minutes later whoever is next; then all administrators and the managers."""
    everybody = [StepTarget.NEXT_ON_CALL, StepTarget.ADMINISTRATORS, StepTarget.MANAGERS]
    first = PolicyStep(position=0, target=StepTarget.ON_CALL, channels=["sms", "voice"])
    rest = [PolicyStep(position=i + 1, target=t, channels=["sms", "voice"]) for i, t in enumerate(everybody)]
    for step in (first, *rest[:1]):
        step.schedule_id = schedule.id
    return EscalationPolicy(name="Domyślna", steps=[first, *rest])


def _sla() -> None:
    always = Calendar(name="24/7", always_open=True, polish_holidays=False)
    office = Calendar(name="Godziny pracy", weekly_hours={str(d): [["08:00", "16:00"]] for d in range(5)})
    minutes = {
        (Priority.URGENT, SlaTargetKind.ACKNOWLEDGE): (15, always),
        (Priority.URGENT, SlaTargetKind.FIRST_RESPONSE): (60, always),
        (Priority.URGENT, SlaTargetKind.RESOLVE): (240, always),
        (Priority.NORMAL, SlaTargetKind.ACKNOWLEDGE): (240, office),
        (Priority.NORMAL, SlaTargetKind.FIRST_RESPONSE): (480, office),
        (Priority.NORMAL, SlaTargetKind.RESOLVE): (1440, office),
    }
    targets = [
        SlaTarget(priority=priority, kind=kind, minutes=amount, calendar=calendar)
        for (priority, kind), (amount, calendar) in minutes.items()
    ]
    db.session.add(SlaPolicy(name="Pakiet 1", is_default=True, targets=targets))
