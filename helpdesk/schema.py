"""The database schema against the migrations that this version carries."""

import logging
from functools import cache
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError, OperationalError

from helpdesk.errors import BadSetting
from helpdesk.extensions import db
from helpdesk.paths import migrations_folder

log = logging.getLogger(__name__)


def upgrade_database(app: Flask) -> None:
    """Bring the database of `app` to this version's schema, from empty or from any earlier version."""
    with app.app_context():
        command.upgrade(_config(), "head")


def is_current() -> bool:
    """Whether the database has exactly this version's schema. Raises SQLAlchemyError if it does not answer."""
    with db.engine.connect() as connection:
        return frozenset(MigrationContext.configure(connection).get_current_heads()) == _heads(migrations_folder())


def refuse_another_schema(app: Flask) -> None:
    """A database that is away may come back, so that is no reason to refuse.

    Raises:
        BadSetting: the tables are of another version, or there are none.
    """
    with app.app_context():
        try:
            current = is_current()
        except OperationalError as away:
            log.warning("the database does not answer yet: %s", reason(away))
            return
    if not current:
        raise BadSetting("The database has the schema of another version. Run: helpdesk db upgrade")


def reason(error: DBAPIError | psycopg.Error) -> str:
    """What the database said, its first line, without the statement."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return (str(said).splitlines() or [type(said).__name__])[0].rstrip(".")


@cache
def _heads(folder: Path) -> frozenset[str]:
    """Of the revisions of this version; asked at every check of readiness, read once."""
    return frozenset(ScriptDirectory(str(folder)).get_heads())


def _config() -> Config:
    made: Config = current_app.extensions["migrate"].migrate.get_config()
    return made
