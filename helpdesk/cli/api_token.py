"""`helpdesk api-token`: make, list and revoke the bearer tokens of the API."""

import click
from flask.cli import with_appcontext

from helpdesk import api_tokens, users
from helpdesk.errors import NotFound
from helpdesk.models import ApiToken, User
from helpdesk.transaction import transaction


@click.group("api-token")
def api_token() -> None:
    """Bearer tokens of the API. A token may do what its user may do."""


@api_token.command("create")
@click.option("--name", required=True, help="What the token is for, e.g. the system that will use it.")
@click.option("--user", "email", required=True, metavar="EMAIL", help="The person as whom it acts.")
@with_appcontext
def create(name: str, email: str) -> None:
    """Print a new token, alone on a line. It is shown this one time."""
    if not 1 <= len(name.strip()) <= 80:
        raise click.BadParameter("must have 1 to 80 characters.", param_hint="--name")
    with transaction():
        token = api_tokens.create_token(name.strip(), _user(email))
    click.echo(token)


@api_token.command("list")
@with_appcontext
def show() -> None:
    """One token a line: id, state, user, name."""
    for row in api_tokens.all_tokens():
        click.echo("\t".join((str(row.id), _state(row), row.user.email, row.name)))


@api_token.command("revoke")
@click.argument("token_id", type=click.IntRange(min=1), metavar="ID")
@with_appcontext
def revoke(token_id: int) -> None:
    """Refuse the token with that id (see `list`) from now on."""
    try:
        with transaction():
            api_tokens.revoke_token(token_id)
    except NotFound as unknown:
        raise click.ClickException(f"There is no token {token_id}.") from unknown


def _user(email: str) -> User:
    found = users.person_with_email(email)
    if found is None or not found.active:
        raise click.ClickException(f"There is no active user {email}.")
    return found


def _state(row: ApiToken) -> str:
    return "revoked" if row.revoked_at else "valid"
