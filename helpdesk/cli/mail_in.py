"""`helpdesk mail-in < message`: for mail servers that deliver into a pipe."""

import logging
import sys

import click
from flask.cli import ScriptInfo

from helpdesk.inbound.mail_door import let_in

log = logging.getLogger(__name__)
# sysexits.h: the server keeps the mail and tries again; the server returns it to the sender.
TEMPORARY, NO_MAIL = 75, 65


@click.command("mail-in")
@click.option("--mailbox", default="", help="The address that the mail was delivered to.")
@click.pass_context
def mail_in(context: click.Context, mailbox: str) -> None:
    """Take in the mail on standard input. The same mail again does no harm.

    The exit code is 0 when the mail is stored, 75 when the server is to try again, 65 when there is no mail.
    """
    raw = sys.stdin.buffer.read()
    if not raw.strip():
        click.echo("There is no mail on standard input.", err=True)
        context.exit(NO_MAIL)
    try:
        with context.ensure_object(ScriptInfo).load_app().app_context():
            state = let_in(raw, mailbox)
    except Exception:
        # Whatever it is, the server still has the mail: another code would return it to its sender.
        log.exception("the mail was not taken in; try again")
        context.exit(TEMPORARY)
    click.echo(state.value)
