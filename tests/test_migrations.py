"""The migrated schema is the schema of the models, on both databases, there and back again."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade

from helpdesk import schema
from helpdesk.app import create_app
from helpdesk.extensions import db
from helpdesk.models.figures import TRIGGERS
from tests.conftest import DATABASES, make_settings, new_database

MIGRATED, CREATED = "migrated", "created"
NOTIFICATION = (
    "INSERT INTO notification (id, dedupe_key, event, channel, address, locale, params, created_at)"
    " VALUES (1, 'k', 'receipt', 'sms', '+48500000011', 'pl', '{}', '2026-03-11 09:00:00')"
)
ATTEMPT = (
    "INSERT INTO attempt (id, notification_id, ordinal, channel, lane, state, due_at, provider, provider_status,"
    " error_code, error_text) VALUES ('first', 1, 0, 'sms', 3, 'due', '2026-03-11 09:00:00', '', '', '', '')"
)
MERGED = (
    "INSERT INTO municipality (id, code, name, county, province) VALUES (1, 'AAA', 'Aaa', '', '')",
    "INSERT INTO unit (id, municipality_id, name, short_name, kind, link_secret, active)"
    " VALUES (1, 1, 'Szkoła', 'szkoła', 'school', 's', true)",
    *(
        "INSERT INTO ticket (id, number, municipality_id, unit_id, category, priority, status, source, summary,"
        " description, post_url, answers, case_number, reporter_name, reporter_phone, reporter_email, locale,"
        f" created_at, resolved_at, reopened_count, merged_into_id) VALUES ({id_}, 'AAA-{id_}', 1, 1, 'hate',"
        " 'normal', 'closed', 'form', 'a', '', '', '{}', '', '', '', '', 'pl', '2026-03-11 09:00:00',"
        f" '2026-03-11 09:00:00', 0, {into})"
        for id_, into in ((1, "NULL"), (2, "1"))
    ),
)


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An application on an empty database, by the database's name."""
    folder, apps = tmp_path_factory.mktemp("schema"), {}

    def make(name: str) -> Flask:
        if name not in apps:
            apps[name] = create_app(make_settings(new_database(request, folder, name), folder))
        return apps[name]

    yield make
    for app in apps.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def migrated(database) -> Iterator[Flask]:
    app = database(MIGRATED)
    schema.upgrade_database(app)
    with app.app_context():
        yield app


def described(table: str, inspector: sa.Inspector) -> dict[str, Any]:
    """All that the database knows about a table; what has a name is sorted by it."""
    return {
        "columns": by_name({**column, "type": repr(column["type"])} for column in inspector.get_columns(table)),
        "primary key": inspector.get_pk_constraint(table),
        "foreign keys": by_name(inspector.get_foreign_keys(table)),
        "unique": by_name(inspector.get_unique_constraints(table)),
        "checks": by_name(inspector.get_check_constraints(table)),
        "indexes": by_name([with_condition(index) for index in inspector.get_indexes(table)]),
    }


def by_name(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: str(row["name"]))


def with_condition(index: Any) -> dict[str, Any]:
    options = index.get("dialect_options", {})
    return {**index, "dialect_options": {name: str(value) for name, value in options.items()}}


def test_an_empty_database_is_upgraded_to_what_the_models_say(migrated):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_constraints_and_indexes_are_those_of_the_models(migrated, database):
    ours = sa.inspect(db.engine)
    with database(CREATED).app_context():
        db.create_all()
        theirs = sa.inspect(db.engine)
        for table in db.metadata.tables:
            assert described(table, ours) == described(table, theirs)


def triggers() -> list[tuple[str, str]]:
    """Their tables and names; a migration that rebuilds a table loses them on SQLite."""
    statements = {
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2",
        "postgresql": "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    }
    rows = db.session.execute(sa.text(statements[db.engine.dialect.name])).all()
    db.session.remove()
    return [(row[0], row[1]) for row in rows]


def test_the_triggers_are_those_of_the_models(migrated):
    wanted = [(table, name) for table, rows in TRIGGERS.items() for name, _moment, _whose in rows]
    assert triggers() == sorted(wanted)


def test_every_check_of_the_models_is_in_the_database(migrated):
    inspector = sa.inspect(db.engine)
    for table in db.metadata.sorted_tables:
        wanted = {c.name for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        assert {row["name"] for row in inspector.get_check_constraints(table.name)} == wanted


def test_it_is_known_whether_the_schema_is_current(database):
    app = database("fresh")
    with app.app_context():
        assert not schema.is_current()
    schema.upgrade_database(app)
    with app.app_context():
        assert schema.is_current()


def test_a_downgrade_leaves_nothing_and_can_be_taken_back(migrated):
    downgrade(revision="base")
    assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
    schema.upgrade_database(migrated)
    assert schema.is_current()


def test_an_upgrade_keeps_what_is_waiting_to_be_sent(migrated):
    downgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.execute(sa.text(NOTIFICATION))
        connection.execute(sa.text(ATTEMPT))
    schema.upgrade_database(migrated)
    with db.engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT state FROM attempt WHERE id = 'first'")) == "due"
        connection.execute(sa.text("DELETE FROM attempt"))
        connection.execute(sa.text("DELETE FROM notification"))


def test_merged_tickets_are_counted_anew(migrated):
    downgrade(revision="0006")
    with db.engine.begin() as connection:
        for statement in MERGED:
            connection.execute(sa.text(statement))
        connection.execute(sa.text("DELETE FROM figure_due"))
    schema.upgrade_database(migrated)
    with db.engine.begin() as connection:
        assert connection.scalars(sa.text("SELECT ticket_id FROM figure_due")).all() == [2]
        for table in ("ticket", "unit", "municipality", "figure_due"):
            connection.execute(sa.text(f"DELETE FROM {table}"))


def test_a_long_migration_is_not_taken_for_a_frozen_process(migrated):
    limits = []

    def note(connection: sa.Connection) -> None:
        if connection.dialect.name == "postgresql":
            limits.append(connection.scalar(sa.text("SHOW idle_in_transaction_session_timeout")))

    sa.event.listen(db.engine, "commit", note)
    schema.upgrade_database(migrated)
    sa.event.remove(db.engine, "commit", note)
    assert set(limits) <= {"0"}
    assert bool(limits) == (db.engine.dialect.name == "postgresql")


def test_foreign_keys_hold_again_after_a_migration(migrated):
    with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO ticket_counter (municipality_id, year, last) VALUES (7, 2026, 1)"))
