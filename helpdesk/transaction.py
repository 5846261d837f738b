"""The one way to write: `with transaction(): ...` commits everything or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Update, event
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from helpdesk.extensions import db

T = TypeVar("T")
AFTER_COMMIT = "helpdesk_after_commit"
BUSY_SECONDS = 10
_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()  # of SQLite databases
# For libpq, in seconds (the last in milliseconds): a network that is dead is noticed within half a minute.
POSTGRESQL = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# The server's side of it. A transaction whose process is frozen, or out of its reach, holds locks that all others
# wait for: the claim of a message takes milliseconds.
IDLE_SECONDS = 30


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work: commit at the end, roll back on any error. Nested calls join the outer one.

    A read transaction that was open before is ended first, so that everything decided inside is decided on
    rows read under this transaction. On SQLite it takes the write lock at once (BEGIN IMMEDIATE): a lock that
    is upgraded later fails instead of waiting.
    """
    session = db.session()
    if session.info.get("helpdesk_in_transaction"):
        yield
        return
    session.commit()
    with _turn():
        session.info["helpdesk_in_transaction"] = True
        session.info[AFTER_COMMIT] = []
        try:
            session.connection(execution_options={"helpdesk_write": True})
            yield
            session.commit()
        except BaseException:
            session.rollback()
            session.info[AFTER_COMMIT] = []
            raise
        finally:
            session.info["helpdesk_in_transaction"] = False
    for callback in session.info.pop(AFTER_COMMIT, []):
        callback()


@contextmanager
def _turn() -> Iterator[None]:
    """The writers of one process queue up for SQLite, which itself lets them sleep and try again, longer each time:
    an alert stood behind whatever came later. Nobody waits here longer than there."""
    lock = _turns.get(db.engine)
    is_mine = lock is not None and lock.acquire(timeout=BUSY_SECONDS)
    try:
        yield
    finally:
        if lock is not None and is_mine:
            lock.release()


def what_if(look: Callable[[], T]) -> T:
    """What `look` finds after it has changed something; the change is then taken back, nobody ever sees it."""
    found: list[T] = []
    try:
        with transaction():
            found.append(look())
            raise _TakenBack
    except _TakenBack:
        return found[0]


class _TakenBack(Exception):  # noqa: N818
    """Nothing went wrong."""


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` after the current transaction has been committed; never if it is rolled back."""
    db.session().info.setdefault(AFTER_COMMIT, []).append(callback)


def changed_rows(statement: Update) -> int:
    """Execute an UPDATE; how many rows it changed. Rows in the session are brought up to date."""
    result = db.session.execute(statement.execution_options(synchronize_session="fetch"))
    return cast("CursorResult[Any]", result).rowcount


def release() -> None:
    """End the reading transaction and give the connection back, before anything slow (the network)."""
    db.session.remove()


def server_side() -> str:
    """SQL for a new connection to PostgreSQL: how soon the server gives us up. No start-up options: a pooler may
    refuse those."""
    return f"""
        SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s';
        SET tcp_keepalives_idle = 10;
        SET tcp_keepalives_interval = 5;
        SET tcp_keepalives_count = 3;
        SET tcp_user_timeout = '25s'
    """


def prepare_postgresql(engine: Engine) -> None:
    """Nobody holds locks for long who is frozen or gone."""

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.autocommit = True  # else the first rollback would take it back
        connection.cursor().execute(server_side())
        connection.autocommit = False


def prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, a busy time-out, writers in a queue, and transactions that begin where we say so. What is
    committed is on the disk before we go on (with NORMAL a power cut takes the last commits back:
    https://sqlite.org/pragma.html#pragma_synchronous)."""
    _turns[engine] = Lock()
    busy = f"busy_timeout={BUSY_SECONDS * 1000}"

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", busy):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("helpdesk_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
