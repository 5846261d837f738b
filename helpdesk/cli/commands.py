"""The command `helpdesk`."""

import sys
from dataclasses import replace

import click
import flask_migrate
import sqlalchemy as sa
from flask.cli import ScriptInfo, with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from helpdesk import serve
from helpdesk.app import create_app
from helpdesk.cli.api_token import api_token
from helpdesk.cli.doctor import doctor
from helpdesk.cli.mail_in import mail_in
from helpdesk.cli.recount import recount
from helpdesk.cli.user import user
from helpdesk.config import Settings, read_settings
from helpdesk.demo import DEMO_PEOPLE, PASSWORD, load_demo
from helpdesk.errors import HelpdeskError
from helpdesk.extensions import db
from helpdesk.models import Unit
from helpdesk.models.codes import RoleName
from helpdesk.schema import reason, refuse_another_schema, upgrade_database
from helpdesk.single import only_one


@click.group()
@click.pass_context
def commands(context: click.Context) -> None:
    """Helpdesk: urgent and normal tickets, alerting, escalation, SLA."""
    context.obj = ScriptInfo(create_app=create_app, set_debug_flag=False)


def main() -> None:
    """The entry point: a rule that is broken is one sentence, not a traceback; a database without tables too."""
    try:
        commands()
    except HelpdeskError as refused:
        sys.exit(str(refused))
    except (OperationalError, ProgrammingError) as away:
        sys.exit(f"The database cannot be used: {reason(away)}. Check DATABASE_URL, then run: helpdesk db upgrade")


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def run(host: str, port: int) -> None:
    """Web, worker and scheduler in one process; with no Twilio settings also the simulator and a demo world."""
    serve.set_up_logging()
    settings = _served_at(read_settings(), host, port)
    with only_one(settings.database_url):
        app = create_app(settings)
        upgrade_database(app)
        if settings.simulated:
            with app.app_context():
                load_demo()
        answer = serve.listen(app, host, port)  # before anything is sent
        with serve.simulator(settings) as simulator, serve.background(app):
            with app.app_context():
                _welcome(settings, simulator.url if simulator else "")
            answer()


@commands.command()
def worker() -> None:
    """Worker and scheduler alone, beside `gunicorn "helpdesk.app:create_app()"`."""
    serve.set_up_logging()
    settings = read_settings()
    with only_one(settings.database_url):
        app = create_app(settings)
        refuse_another_schema(app)
        with serve.background(app):
            serve.wait_for_signal()


@commands.group("db")
def database() -> None:
    """The database schema."""


@database.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to the schema of this version."""
    flask_migrate.upgrade()


@commands.group()
def demo() -> None:
    """The demo world."""


@demo.command("load")
@with_appcontext
def load() -> None:
    """Load it into the configured database, once."""
    load_demo()
    click.echo(_people(read_settings().public_url))


for command in (api_token, doctor, mail_in, recount, user):
    commands.add_command(command)


def _served_at(settings: Settings, host: str, port: int) -> Settings:
    """Without a PUBLIC_URL the address is where it listens."""
    if settings.public_url != Settings.public_url:
        return settings
    return replace(settings, public_url=f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}")  # noqa: S104


def _welcome(settings: Settings, simulator_url: str) -> None:
    click.echo(f"\n  Helpdesk is at  {settings.public_url}")
    if simulator_url:
        click.echo(f"  The demo's phones and mailboxes are at  {simulator_url}\n")
        click.echo(_people(settings.public_url))
    click.echo("")


def _people(public_url: str) -> str:
    """Whom to sign in as; for units the link that needs no sign-in."""
    lines = [
        "  Sign in as one of these; codes arrive on the demo's phones and in its mailboxes.",
        f"  Staff: password {PASSWORD}, then the code from their phone. Coordinators: the code alone.",
    ]
    staff = [person for person in DEMO_PEOPLE if person.role != RoleName.REPORTER]
    lines += [f"    {person.role:<14} {person.email}" for person in staff]
    lines.append("  Units file tickets by their own link, without signing in:")
    links = db.session.execute(sa.select(Unit.name, Unit.link_secret).order_by(Unit.id))
    lines += [f"    {public_url}/u/{secret}   {name}" for name, secret in links]
    return "\n".join(lines)
