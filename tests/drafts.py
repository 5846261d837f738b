"""Tickets opened by the rules themselves, and several people acting at the same moment."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app

from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification, Ticket, User
from helpdesk.models.codes import Category, Channel, Priority
from helpdesk.notify.worker import drain
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.transaction import release, transaction
from tests.cast import Cast


def draft(cast: Cast, **changes: Any) -> TicketDraft:
    """An urgent held post of the OSP, reported by Jan."""
    phone, email = (contact.value for contact in cast.jan.contacts)
    plain = TicketDraft(
        unit=cast.osp,
        category=Category.HELD_POST,
        priority=Priority.URGENT,
        summary="Ostrzeżenie o podtopieniach nie ukazało się",
        reporter=Reporter(cast.jan.name, phone, email, cast.jan.id),
    )
    return replace(plain, **changes)


def opened(cast: Cast, **changes: Any) -> Ticket:
    with transaction():
        return open_ticket(draft(cast, **changes))


def attempts(*, channel: Channel | None = None, to: User | None = None) -> list[Attempt]:
    """As they are in the database now, oldest notification first."""
    db.session.rollback()
    query = sa.select(Attempt).join(Notification).order_by(Notification.id, Attempt.ordinal)
    if channel is not None:
        query = query.where(Attempt.channel == channel)
    if to is not None:
        query = query.where(Notification.user_id == to.id)
    return list(db.session.scalars(query))


def phone_of(user: User) -> str:
    return user.contacts[0].value


def at_once(app: Flask, *actions: Callable[[], Any]) -> list[Any]:
    """Run the actions at the same moment, each in a thread with its own session; what they returned, in order."""
    together = threading.Barrier(len(actions))
    db.session.rollback()

    def act(action: Callable[[], Any]) -> Any:
        with app.app_context():
            together.wait(10)
            try:
                return action()
            finally:
                release()

    with ThreadPoolExecutor(len(actions)) as pool:
        return [future.result(30) for future in [pool.submit(act, action) for action in actions]]


def soon(look: Callable[[], Any]) -> Any:
    """What `look` finds, within five seconds; the last it found, if that was nothing."""
    for _ in range(500):
        if found := look():
            return found
        time.sleep(0.01)
    return look()


@contextmanager
def own_session() -> Iterator[None]:
    """Work as the worker does: in a session of its own, so that the test's objects stay usable."""
    db.session.rollback()
    with current_app._get_current_object().app_context():
        yield
    db.session.rollback()


def works(*channels: Channel) -> int:
    """The worker carries out what is due (over the channels, if any are given); how many attempts."""
    with own_session():
        return drain(channels or tuple(Channel))
