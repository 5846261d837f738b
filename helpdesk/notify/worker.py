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
from psycopg.conninfo import make_conninfo
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from helpdesk import clock, outbox, signs, wake
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Attempt
from helpdesk.models.codes import Channel, Lane
from helpdesk.notify import circuit, outcome, pace
from helpdesk.notify.held_up import may_send
from helpdesk.notify.parcel import Decision, DeliveryError, Parcel, Receipt
from helpdesk.notify.provider import Provider
from helpdesk.transaction import POSTGRESQL, release, server_side, transaction
from helpdesk.wake import Bell

log = logging.getLogger(__name__)
POLL_SECONDS = 1.0
OTHERS_SECONDS = 0.05  # all that is due is just being taken by other workers
BEAT_SECONDS = 15.0
# What a database says of a row's own values; all else it says of itself: it is away, full, of another schema.
OF_THE_ROW = (DataError, IntegrityError)


class PoisonedError(Exception):
    """The database refuses what belongs to this attempt, and with it the whole transaction."""

    def __init__(self, attempt_id: str) -> None:
        super().__init__(attempt_id)
        self.attempt_id = attempt_id


@dataclass(frozen=True)
class Post:
    """Threads that serve one channel in the lanes from first to last. When they wake they leave the processor to
    alerts for `lets_pass` seconds: the alert and the receipt of a ticket are committed together."""

    channel: Channel
    lanes: tuple[Lane, Lane]
    threads: int
    lets_pass: float = 0.0


URGENT, REST, ALL = (Lane.ALERT, Lane.SECURITY), (Lane.REPLY, Lane.NOTICE), (Lane.ALERT, Lane.NOTICE)
POSTS = (
    Post(Channel.SMS, URGENT, 4),
    Post(Channel.VOICE, ALL, 4),
    Post(Channel.EMAIL, URGENT, 1),
    Post(Channel.SMS, REST, 1, lets_pass=0.05),
    Post(Channel.EMAIL, REST, 2, lets_pass=0.05),
)


@dataclass(frozen=True)
class Load:
    """One attempt in our hands, ready to be sent."""

    attempt_id: str
    parcel: Parcel


def deliver_one(channel: Channel, lanes: tuple[Lane, Lane], owner: str) -> float:
    """Take one due attempt and carry it out; how many seconds to wait before looking again (0: at once).

    1. claim it, put it into words and take a place in the provider's pace, all in one transaction, 2. let go of the
    database, 3. call the provider, 4. record the result in a new transaction. Whatever breaks after the first
    leaves a lease that expires. Who was held up between 1 and 3 looks again: it may be taken, or another's by now.
    """
    if not outbox.has_due(channel, lanes):
        release()
        return POLL_SECONDS
    since = clock.now()
    try:
        with transaction():
            load = take(channel, lanes, owner)
    except pace.TooFastError as early:
        return min(early.seconds, POLL_SECONDS)
    except PoisonedError as poison:
        with transaction():
            outcome.poisoned(poison.attempt_id)
        return 0.0
    finally:
        release()
    if load is None:
        return OTHERS_SECONDS
    if may_send(load.attempt_id, owner, since):
        _carry_out(load)
    return 0.0


def take(channel: Channel, lanes: tuple[Lane, Lane], owner: str) -> Load | None:
    """The next due attempt, claimed and put into words; None when there is none to be had. Within a transaction.

    Raises:
        TooFastError: the provider's pace has no place yet; roll back, and nothing was taken.
        PoisonedError: the database refuses the row's values; roll back, and set it aside.
    """
    while attempt_id := outbox.claim(channel, lanes, owner):
        attempt = db.session.get_one(Attempt, attempt_id)
        provider = circuit.choose(attempt)
        if wait := pace.seconds_to_wait(provider, attempt.lane):
            raise pace.TooFastError(wait)
        parcel = _prepare(attempt, provider)
        if parcel is not None:
            outbox.note_parcel(attempt_id, provider.name, parcel.text_hash)
            pace.take_place(provider, attempt.lane)
            return Load(attempt_id, parcel)
    return None


def _prepare(attempt: Attempt, provider: Provider) -> Parcel | None:
    """Put it into words. What cannot be is set aside, and the queue and the alert go on without it."""
    attempt_id = attempt.id
    try:
        return provider.prepare(attempt)
    except OF_THE_ROW as refused:
        log.exception("attempt %s could not be prepared", attempt_id)
        raise PoisonedError(attempt_id) from refused
    except DBAPIError:
        # The database is away for a moment: not the row's fault, it stays due.
        raise
    except Exception:
        log.exception("attempt %s could not be prepared", attempt_id)
        outcome.poisoned(attempt_id)
        return None


def _carry_out(load: Load) -> None:
    try:
        receipt = _send(load.parcel)
    except DeliveryError as error:
        log.warning("attempt %s: %s (%s)", load.attempt_id, error.code, error.decision)
        with transaction():
            outcome.refused(load.attempt_id, error)
    else:
        with transaction():
            outcome.accepted(load.attempt_id, receipt)
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
                    wait = deliver_one(post.channel, post.lanes, self.owner)
            except Exception:
                # The database may be away for a while; the outbox waits there.
                log.exception("the worker goes on after an error")
                wait = POLL_SECONDS
                self.stopping.wait(wait)
            if wait:
                self.bells[post].wait(wait)
                self.stopping.wait(post.lets_pass)

    def _beat(self) -> None:
        """A sign of life while all threads live; the health page and monitors miss it."""
        while not self.stopping.is_set():
            try:
                with self.app.app_context():
                    if all(thread.is_alive() for thread in self.threads):
                        signs.note(signs.WORKER, signs.ALWAYS)
            except SQLAlchemyError:
                log.exception("no sign of life could be written")
            self.stopping.wait(BEAT_SECONDS)

    def _listen(self) -> None:
        """Wake the threads when another process commits something that is due."""
        with self.app.app_context():
            url = settings().database_url.replace("postgresql+psycopg://", "postgresql://")
        url = make_conninfo(url, **POSTGRESQL)
        while not self.stopping.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(server_side())
                    connection.execute(f"LISTEN {wake.PG_CHANNEL}")  # by itself, as pg_stat_activity shows it
                    while not self.stopping.is_set():
                        for notice in connection.notifies(timeout=POLL_SECONDS):
                            wake.heard(notice.payload)
            except psycopg.Error:
                log.warning("listening to the database failed; polling meanwhile", exc_info=True)
                self.stopping.wait(POLL_SECONDS)


def drain(channels: tuple[Channel, ...] = tuple(Channel)) -> int:
    """Carry out everything that is due now, in this thread; how many attempts."""
    done = 0
    for channel in channels:
        while not deliver_one(channel, ALL, "drain"):
            done += 1
    return done
