"""One program at a time on one SQLite database. On PostgreSQL as many as wanted."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy import make_url

from helpdesk.errors import BadSetting


@contextmanager
def only_one(database_url: str) -> Iterator[None]:
    """Hold the SQLite database for this process as long as the block runs; the system lets go of it even after
    a crash. Nothing to do for PostgreSQL and a database in memory.

    Raises:
        BadSetting: another process holds it, or its folder cannot be written to.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        yield
        return
    path = Path(url.database).resolve()
    with _lock_beside(path) as lock:
        _hold(lock.fileno(), path)
        yield


def _lock_beside(database: Path) -> TextIO:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        return database.with_name(database.name + ".lock").open("w")
    except OSError as refused:
        raise BadSetting(f"The database {database} cannot be written: {refused.strerror}.") from refused


def _hold(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        raise BadSetting(
            f"Helpdesk runs already on {database}: stop it first, or give this one a DATA_DIR of its own."
        ) from held
