"""Tell the workers that something is due: an event inside this process, NOTIFY to others on PostgreSQL."""

import threading
from weakref import WeakSet

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.transaction import after_commit

PG_CHANNEL = "helpdesk_outbox"
_listeners: WeakSet[threading.Event] = WeakSet()


def listen(event: threading.Event) -> None:
    """`event` will be set whenever a transaction of this process that announced work has been committed."""
    _listeners.add(event)


def set_all() -> None:
    for event in list(_listeners):
        event.set()


def announce() -> None:
    """Wake the workers when the current transaction commits; nobody wakes if it is rolled back."""
    after_commit(set_all)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text(f"SELECT pg_notify('{PG_CHANNEL}', '')"))
