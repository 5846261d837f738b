"""Twelve gminas. In each an urgent ticket alerts one person first, by SMS and half a minute later by a call; ten
hours later two administrators and the manager: not in a run, unless both fail. Nobody has a mailbox."""

from datetime import date
from typing import TYPE_CHECKING

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import (
    Calendar,
    Contact,
    Contract,
    EscalationPolicy,
    Municipality,
    PolicyStep,
    Role,
    SlaPolicy,
    SlaTarget,
    Unit,
    User,
)
from helpdesk.models.codes import ContactKind, Priority, RoleName, SlaTargetKind, StepTarget, UnitKind
from helpdesk.schema import upgrade_database
from helpdesk.transaction import transaction

if TYPE_CHECKING:
    from chaos.stage import Stage

GMINAS = 12
STEP_MINUTES = 600
LINK_SECRET = "secret-link-of-unit-{}"


def build(stage: "Stage") -> None:
    app = stage.app()
    upgrade_database(app)
    with app.app_context(), transaction():
        roles = {name: Role(name=name) for name in RoleName}
        last = [(RoleName.ADMINISTRATOR, "Anna"), (RoleName.ADMINISTRATOR, "Beata"), (RoleName.MANAGER, "Marek")]
        people = [_person(name, 90 + index, roles[role]) for index, (role, name) in enumerate(last)]
        db.session.add_all([*roles.values(), *people, _promises()])
        for number in range(GMINAS):
            _gmina(number, roles[RoleName.COORDINATOR])


def phone_of(gmina: int) -> str:
    """Of the person who is alerted first."""
    return f"+4850000{gmina:04}"


def _gmina(number: int, role: Role) -> None:
    place = Municipality(code=f"G{chr(65 + number)}A", name=f"Gmina {number}")
    place.contracts = [Contract(package=1, valid_from=date(2020, 1, 1))]
    unit = Unit(
        municipality=place,
        name=f"OSP {number}",
        short_name=f"OSP {number}",
        kind=UnitKind.FIRE_BRIGADE,
        link_secret=LINK_SECRET.format(number),
    )
    person = _person(f"Osoba{number}", number, role)
    db.session.add_all([place, unit, person])
    db.session.flush()
    step = PolicyStep(target=StepTarget.USER, user_id=person.id, channels=["sms", "voice"], minutes=STEP_MINUTES)
    db.session.add(EscalationPolicy(name=place.name, municipality_id=place.id, steps=[step]))


def _person(name: str, number: int, role: Role) -> User:
    return User(
        name=f"{name} Testowa",
        email=f"{name.lower()}@chaos.test",
        fs_uniquifier=f"fs-{name}",
        roles=[role],
        contacts=[Contact(kind=ContactKind.PHONE, value=phone_of(number), verified_at=clock.now())],
    )


def _promises() -> SlaPolicy:
    always = Calendar(name="24/7", always_open=True, polish_holidays=False)
    targets = [
        SlaTarget(priority=priority, kind=kind, minutes=10_000, calendar=always)
        for priority in Priority
        for kind in SlaTargetKind
    ]
    return SlaPolicy(name="Pakiet 1", is_default=True, targets=targets)
