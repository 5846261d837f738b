"""What becomes of an attempt: the same consequences, whoever reports it (provider's answer, callback, polling)."""

import logging
import random
from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Contact
from helpdesk.models.codes import AttemptState, Lane, NotificationEvent
from helpdesk.notify import circuit, pace
from helpdesk.notify.channels import provider_named
from helpdesk.notify.parcel import Decision, DeliveryError, Receipt
from helpdesk.oncall import contacts, in_vain, running_alerts
from helpdesk.tickets.proof import pressed_in
from helpdesk.tickets.timeline import record_attempt

log = logging.getLogger(__name__)
# An alert has other channels and other people; a notice has only its own patience (three hours).
TRIES = {Decision.TEMPORARY: 20, Decision.ONCE_MORE: 2}
TRIES_OF_ALERT = 5
# Another provider may manage at once what this one could not.
FAIL_OVER = (Decision.CONFIGURATION, Decision.TEMPORARY, Decision.ELSEWHERE)
NOT_ARRIVED = (AttemptState.UNDELIVERED, AttemptState.FAILED)
NOT_TAKEN = "not_taken"  # the keys that were pressed stand on the timeline already
HOLD_OFF_SECONDS = 4  # after "too many requests"; alerts may still run ahead
LONGEST_WAIT = timedelta(minutes=15)
LATER = timedelta(seconds=60)  # a phone that was off is not on again at once


def accepted(attempt_id: str, receipt: Receipt) -> None:
    """The provider took it; one that has had it before may not say its id: the next report brings it."""
    facts = {"provider_status": receipt.provider_status} | ({"provider_sid": receipt.sid} if receipt.sid else {})
    for each in outbox.bundle(attempt_id):
        outbox.move(each, receipt.state, **facts)
    attempt = _get(attempt_id)
    circuit.succeeded(provider_named(attempt.channel, attempt.provider))


def refused(attempt_id: str, error: DeliveryError) -> None:
    """The provider did not take it, or nobody knows."""
    facts = {"error_code": error.code, "error_text": error.text}
    state = AttemptState.UNKNOWN if error.decision is Decision.UNKNOWN else AttemptState.FAILED
    attempts = outbox.bundle(attempt_id)
    running_alerts.hold(attempts)
    if _get(attempt_id).accepted_at is not None:
        return  # the provider itself has reported it meanwhile: some gateway on the way did not know
    for each in attempts:
        if outbox.move(each, state, **facts) and state is AttemptState.FAILED:
            _after_failure(each, error.decision)
    attempt = _get(attempt_id)
    provider = provider_named(attempt.channel, attempt.provider)
    circuit.failed(provider, error)
    if error.code in provider.too_many:
        pace.hold_off(provider.name, random.uniform(0.5, 1.0) * HOLD_OFF_SECONDS)  # noqa: S311  (jitter)


def poisoned(attempt_id: str) -> None:
    """It cannot be put into words and is set aside; what it carried is tried without it."""
    attempts = outbox.bundle(attempt_id)
    running_alerts.hold(attempts)
    for each in attempts:
        if outbox.move(each, AttemptState.FAILED, error_code="internal", error_text="see the log"):
            _after_failure(each, Decision.REFUSED if each == attempt_id else Decision.TEMPORARY)


def reported(attempt_id: str, state: AttemptState, *, sid: str | None, status: str, code: str = "") -> bool:
    """A callback or the provider's own list says so, of the attempt and of all that it carried. False if it was
    known, or older than what is known."""
    facts = {"provider_status": status[:32], "error_code": code}
    if sid:
        facts["provider_sid"] = sid
    attempts = outbox.bundle(attempt_id)
    running_alerts.hold(attempts)
    moved = [_reported(each, state, facts) for each in attempts]
    if any(moved) and state is AttemptState.DELIVERED:
        circuit.delivered(_get(attempt_id))
    elif any(moved) and state in NOT_ARRIVED and code:
        _blame_the_account(_get(attempt_id), code)
    return any(moved)


def _blame_the_account(attempt: Attempt, code: str) -> None:
    """A provider may take a message and only then find that it must not send for us."""
    provider = provider_named(attempt.channel, attempt.provider)
    if provider.decision_for(code) is Decision.CONFIGURATION:
        circuit.failed(provider, DeliveryError(Decision.CONFIGURATION, code, ""))


def pressed(attempt_id: str, digit: str) -> None:
    """A digit in a call answers the one alert that was read out."""
    running_alerts.hold([attempt_id])
    _reported(attempt_id, AttemptState.DELIVERED, {"provider_status": f"digit {digit}", "error_code": ""})


def _reported(attempt_id: str, state: AttemptState, facts: dict[str, str]) -> bool:
    moved = outbox.move(attempt_id, state, **facts)
    if moved and state in NOT_ARRIVED:
        attempt, code = _get(attempt_id), facts["error_code"]
        provider = provider_named(attempt.channel, attempt.provider)
        _after_failure(attempt_id, provider.decision_for(code) if code else Decision.REFUSED)
    elif moved and state is AttemptState.DELIVERED:
        attempt = _get(attempt_id)
        _note(attempt)
        in_vain.arrived(attempt)
        contacts.arrived(attempt)
    return moved


def heard(attempt_id: str, status: str, sid: str | None) -> None:
    """The provider used a word for the state that we do not know: it is written down. It follows only that the
    provider has it."""
    if reported(attempt_id, AttemptState.ACCEPTED, sid=sid, status=status):
        return
    attempt = _get(attempt_id)
    if attempt.finished_at is None:
        attempt.provider_status = status[:32]


def given_up(attempt_id: str, why: str) -> None:
    """Nobody knows what became of it (`why` of IN_DOUBT), and it has been tried often enough. Its alert is held."""
    if outbox.move(attempt_id, AttemptState.FAILED, error_text=why):
        _after_failure(attempt_id, Decision.REFUSED)


def _after_failure(attempt_id: str, decision: Decision) -> None:
    attempt = _get(attempt_id)
    _note(attempt)
    if decision is Decision.CONFIGURATION:
        log.error("provider refuses our set-up: attempt %s, code %s", attempt.id, attempt.error_code)
    if decision in (Decision.PERMANENT, Decision.OPTED_OUT):
        _mark_contact(attempt, decision)
    other = circuit.another(attempt) if decision in FAIL_OVER else None
    if other is not None:
        outbox.add_attempt(attempt.notification, attempt.lane, clock.now(), attempt.expires_at, provider=other.name)
        db.session.flush()
        return  # on its way again: the next channel keeps its time
    if has_tries_left(attempt, TRIES.get(decision, 0)):
        _try_again(attempt, decision)
    in_vain.not_reached(attempt)


def has_tries_left(attempt: Attempt, tries: int) -> bool:
    most = min(tries, TRIES_OF_ALERT) if attempt.lane == Lane.ALERT else tries
    return len(attempt.notification.attempts) < most


def _try_again(attempt: Attempt, decision: Decision) -> None:
    """After a while with jitter; an alert's next channel does not wait for it."""
    wait = _part_of(LATER) if decision is Decision.ONCE_MORE else backed_off(attempt)
    outbox.add_attempt(attempt.notification, attempt.lane, clock.now() + wait, attempt.expires_at)
    db.session.flush()


def backed_off(attempt: Attempt) -> timedelta:
    """How long the message waits for its next try: longer each time."""
    return _part_of(min(LONGEST_WAIT, timedelta(seconds=2 ** len(attempt.notification.attempts))))


def _part_of(longest: timedelta) -> timedelta:
    return random.uniform(0.5, 1.0) * longest  # noqa: S311  (jitter)


def _mark_contact(attempt: Attempt, decision: Decision) -> None:
    notification = attempt.notification
    mark = contacts.mark_stopped if decision is Decision.OPTED_OUT else contacts.mark_broken
    query = sa.select(Contact).where(Contact.user_id == notification.user_id, Contact.value == notification.address)
    for contact in db.session.scalars(query):
        mark(contact, attempt.error_code)


def _note(attempt: Attempt) -> None:
    """The outcome of an alert stands on the ticket's timeline."""
    notification = attempt.notification
    if notification.event is not NotificationEvent.ALERT or notification.ticket is None:
        return
    status = NOT_TAKEN if attempt.id in pressed_in(notification.ticket) else attempt.provider_status
    missed = attempt.state in NOT_ARRIVED
    record_attempt(attempt, attempt.state, **({"status": status, "code": attempt.error_code} if missed else {}))


def _get(attempt_id: str) -> Attempt:
    return db.session.get_one(Attempt, attempt_id, populate_existing=True)
