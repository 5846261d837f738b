"""How fast a provider may be given messages, all workers together. What is held back here is looked at again before
it is sent; in a provider's queue it would be out of our hands, with an urgent alert behind it.

The row's `next_at` says when the next message that keeps to the rate may leave (a generic cell rate algorithm).
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Provider as Known
from helpdesk.models.codes import Lane
from helpdesk.notify.circuit import row_of
from helpdesk.notify.provider import Provider

# A message may take a place that is still to come, up to so far ahead: alerts and codes do not wait for notices.
AHEAD = {
    Lane.ALERT: timedelta(seconds=5),
    Lane.SECURITY: timedelta(seconds=3),
    Lane.REPLY: timedelta(seconds=2),
    Lane.NOTICE: timedelta(seconds=1),
}
# No message and no "too much" puts the next place farther ahead: what lies there was written by a wrong clock, and
# believed it would hold up all lanes for as long as the clock was wrong.
FARTHEST = timedelta(seconds=10)


class TooFastError(Exception):
    """Not yet; worth another try after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not for {seconds:.3f} s")
        self.seconds = seconds


def seconds_to_wait(provider: Provider, lane: int) -> float:
    """How long until a message of the lane may leave; a look without any lock."""
    if not provider.per_second():
        return 0.0
    next_at = db.session.scalar(sa.select(Known.next_at).where(Known.name == provider.name))
    return _wait(next_at, lane)


def take_place(provider: Provider, lane: int) -> None:
    """Take the next place. Locks the provider's row until the transaction ends.

    Raises:
        TooFastError: there is none yet for this lane.
    """
    rate = provider.per_second()
    if not rate:
        return
    row = row_of(provider.name)
    wait = _wait(row.next_at, lane)
    if wait > 0:
        raise TooFastError(wait)
    row.next_at = max(_believed(row.next_at), clock.now()) + timedelta(seconds=1) / rate


def hold_off(name: str, seconds: float) -> None:
    """The provider says that it gets too much: nothing for a while."""
    row = row_of(name)
    row.next_at = max(_believed(row.next_at), clock.now() + timedelta(seconds=seconds))


def _wait(next_at: datetime | None, lane: int) -> float:
    return max(0.0, (_believed(next_at) - AHEAD[Lane(lane)] - clock.now()).total_seconds())


def _believed(next_at: datetime | None) -> datetime:
    now = clock.now()
    return now if next_at is None or next_at > now + FARTHEST else next_at
