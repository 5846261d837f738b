"""A worker that was held up between its claim and the POST (the machine was moved, asleep, overloaded) looks again:
meanwhile somebody may have taken the ticket, or another worker the attempt."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.oncall import running_alerts
from helpdesk.transaction import changed_rows, release, transaction
from helpdesk.wanted import is_moot

# Claim and POST are some milliseconds apart. Who stood still for longer may have slept through an acknowledgement.
SOON = timedelta(milliseconds=100)
MOST_LOOKS = 5  # a machine on which even a look takes longer does not become faster by waiting


def may_send(attempt_id: str, owner: str, since: datetime) -> bool:
    """Whether the attempt may still be sent that was claimed after `since` (aware UTC). Asks the database only when
    that is more than SOON ago, and anew when the look itself took so long: a claim and a look may wait for a lock,
    with the lease running. What nobody wants any more is then cancelled."""
    for _ in range(MOST_LOOKS):
        if clock.now() - since <= SOON:
            return True
        since = clock.now()
        if not _is_ours_and_wanted(attempt_id, owner):
            return False
    return True


def _is_ours_and_wanted(attempt_id: str, owner: str) -> bool:
    """The alerts are held meanwhile: an acknowledgement comes before the look or after its commit, never in
    between, as with a claim, which locks a row that it would cancel."""
    try:
        with transaction():
            running_alerts.hold(outbox.bundle(attempt_id))
            return _renew(attempt_id, owner) and not _cancel_if_moot(attempt_id)
    finally:
        release()


def _renew(attempt_id: str, owner: str) -> bool:
    """Let the lease start anew, with all that it carries; False if somebody else has taken any of it over."""
    now, ids = clock.now(), outbox.bundle(attempt_id)
    lease = outbox.LEASE[db.session.get_one(Attempt, attempt_id).channel]
    ours = changed_rows(
        sa.update(Attempt)
        .where(Attempt.id.in_(ids), Attempt.state == AttemptState.SENDING, Attempt.lease_owner == owner)
        .values(sending_at=now, lease_until=now + lease)
    )
    return ours == len(ids)


def _cancel_if_moot(attempt_id: str) -> bool:
    """A text that speaks of a ticket which somebody has taken meanwhile is not sent: what is still wanted of it is
    put into words anew. A call is sent while any of it is wanted: what it says is decided when it is answered."""
    attempts = [db.session.get_one(Attempt, each) for each in outbox.bundle(attempt_id)]
    ids = [attempt.id for attempt in attempts]
    wanted = set(db.session.scalars(sa.select(Attempt.id).where(Attempt.id.in_(ids), ~is_moot())))
    if len(wanted) == len(ids) or (wanted and attempts[0].channel is Channel.VOICE):
        return False
    for attempt in attempts:
        outbox.move(attempt.id, AttemptState.CANCELLED)
        if attempt.id in wanted:
            outbox.add_attempt(attempt.notification, attempt.lane, clock.now(), attempt.expires_at)
    return True
