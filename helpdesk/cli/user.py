"""`helpdesk user`: people who sign in."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from helpdesk import users
from helpdesk.config import settings
from helpdesk.errors import HelpdeskError, InvalidPhoneNumber
from helpdesk.extensions import db
from helpdesk.models import Municipality, Unit, User
from helpdesk.models.codes import STAFF, RoleName
from helpdesk.transaction import transaction

REASONS = {
    "email_taken": "somebody has this e-mail address already.",
    "phone_taken": "somebody signs in with this phone number already.",
    "not_an_email": "this is not an e-mail address.",
    "weak_password": f"a password has {users.SHORTEST_PASSWORD} to {users.LONGEST_PASSWORD} characters.",
    "user_not_found": "there is nobody with this e-mail address.",
}


@click.group("user")
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True, help="First name and surname, as others will read it.")
@click.option("--role", required=True, type=click.Choice([role.value for role in RoleName]))
@click.option("--phone", help="For staff the second factor and where alerts ring; for others a way to sign in.")
@click.option("--password", help="Staff only and not needed: a code by e-mail does as well. '-' asks for it.")
@click.option("--unit", "unit_id", type=int, help="Id of the reporter's unit.")
@click.option("--municipality", "code", help="Code of the coordinator's municipality, e.g. LEO.")
@with_appcontext
def create(
    email: str,
    name: str,
    role: str,
    phone: str | None,
    password: str | None,
    unit_id: int | None,
    code: str | None,
) -> None:
    """Add a person and say how they get in."""
    if not name.strip():
        raise click.BadParameter("nobody is called that.", param_hint="--name")
    chosen = RoleName(role)
    password = _password(chosen, password)
    try:
        with transaction():
            made = users.create_user(
                name=name,
                email=email,
                role=chosen,
                phone=phone,
                password=password,
                unit=_unit(unit_id) if unit_id else None,
                municipality=_municipality(code) if code else None,
            )
    except InvalidPhoneNumber as unusable:
        raise click.BadParameter(f"unusable number ({unusable.code}).", param_hint="--phone") from unusable
    except HelpdeskError as refused:
        raise click.ClickException(REASONS[refused.code]) from refused
    click.echo(_next_steps(made))


@user.command("list")
@with_appcontext
def show() -> None:
    """One person a line: e-mail, role, name, state."""
    for person in db.session.scalars(sa.select(User).order_by(User.email)):
        roles = ",".join(role.name for role in person.roles)
        click.echo("\t".join((person.email, roles, person.name, _state(person))))


@user.command("forget-second-factor")
@click.argument("email")
@with_appcontext
def forget_second_factor(email: str) -> None:
    """The phone is lost: the person sets up another second factor at the next sign-in."""
    try:
        with transaction():
            users.forget_second_factor(users.find_user(email))
    except HelpdeskError as refused:
        raise click.ClickException(REASONS[refused.code]) from refused
    click.echo("Done. The next sign-in asks for a new second factor.")


def _password(role: RoleName, given: str | None) -> str | None:
    if given and role not in STAFF:
        raise click.BadParameter("only staff have one; others get a code.", param_hint="--password")
    if given == "-":
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return given


def _unit(unit_id: int) -> Unit:
    found = db.session.get(Unit, unit_id)
    if found is None:
        raise click.BadParameter(f"there is no unit {unit_id}.", param_hint="--unit")
    return found


def _municipality(code: str) -> Municipality:
    found = db.session.scalar(sa.select(Municipality).filter_by(code=code.upper()))
    if found is None:
        raise click.BadParameter(f"there is no municipality {code}.", param_hint="--municipality")
    return found


def _next_steps(made: User) -> str:
    lines = [f"{made.name} can sign in at {settings().public_url}/signin with {made.email}."]
    if made.is_staff and made.tf_phone_number:
        lines.append(f"The second factor is a code by SMS to {made.tf_phone_number}.")
        lines.append("Alerts ring there once that code has been used: sign in once before the first duty.")
    elif made.is_staff:
        lines.append("At the first sign-in a second factor is set up: a phone number or an authenticator app.")
    elif made.us_phone_number:
        lines.append(f"{made.us_phone_number} works too; a code comes by SMS.")
    if made.is_a(RoleName.REPORTER) and not made.units:
        lines.append("No unit yet: its coordinator invites the person on the unit's page.")
    return "\n".join(lines)


def _state(person: User) -> str:
    if not person.active:
        return "inactive"
    if person.is_staff and not users.has_second_factor(person):
        return "no second factor yet"
    return "active"
