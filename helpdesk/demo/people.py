"""Who lives in the demo world. Nobody here exists; the numbers and the domain are nobody's."""

import json
from dataclasses import dataclass

import sqlalchemy as sa
from flask_security.utils import hash_password

from helpdesk import clock
from helpdesk.extensions import db, security
from helpdesk.models import Contact, Municipality, Role, Unit, User
from helpdesk.models.codes import STAFF, ContactKind, RoleName

PASSWORD = "demo-demo-demo"  # noqa: S105
DOMAIN = "demo.test"


@dataclass(frozen=True)
class DemoPerson:
    """`phone` is E.164; `place` the key of a unit or the code of a gmina; `note` says in Polish how to get in."""

    name: str
    role: RoleName
    phone: str
    email: str
    place: str = ""
    note: str = ""


def _staff(name: str, role: RoleName, last_digits: str, mailbox: str) -> DemoPerson:
    note = f"hasło {PASSWORD}, potem kod z SMS-a"
    return DemoPerson(name, role, f"+485000000{last_digits}", f"{mailbox}@{DOMAIN}", note=note)


def _coordinator(name: str, last_digits: str, mailbox: str, code: str) -> DemoPerson:
    note = "kod z SMS-a albo z e-maila"
    email = f"{mailbox}@{DOMAIN}"
    return DemoPerson(name, RoleName.COORDINATOR, f"+485000000{last_digits}", email, code, note)


def _reporter(name: str, last_digits: str, unit_key: str) -> DemoPerson:
    note = f"bez hasła: /u/{link_secret(unit_key)}"
    email = f"{unit_key}@{DOMAIN}"
    return DemoPerson(name, RoleName.REPORTER, f"+485000000{last_digits}", email, unit_key, note)


def link_secret(unit_key: str) -> str:
    """The key in the filing link of a demo unit; known to everybody on purpose."""
    return f"demo-{unit_key.replace('.', '-')}"


DEMO_PEOPLE: tuple[DemoPerson, ...] = (
    _staff("Maria Makietowa", RoleName.MANAGER, "01", "manager"),
    _staff("Alicja Wzorcowa", RoleName.ADMINISTRATOR, "02", "alicja"),
    _staff("Bartosz Przykładny", RoleName.ADMINISTRATOR, "03", "bartosz"),
    _staff("Celina Pokazowa", RoleName.ADMINISTRATOR, "04", "celina"),
    _staff("Damian Ćwiczebny", RoleName.ADMINISTRATOR, "05", "damian"),
    _coordinator("Kinga Próbna", "06", "promocja.klonowice", "KLO"),
    _coordinator("Karol Zmyślony", "07", "promocja.wrzosowice", "WRZ"),
    _reporter("Urszula Bajkowa", "11", "urzad.klonowice"),
    _reporter("Sylwia Dzwonkowa", "12", "szkola.klonowice"),
    _reporter("Barbara Kartkowa", "13", "biblioteka.klonowice"),
    _reporter("Olgierd Sikawka", "14", "osp.klonowice"),
    _reporter("Helena Opiekuńcza", "15", "ops.klonowice"),
    _reporter("Stanisław Polny", "16", "solectwo.borowiny"),
    _reporter("Piotr Bramkowy", "17", "klub.klonowice"),
    _reporter("Wanda Bajkowa", "18", "urzad.wrzosowice"),
    _reporter("Zofia Kredkowa", "19", "przedszkole.wrzosowice"),
    _reporter("Grażyna Kurtynowa", "20", "kultura.wrzosowice"),
    _reporter("Ignacy Toporek", "21", "osp.wrzosowice"),
    _reporter("Kazimierz Rurkowy", "22", "komunalny.wrzosowice"),
)


def make_people(units: dict[str, Unit], gminas: dict[str, Municipality]) -> dict[str, User]:
    """The users by e-mail address, added to the session and flushed."""
    roles = _roles()
    password_hash = hash_password(PASSWORD)
    users: dict[str, User] = {}
    for person in DEMO_PEOPLE:
        user = _user(person, roles[person.role])
        _let_in(user, person, password_hash)
        user.units = [units[person.place]] if person.place in units else []
        user.municipality = gminas.get(person.place)
        users[person.email] = user
    db.session.add_all(users.values())
    db.session.flush()
    return users


def _roles() -> dict[RoleName, Role]:
    """The roles of the installation; those that are missing are made."""
    there = {RoleName(role.name): role for role in db.session.scalars(sa.select(Role))}
    return {name: there.get(name) or Role(name=name) for name in RoleName}


def _user(person: DemoPerson, role: Role) -> User:
    verified_at = clock.now()
    return User(
        name=person.name,
        email=person.email,
        fs_uniquifier=f"demo-{person.email}",
        roles=[role],
        contacts=[
            Contact(kind=ContactKind.PHONE, value=person.phone, verified_at=verified_at),
            Contact(kind=ContactKind.EMAIL, value=person.email, verified_at=verified_at, position=1),
        ],
    )


def _let_in(user: User, person: DemoPerson, password_hash: str) -> None:
    """Staff: a password and a code by SMS. Others: a code by SMS or e-mail, no password to forget."""
    if person.role in STAFF:
        user.password = password_hash
        user.tf_primary_method = "sms"
        user.tf_phone_number = person.phone
        user.tf_totp_secret = security.totp_factory.generate_totp_secret()
        return
    user.us_phone_number = person.phone
    secret = security.totp_factory.generate_totp_secret()
    user.us_totp_secrets = json.dumps({"sms": secret, "email": secret})
