"""The worker: threads that take what is due, let go of the database, call the provider, record the result.

Each lane has its own threads, so that an urgent alert never waits behind notices and a slow provider never
blocks another channel.
"""

import logging
import os
import socket
import threading
from dataclasses import dataclass

import psycopg
from flask import Flask
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from helpdesk import clock, outbox, wake
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Attempt, Heartbeat
from helpdesk.models.codes import Channel, Lane
from helpdesk.notify import outcome
from helpdesk.notify.channels import PREPARE, Parcel
from helpdesk.notify.parcel import Decision, DeliveryError, Receipt
from helpdesk.transaction import release, transaction
from helpdesk.wake import Bell

log = logging.getLogger(__name__)
POLL_SECONDS = 1.0
BEAT_SECONDS = 15.0


@dataclass(frozen=True)
class Post:
    """Threads that serve one channel in the lanes from first to last."""

    channel: Channel
    lanes: tuple[Lane, Lane]
    threads: int


URGENT, REST, ALL = (Lane.ALERT, Lane.SECURITY), (Lane.REPLY, Lane.NOTICE), (Lane.ALERT, Lane.NOTICE)
POSTS = (
    Post(Channel.SMS, URGENT, 4),
    Post(Channel.VOICE, ALL, 4),
    Post(Channel.EMAIL, URGENT, 1),
    Post(Channel.SMS, REST, 1),
    Post(Channel.EMAIL, REST, 2),
)


def deliver_one(channel: Channel, lanes: tuple[Lane, Lane], owner: str) -> bool:
    """Take one due attempt and carry it out; False if nothing is due.

    1. claim in its own transaction, 2. prepare the parcel, 3. let go of the database, 4. call the provider,
    5. record the result in a new transaction. Whatever breaks in between leaves a lease that expires.
    """
    attempt_id = None
    if outbox.has_due(channel, lanes):
        with transaction():
            attempt_id = outbox.claim(channel, lanes, owner)
    if attempt_id is None:
        release()
        return False
    _carry_out(attempt_id)
    return True


def _carry_out(attempt_id: str) -> None:
    try:
        receipt = _send(_parcel(attempt_id))
    except DeliveryError as error:
        log.warning("attempt %s: %s (%s)", attempt_id, error.code, error.decision)
        with transaction():
            outcome.refused(attempt_id, error)
    else:
        with transaction():
            outcome.accepted(attempt_id, receipt)
    finally:
        release()


def _parcel(attempt_id: str) -> Parcel:
    """Put it into words, then let go of the database.

    Raises:
        DeliveryError: it cannot be put into words. It is set aside, and the queue and the alert go on without it.
    """
    try:
        attempt = db.session.get_one(Attempt, attempt_id)
        return PREPARE[attempt.channel](attempt)
    except DBAPIError:
        # The database is away for a moment: not the row's fault, its lease expires.
        raise
    except Exception as poisoned:
        log.exception("attempt %s could not be prepared", attempt_id)
        raise DeliveryError(Decision.REFUSED, "internal", "see the log") from poisoned
    finally:
        release()


def _send(parcel: Parcel) -> Receipt:
    """Raises DeliveryError."""
    try:
        return parcel.send()
    except DeliveryError:
        raise
    except Exception as broken:
        # The library broke in our hands, perhaps after the provider had taken it.
        log.exception("a provider's library failed")
        raise DeliveryError(Decision.UNKNOWN, "library", type(broken).__name__) from broken


class Worker:
    """All posts of one process."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.owner = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self.bells = {post: Bell(post.channel, post.lanes, post.threads) for post in POSTS}
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        for post in POSTS:
            for number in range(post.threads):
                self._spawn(f"{post.channel}-{post.lanes[0]}-{number}", self._serve, post)
        with self.app.app_context():
            is_postgresql = not settings().is_sqlite
        if is_postgresql:
            self._spawn("listen", self._listen)
        self._spawn("heartbeat", self._beat)

    def stop(self, timeout: float = 15.0) -> None:
        """Finish what is being sent, take nothing new."""
        self.stopping.set()
        for post, bell in self.bells.items():
            for _ in range(post.threads):
                bell.ring()
        for thread in self.threads:
            thread.join(timeout)

    def _spawn(self, name: str, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=f"worker-{name}", daemon=True)  # type: ignore[arg-type]
        thread.start()
        self.threads.append(thread)

    def _serve(self, post: Post) -> None:
        while not self.stopping.is_set():
            try:
                with self.app.app_context():
                    while not self.stopping.is_set() and deliver_one(post.channel, post.lanes, self.owner):
                        pass
            except Exception:
                # The database may be away for a while; the outbox waits there.
                log.exception("the worker goes on after an error")
                self.stopping.wait(POLL_SECONDS)
            self.bells[post].wait(POLL_SECONDS)

    def _beat(self) -> None:
        """A sign of life while all threads live; the health page and monitors miss it."""
        while not self.stopping.is_set():
            try:
                with self.app.app_context():
                    if all(thread.is_alive() for thread in self.threads):
                        beat("worker")
            except SQLAlchemyError:
                log.exception("no sign of life could be written")
            self.stopping.wait(BEAT_SECONDS)

    def _listen(self) -> None:
        """Wake the threads when another process commits something that is due."""
        with self.app.app_context():
            url = settings().database_url.replace("postgresql+psycopg://", "postgresql://")
        while not self.stopping.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {wake.PG_CHANNEL}")
                    while not self.stopping.is_set():
                        for notice in connection.notifies(timeout=POLL_SECONDS):
                            wake.ring(notice.payload)
            except psycopg.Error:
                log.warning("listening to the database failed; polling meanwhile")
                self.stopping.wait(POLL_SECONDS)


def drain(channels: tuple[Channel, ...] = tuple(Channel)) -> int:
    """Carry out everything that is due now, in this thread; how many attempts."""
    done = 0
    for channel in channels:
        while deliver_one(channel, ALL, "drain"):
            done += 1
    return done


def beat(name: str) -> None:
    """Note that this part of the program is alive."""
    with transaction():
        db.session.merge(Heartbeat(name=name, at=clock.now()))
