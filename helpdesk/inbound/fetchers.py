"""A thread for each mailbox: fetches, waits for more, and comes back after whatever goes wrong."""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import psycopg
from flask import Flask
from psycopg.conninfo import make_conninfo

from helpdesk.config import settings
from helpdesk.errors import MailboxError
from helpdesk.inbound.mail_fetch import fetch_all
from helpdesk.inbound.mailbox import open_inbox
from helpdesk.mailboxes import Mailbox
from helpdesk.transaction import POSTGRESQL, server_side

log = logging.getLogger(__name__)
# A look even when nothing was announced, and with it a new IDLE: servers and firewalls forget one after 29 minutes.
LOOK_SECONDS = 60.0
OTHERS_SECONDS = 30.0  # until asking again whether another process still fetches here
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0


class Fetchers:
    """All mailboxes of the settings, in this process."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        with self.app.app_context():
            mailboxes = settings().mailboxes
        for number, mailbox in enumerate(mailboxes):
            thread = threading.Thread(target=self._serve, args=(mailbox,), name=f"mailbox-{number}", daemon=True)
            thread.start()
            self.threads.append(thread)

    def hush(self) -> None:
        """Take no new mail."""
        self.stopping.set()

    def stop(self, timeout: float = 15.0) -> None:
        """Finish the mail in hand."""
        self.hush()
        for thread in self.threads:
            thread.join(timeout)

    def _serve(self, mailbox: Mailbox) -> None:
        """Until the stop: after an error again, later each time."""
        failures = 0
        while not self.stopping.is_set():
            seconds = OTHERS_SECONDS
            try:
                with self.app.app_context():
                    for _look in looks(mailbox, self.stopping):
                        failures = 0
            except Exception as broken:
                failures += 1
                seconds = pause(failures)
                _tell(mailbox, broken)
            self.stopping.wait(seconds)


def _tell(mailbox: Mailbox, broken: Exception) -> None:
    if isinstance(broken, MailboxError):
        log.warning("mailbox %s: %s (%s)", mailbox.address, broken.code, broken)
    else:
        log.error("mailbox %s: the fetcher goes on after an error", mailbox.address, exc_info=broken)


def looks(mailbox: Mailbox, stopping: threading.Event) -> Iterator[int]:
    """One connection's life: how many mails each look took. Over at once when somebody else fetches here."""
    with alone_at(mailbox) as still_alone:
        if not still_alone():
            return
        with open_inbox(mailbox) as inbox:
            while not stopping.is_set() and still_alone():
                yield fetch_all(inbox, stopping)
                inbox.wait(LOOK_SECONDS, stopping)


def pause(failures: int) -> float:
    """Seconds until the next try: doubled each time, with a third more or less so that not all come at once."""
    seconds: float = min(FIRST_PAUSE * 2.0 ** min(failures - 1, 10), LONGEST_PAUSE)
    return seconds * random.uniform(0.67, 1.33)  # noqa: S311


@contextmanager
def alone_at(mailbox: Mailbox) -> Iterator[Callable[[], bool]]:
    """Whether nobody else fetches here, asked again and again. On PostgreSQL a lock that ends with its connection;
    SQLite has one process, and that one thread for each mailbox."""
    if settings().is_sqlite:
        yield lambda: True
        return
    url = settings().database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(make_conninfo(url, **POSTGRESQL), autocommit=True) as connection:
        connection.execute(server_side())
        yield partial(_has_lock, connection, int(mailbox.key[:15], 16))


def _has_lock(connection: "psycopg.Connection[tuple[bool]]", key: int) -> bool:
    """Taken, or still held."""
    [is_ours] = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone() or (False,)
    return is_ours
