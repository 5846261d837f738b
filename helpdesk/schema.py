"""The database schema against the migrations that this version carries."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app

from helpdesk.extensions import db


def upgrade_database(app: Flask) -> None:
    """Bring the database of `app` to this version's schema, from empty or from any earlier version."""
    with app.app_context():
        command.upgrade(_config(), "head")


def is_current() -> bool:
    """Whether the database has exactly this version's schema. Raises SQLAlchemyError if it does not answer."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config() -> Config:
    made: Config = current_app.extensions["migrate"].migrate.get_config()
    return made
