"""Many rows at once, past SQLAlchemy: COPY on PostgreSQL."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models.figures import TRIGGERS, trigger_statements
from helpdesk.transaction import transaction

Row = tuple[Any, ...]


def write_rows(table: str, columns: str, rows: Iterable[Row]) -> None:
    """COPY on PostgreSQL, past SQLAlchemy on both; in the caller's transaction."""
    cursor: Any = db.session.connection().connection.cursor()
    if db.engine.dialect.name == "sqlite":
        places = ", ".join("?" for _ in columns.split(","))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
        return
    past_rules()
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        copy.write("".join(map(_line, rows)))


def past_rules() -> None:
    """The rest of the transaction writes without triggers and foreign keys: it refers to what is there."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL TIME ZONE 'UTC'"))
        db.session.execute(sa.text("SET LOCAL synchronous_commit = off"))
        db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))


def _line(row: Row) -> str:
    """No text here has a tab, a line break or a backslash."""
    return "\t".join(["\\N" if value is None else str(value) for value in row]) + "\n"


@contextmanager
def bare_tables(tables: Collection[str]) -> Iterator[None]:
    """Without the triggers, which would note every row (what is loaded is counted as it is loaded); on PostgreSQL
    also without the indexes that no constraint needs: to make them again is faster."""
    dialect = db.engine.dialect.name
    on = {"sqlite": "", "postgresql": " ON {table}"}[dialect]
    indexes = _indexes(tables) if dialect == "postgresql" else {}
    with transaction():
        for table, triggers in TRIGGERS.items():
            for name, _moment, _whose in triggers:
                db.session.execute(sa.text(f"DROP TRIGGER {name}" + on.format(table=table)))
        for name in indexes:
            db.session.execute(sa.text(f"DROP INDEX {name}"))
    yield
    with transaction():
        for statement in indexes.values():
            db.session.execute(sa.text(statement))
        for table in TRIGGERS:
            for statement in trigger_statements(table, dialect):
                db.session.connection().exec_driver_sql(statement)


def _indexes(tables: Collection[str]) -> dict[str, str]:
    """By name, how to make them."""
    return dict(db.session.execute(_INDEXES, {"tables": list(tables)}).tuples().all())


_INDEXES = sa.text("""
    SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid::regclass::text = ANY(:tables)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid)
""")
