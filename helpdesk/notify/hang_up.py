"""Nobody's phone goes on ringing for an alert that somebody, or the own person, has taken meanwhile."""

import logging
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification
from helpdesk.models.codes import AttemptState, Channel, EscalationState
from helpdesk.notify.channels import provider_named
from helpdesk.notify.parcel import DeliveryError
from helpdesk.transaction import changed_rows, release, transaction
from helpdesk.wanted import HAS_SAID_YES

log = logging.getLogger(__name__)
# Longer than a phone rings. A call that was just answered may be asked for as well: the provider lets it go on, and
# what it says is decided while it lasts.
RINGS = timedelta(seconds=60)
STOPPING = "stopping"  # our word in `provider_status`, until the provider's own comes
_CARRIED = aliased(Attempt)


def hang_up_moot(limit: int = 20) -> int:
    """End the calls that may still ring and are about nothing but alerts that have ended. How many."""
    return sum(_is_ours(each) and _hang_up(each) for each in _ringing(limit))


def _ringing(limit: int) -> list[str]:
    now = clock.now()
    is_about = sa.or_(_CARRIED.id == Attempt.id, _CARRIED.carried_by == Attempt.id)
    still_wanted = (
        sa.select(1)
        .select_from(_CARRIED)
        .join(Notification, Notification.id == _CARRIED.notification_id)
        .join(Escalation, Escalation.id == Notification.escalation_id)
        .where(
            is_about,
            Escalation.state == EscalationState.OPEN,
            sa.or_(Escalation.acks_wanted == 1, ~HAS_SAID_YES),
        )
    )
    query = (
        sa.select(Attempt.id)
        .join(Notification, Notification.id == Attempt.notification_id)
        .where(
            Attempt.state.in_((AttemptState.ACCEPTED, AttemptState.SENT)),
            Attempt.lease_until > now - RINGS,  # for the index: a lease ends after the sending began
            Attempt.sending_at > now - RINGS,
            Attempt.channel == Channel.VOICE,
            Attempt.carried_by.is_(None),
            Attempt.provider_sid.is_not(None),
            Attempt.provider_status != STOPPING,
            Notification.escalation_id.is_not(None),
            ~sa.exists(still_wanted.correlate(Attempt)),
        )
        .limit(limit)
    )
    return list(db.session.scalars(query))


def _is_ours(attempt_id: str) -> bool:
    """One worker asks, once: a phone rings for twenty seconds at most, so a request that fails is not repeated."""
    with transaction():
        taken = changed_rows(
            sa.update(Attempt)
            .where(
                Attempt.id == attempt_id,
                Attempt.finished_at.is_(None),
                Attempt.provider_status != STOPPING,
            )
            .values(provider_status=STOPPING)
        )
    return taken == 1


def _hang_up(attempt_id: str) -> bool:
    attempt = db.session.get_one(Attempt, attempt_id)
    sid, stop = attempt.provider_sid or "", provider_named(attempt.channel, attempt.provider).stop
    release()
    if stop is None:
        return False
    try:
        stop(sid)
    except DeliveryError as error:
        log.info("call of attempt %s was not stopped: %s", attempt_id, error.code)
        return False
    return True
