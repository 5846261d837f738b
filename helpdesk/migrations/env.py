"""Alembic's environment: the application's own database, one transaction for all revisions.

A new revision after a change of the models, from the root of a checkout (see docs/deploy.md, "Changing tables"):

    export DATA_DIR=$(mktemp -d)
    .venv/bin/flask --app wsgi db upgrade
    .venv/bin/flask --app wsgi db migrate -m "what changes"
    .venv/bin/ruff check --fix helpdesk/migrations && .venv/bin/ruff format helpdesk/migrations
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy.engine import Connection

from helpdesk.base import METADATA, Json, UtcDateTime
from helpdesk.extensions import db

# Any number will do, as long as nobody else uses it: two starts at once migrate one after the other.
LOCK = 4_850_000


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Revisions stand alone: no types of ours in them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is Json:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


@contextmanager
def foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying and dropping it; enforced keys would take the rows of other tables along.

    The pragma does nothing inside a transaction, therefore it goes past SQLAlchemy's.
    """
    pragma = connection.connection.cursor()
    pragma.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        pragma.execute("PRAGMA foreign_keys=ON")
        pragma.close()


def migrate(connection: Connection) -> None:
    options = current_app.extensions["migrate"].configure_args
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transactional_ddl=True,
        render_item=render_item,
        **options,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # A revision may work on rows for minutes between two statements.
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        context.run_migrations()
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("The migration would break references between tables; nothing was changed.")


with db.engine.connect().execution_options(helpdesk_write=True) as connection:
    if connection.dialect.name == "sqlite":
        with foreign_keys_off(connection):
            migrate(connection)
    else:
        migrate(connection)
