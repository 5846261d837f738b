"""Attempts whose fate nobody knows: killed while sending, or the provider's answer was lost.

Ask the provider; found: adopt its id. Not found twice, 20 seconds apart: send again. The provider cannot be asked:
an alert is sent again (a duplicate is harmless, a lost one is not), a notice waits.
"""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, Channel, Lane
from helpdesk.notify import outcome, twilio
from helpdesk.notify.parcel import DeliveryError, Receipt
from helpdesk.notify.render import render_sms
from helpdesk.transaction import changed_rows, release, transaction

log = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(seconds=20)
# The provider's clock and ours may differ by this much.
CLOCK_SKEW = timedelta(seconds=30)


def take_over_expired() -> int:
    """A worker died with the lease in its hand: its attempts become unknown. How many."""
    with transaction():
        return changed_rows(
            sa.update(Attempt)
            .where(Attempt.state == AttemptState.SENDING, Attempt.lease_until < clock.now())
            .values(state=AttemptState.UNKNOWN, error_code="lease_expired", lease_until=clock.now())
        )


def reconcile_unknown(limit: int = 20) -> int:
    """Look into unknown attempts whose time to be looked at has come; how many were settled."""
    query = (
        sa.select(Attempt.id)
        .where(
            Attempt.state == AttemptState.UNKNOWN,
            sa.or_(Attempt.lease_until.is_(None), Attempt.lease_until <= clock.now()),
        )
        .limit(limit)
    )
    ids = list(db.session.scalars(query))
    return sum(_reconcile(attempt_id) for attempt_id in ids)


def _reconcile(attempt_id: str) -> bool:
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.channel is Channel.EMAIL:
        # The Message-ID is the same: a second copy is one message to the mail program.
        return _send_again(attempt_id)
    address, text = attempt.notification.address, _text_of(attempt)
    since = (attempt.sending_at or attempt.due_at) - CLOCK_SKEW
    channel, is_alert = attempt.channel, attempt.lane == Lane.ALERT
    looked_before = attempt.provider_status == "not_found"
    release()
    try:
        sid = _find(channel, address, text, since)
    except DeliveryError as error:
        log.warning("the provider cannot be asked about attempt %s: %s", attempt_id, error.code)
        return _send_again(attempt_id) if is_alert else _look_again(attempt_id, "")
    if sid is not None:
        with transaction():
            outcome.accepted(attempt_id, Receipt(sid, "adopted"))
        return True
    return _send_again(attempt_id) if looked_before else _look_again(attempt_id, "not_found")


def _text_of(attempt: Attempt) -> str:
    return render_sms(attempt.notification) if attempt.channel is Channel.SMS else ""


def _find(channel: Channel, address: str, text: str, since: datetime) -> str | None:
    """The provider's id of the attempt, if it has it and no other attempt of ours claims it."""
    if channel is Channel.SMS:
        candidates = [m.sid for m in twilio.recent_messages(address, since) if m.body == text]
    else:
        candidates = [call.sid for call in twilio.recent_calls(address, since)]
    known = set(db.session.scalars(sa.select(Attempt.provider_sid).where(Attempt.provider_sid.in_(candidates))))
    release()
    return next((sid for sid in candidates if sid not in known), None)


def _look_again(attempt_id: str, status: str) -> bool:
    with transaction():
        changed_rows(
            sa.update(Attempt)
            .where(Attempt.id == attempt_id, Attempt.state == AttemptState.UNKNOWN)
            .values(provider_status=status, lease_until=clock.now() + LOOK_AGAIN)
        )
    return False


def _send_again(attempt_id: str) -> bool:
    with transaction():
        if outbox.move(attempt_id, AttemptState.FAILED, error_text="not at the provider; sent again"):
            attempt = db.session.get_one(Attempt, attempt_id)
            outbox.add_attempt(attempt.notification, attempt.lane, clock.now(), attempt.expires_at)
    return True
