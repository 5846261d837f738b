"""A clock that ran ahead and was put back leaves times in the future: no alert waits for them."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification
from helpdesk.models.codes import AttemptState, Lane
from helpdesk.oncall.further_people import IS_OPEN
from helpdesk.oncall.live_call import LONGEST_SEARCH
from helpdesk.transaction import changed_rows, transaction

log = logging.getLogger(__name__)
# A call that looks for somebody may put a step off for so long.
LONGEST_WAIT_BESIDE = LONGEST_SEARCH + timedelta(seconds=30)
LONGEST_LEASE = max(outbox.LEASE.values())
IN_HAND = (AttemptState.SENDING, AttemptState.UNKNOWN)


def put_right() -> None:
    """No step comes later than its time from now, what was written in the future is due now, and no lease lasts
    longer than one. It is the same done twice, and does no harm where another machine's clock is ahead."""
    now = clock.now()
    log.warning("a clock ran ahead, here or on another machine: no alert and no lease waits for its time")
    with transaction():
        for alert in db.session.scalars(sa.select(Escalation).where(IS_OPEN).with_for_update()):
            alert.next_step_at = min(alert.next_step_at or now, _latest(alert, now))
        outbox.bring_forward(list(db.session.scalars(_written_ahead(now))))
        changed_rows(
            sa.update(Attempt)
            .where(Attempt.state.in_(IN_HAND), Attempt.lease_until > now + LONGEST_LEASE)
            .values(lease_until=now)
        )


def _latest(alert: Escalation, now: datetime) -> datetime:
    minutes = alert.steps[alert.position].minutes if alert.position >= 0 else 0
    return now + timedelta(minutes=minutes) + LONGEST_WAIT_BESIDE


def _written_ahead(now: datetime) -> sa.Select[tuple[Attempt]]:
    return (
        sa.select(Attempt)
        .join(Notification)
        .where(outbox.IS_DUE, Attempt.lane == Lane.ALERT, Notification.created_at > now + clock.AHEAD)
    )
