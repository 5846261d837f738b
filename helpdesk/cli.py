"""The command `helpdesk`."""

import click
from flask.cli import FlaskGroup

from helpdesk.app import create_app


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False)
def main() -> None:
    """Helpdesk: urgent and normal tickets, alerting, escalation, SLA."""
