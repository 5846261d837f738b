"""What becomes of an attempt: the same consequences, whoever reports it (provider's answer, callback, polling)."""

import logging
import random
from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Contact
from helpdesk.models.codes import AttemptState, EventKind, NotificationEvent
from helpdesk.notify.codes import decision_for
from helpdesk.notify.parcel import Decision, DeliveryError, Receipt
from helpdesk.oncall import escalation
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record

log = logging.getLogger(__name__)
TRIES = 5


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
    if outbox.move(attempt_id, AttemptState.FAILED, **facts):
        _after_failure(attempt_id, error.decision)


def reported(attempt_id: str, state: AttemptState, *, sid: str | None, status: str, code: str = "") -> bool:
    """A callback or the provider's own list says so. False if it was known, or older than what is known."""
    facts = {"provider_status": status[:32], "error_code": code}
    if sid:
        facts["provider_sid"] = sid
    moved = outbox.move(attempt_id, state, **facts)
    if moved and state in (AttemptState.UNDELIVERED, AttemptState.FAILED):
        _after_failure(attempt_id, decision_for(code) if code else Decision.REFUSED)
    elif moved and state is AttemptState.DELIVERED:
        _note(_get(attempt_id))
    return moved


def _after_failure(attempt_id: str, decision: Decision) -> None:
    attempt = _get(attempt_id)
    _note(attempt)
    if decision is Decision.CONFIGURATION:
        log.error("provider refuses our set-up: attempt %s, code %s", attempt.id, attempt.error_code)
    if decision in (Decision.PERMANENT, Decision.OPTED_OUT):
        _mark_contact(attempt, decision)
    if decision is Decision.TEMPORARY:
        _try_again(attempt)
    escalation.not_reached(attempt)


def _try_again(attempt: Attempt) -> None:
    """Back-off with jitter, up to five tries; an alert's next channel does not wait for it."""
    notification = attempt.notification
    if len(notification.attempts) < TRIES:
        wait = random.uniform(0.5, 1.0) * min(60, 2 ** len(notification.attempts))  # noqa: S311  (jitter)
        outbox.add_attempt(notification, attempt.lane, clock.now() + timedelta(seconds=wait), attempt.expires_at)
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
