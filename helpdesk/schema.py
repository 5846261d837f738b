"""The database schema against the migrations that this version carries."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app

from helpdesk.extensions import db
from helpdesk.paths import migrations_folder


def upgrade_database(app: Flask) -> None:
    """Bring the database of `app` to this version's schema, from empty or from any earlier version."""
    with app.app_context():
        command.upgrade(_config(), "head")


def is_current() -> bool:
    """Whether the database has exactly this version's schema. Raises SQLAlchemyError if it does not answer."""
    with db.engine.connect() as connection:
        return frozenset(MigrationContext.configure(connection).get_current_heads()) == _heads(migrations_folder())


@cache
def _heads(folder: Path) -> frozenset[str]:
    """Of the revisions of this version; asked at every check of readiness, read once."""
    return frozenset(ScriptDirectory(str(folder)).get_heads())


def _config() -> Config:
    made: Config = current_app.extensions["migrate"].migrate.get_config()
    return made
