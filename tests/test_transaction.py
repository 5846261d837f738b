"""Transactions: writers take turns."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask

from helpdesk.extensions import db
from helpdesk.models import Heartbeat
from helpdesk.transaction import prepare_sqlite, transaction

FULL = 2  # https://sqlite.org/pragma.html#pragma_synchronous


@pytest.fixture
def impatient(app: Flask) -> Iterator[None]:
    """SQLite itself does not wait for another writer."""

    def refuse_at_once(connection: object, *_rest: object) -> None:
        if db.engine.dialect.name == "sqlite":
            connection.execute("PRAGMA busy_timeout=0")

    sa.event.listen(db.engine, "checkout", refuse_at_once)
    yield
    sa.event.remove(db.engine, "checkout", refuse_at_once)
    db.session.remove()
    db.engine.dispose()


def test_writers_queue_up_for_the_database(app, impatient):
    together = Barrier(4)

    def write(name: str) -> None:
        with app.app_context():
            together.wait()
            for _ in range(10):
                with transaction():
                    db.session.merge(Heartbeat(name=name))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, "abcd"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Heartbeat)) == 4


def test_an_error_lets_the_next_writer_in(app, impatient):
    with pytest.raises(RuntimeError), transaction():
        raise RuntimeError
    with app.app_context(), transaction():
        db.session.add(Heartbeat(name="worker"))
    assert db.session.get(Heartbeat, "worker")


def test_what_is_committed_on_sqlite_is_on_the_disk(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/any.sqlite3")
    prepare_sqlite(engine)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("PRAGMA synchronous")) == FULL
