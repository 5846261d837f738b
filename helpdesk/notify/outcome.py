"""What becomes of an attempt: the same consequences, whoever reports it (provider's answer, callback, polling)."""

import logging
import random
from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Contact
from helpdesk.models.codes import AttemptState, EventKind, Lane, NotificationEvent
from helpdesk.notify.codes import decision_for
from helpdesk.notify.parcel import Decision, DeliveryError, Receipt
from helpdesk.oncall import escalation
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record

log = logging.getLogger(__name__)
# An alert has other channels and other people; a notice has only its own patience (three hours).
TRIES = {Decision.TEMPORARY: 20, Decision.ONCE_MORE: 2}
TRIES_OF_ALERT = 5
LONGEST_WAIT = timedelta(minutes=15)
LATER = timedelta(seconds=60)  # a phone that was off is not on again at once


def accepted(attempt_id: str, receipt: Receipt) -> None:
    """The provider took it."""
    facts = {"provider_sid": receipt.sid, "provider_status": receipt.provider_status}
    outbox.move(attempt_id, receipt.state, **facts)


def refused(attempt_id: str, error: DeliveryError) -> None:
    """The provider did not take it, or nobody knows."""
    facts = {"error_code": error.code, "error_text": error.text}
    if error.decision is Decision.UNKNOWN:
        outbox.move(attempt_id, AttemptState.UNKNOWN, **facts)
        return
    escalation.hold(attempt_id)
    if outbox.move(attempt_id, AttemptState.FAILED, **facts):
        _after_failure(attempt_id, error.decision)


def reported(attempt_id: str, state: AttemptState, *, sid: str | None, status: str, code: str = "") -> bool:
    """A callback or the provider's own list says so. False if it was known, or older than what is known."""
    facts = {"provider_status": status[:32], "error_code": code}
    if sid:
        facts["provider_sid"] = sid
    escalation.hold(attempt_id)
    moved = outbox.move(attempt_id, state, **facts)
    if moved and state in (AttemptState.UNDELIVERED, AttemptState.FAILED):
        _after_failure(attempt_id, decision_for(code) if code else Decision.REFUSED)
    elif moved and state is AttemptState.DELIVERED:
        _note(_get(attempt_id))
    return moved


def heard(attempt_id: str, status: str) -> None:
    """The provider used a word for the state that we do not know: it is written down, nothing follows from it."""
    attempt = _get(attempt_id)
    if attempt.finished_at is None:
        attempt.provider_status = status[:32]


def given_up(attempt_id: str) -> None:
    """Nobody knows what became of it, and it has been tried often enough."""
    escalation.hold(attempt_id)
    if outbox.move(attempt_id, AttemptState.FAILED):
        _after_failure(attempt_id, Decision.REFUSED)


def _after_failure(attempt_id: str, decision: Decision) -> None:
    attempt = _get(attempt_id)
    _note(attempt)
    if decision is Decision.CONFIGURATION:
        log.error("provider refuses our set-up: attempt %s, code %s", attempt.id, attempt.error_code)
    if decision in (Decision.PERMANENT, Decision.OPTED_OUT):
        _mark_contact(attempt, decision)
    if has_tries_left(attempt, TRIES.get(decision, 0)):
        _try_again(attempt, decision)
    escalation.not_reached(attempt)


def has_tries_left(attempt: Attempt, tries: int) -> bool:
    most = min(tries, TRIES_OF_ALERT) if attempt.lane == Lane.ALERT else tries
    return len(attempt.notification.attempts) < most


def _try_again(attempt: Attempt, decision: Decision) -> None:
    """After a while with jitter, longer each time; an alert's next channel does not wait for it."""
    notification = attempt.notification
    doubling = min(LONGEST_WAIT, timedelta(seconds=2 ** len(notification.attempts)))
    longest = LATER if decision is Decision.ONCE_MORE else doubling
    wait = random.uniform(0.5, 1.0) * longest  # noqa: S311  (jitter)
    outbox.add_attempt(notification, attempt.lane, clock.now() + wait, attempt.expires_at)
    db.session.flush()


def _mark_contact(attempt: Attempt, decision: Decision) -> None:
    now, notification = clock.now(), attempt.notification
    query = sa.select(Contact).where(Contact.user_id == notification.user_id, Contact.value == notification.address)
    for contact in db.session.scalars(query):
        if decision is Decision.OPTED_OUT:
            contact.opted_out_at = contact.opted_out_at or now
        else:
            contact.broken_at, contact.broken_code = contact.broken_at or now, attempt.error_code


def _note(attempt: Attempt) -> None:
    """The outcome of an alert stands on the ticket's timeline."""
    notification = attempt.notification
    if notification.event is NotificationEvent.ALERT and notification.ticket is not None:
        name = notification.user.name if notification.user else ""
        record(
            notification.ticket,
            EventKind.ATTEMPT,
            SYSTEM,
            channel=attempt.channel.value,
            state=attempt.state.value,
            name=name,
        )


def _get(attempt_id: str) -> Attempt:
    return db.session.get_one(Attempt, attempt_id, populate_existing=True)
