"""Signs of life: of the worker and the scheduler, of the provider, of the monitor outside."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Heartbeat
from helpdesk.transaction import changed_rows, transaction

WORKER, SCHEDULER = "worker", "scheduler"
WEBHOOK = "webhook"  # the provider's word reached us
MONITOR = "monitor"  # the monitor outside heard from us
RECOUNT = "recount"  # the summaries were compared with the tickets
MISCOUNT = "miscount"  # and were wrong
EVERY = timedelta(seconds=60)  # how often at most it is written of what may come often
ALWAYS = timedelta()


def seen_at(name: str) -> datetime | None:
    """When it was written last (aware UTC): the sign itself may be up to a minute younger."""
    return db.session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == name))


def last_seen(names: Sequence[str]) -> dict[str, datetime]:
    """The same of several at once, without those that were never written."""
    query = sa.select(Heartbeat.name, Heartbeat.at).where(Heartbeat.name.in_(names))
    return dict(db.session.execute(query).tuples().all())


def lies_ahead(name: str) -> bool:
    """The sign was written by a clock that ran ahead of this one: another machine's, or ours before it was put
    back."""
    seen = seen_at(name)
    return seen is not None and seen > clock.now() + clock.AHEAD


def note(name: str, every: timedelta = EVERY) -> None:
    """It gives a sign of life now. Opens a transaction of its own when there is something to write."""
    now, before = clock.now(), seen_at(name)
    if before is not None and now - every < before <= now:
        return
    # A sign from the future is one of a clock that was wrong: left alone, it would hide that nothing lives.
    is_old = sa.or_(Heartbeat.at <= now - every, Heartbeat.at > now)
    with transaction():
        written = changed_rows(sa.update(Heartbeat).where(Heartbeat.name == name, is_old).values(at=now))
        if not written and before is None:
            _first(name, now)


def _first(name: str, now: datetime) -> None:
    with suppress(IntegrityError), db.session.begin_nested():  # somebody else was first; theirs is as good
        db.session.add(Heartbeat(name=name, at=now))
