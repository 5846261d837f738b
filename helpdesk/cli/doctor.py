"""`helpdesk doctor`: is this installation fit to alert people?"""

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from helpdesk import doctor as examination
from helpdesk.health.check import Verdict, ask_the_doctor

MARKS = {Verdict.OK: "ok", Verdict.WARNING: "! ", Verdict.BROKEN: "!!"}


@click.command()
@click.pass_context
@with_appcontext
def doctor(context: click.Context) -> None:
    """Check settings, database, mail server, Twilio, on-call plan. A line each: ok, or what to do.

    The exit code is 1 if something is broken.
    """
    with force_locale("en"):
        found, asked = examination.checks(), ask_the_doctor()
    for check in found:
        does = "" if check.does == asked else check.does
        for line in filter(None, (*check.lines, does)):
            click.echo(f"{MARKS[check.verdict]} {line}")
    context.exit(0 if all(check.ok for check in found) else 1)
