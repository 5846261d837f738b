"""Tell the workers that something is due: a bell inside this process, NOTIFY to others on PostgreSQL.

A ring wakes one thread of those that serve the channel and lane, not all of them: threads that wake for nothing
take the processor from the one that has something to do.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import Empty, Full, Queue
from weakref import WeakSet

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models.codes import Channel, Lane
from helpdesk.transaction import after_commit

PG_CHANNEL = "helpdesk_outbox"
OWN_NAME = secrets.token_hex(8)  # of this process


class Bell:
    """Shared by the `threads` that serve a channel in the lanes from first to last."""

    def __init__(self, channel: Channel, lanes: tuple[Lane, Lane], threads: int) -> None:
        self.topics = frozenset(topic(channel, lane) for lane in Lane if lanes[0] <= lane <= lanes[1])
        self._rings: Queue[None] = Queue(maxsize=threads)
        _bells.add(self)

    def ring(self) -> None:
        with suppress(Full):  # enough rings for all its threads
            self._rings.put_nowait(None)

    def wait(self, seconds: float) -> None:
        """Until the next ring, or for so long."""
        with suppress(Empty):
            self._rings.get(timeout=seconds)


_bells: WeakSet[Bell] = WeakSet()


def topic(channel: Channel, lane: int) -> str:
    return f"{channel}:{int(lane)}"


def ring(about: str) -> None:
    """Ring the bells of this process that listen to the topic."""
    for bell in list(_bells):
        if about in bell.topics:
            bell.ring()


def announce(channel: Channel, lane: int) -> None:
    """Ring when the current transaction commits; nobody wakes if it is rolled back."""
    about = topic(channel, lane)
    ring_it: Callable[[], None] = partial(ring, about)
    after_commit(ring_it)
    if db.engine.dialect.name == "postgresql":
        payload = {"payload": f"{about}@{OWN_NAME}"}
        db.session.execute(sa.text(f"SELECT pg_notify('{PG_CHANNEL}', :payload)"), payload)


def heard(payload: str) -> None:
    """What PostgreSQL passes on. Our own word has rung our bells already: twice would wake two threads for one."""
    about, _, name = payload.rpartition("@")
    if name != OWN_NAME:
        ring(about)
