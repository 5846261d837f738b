"""Attempts whose fate nobody knows: killed while sending, or the provider's answer or its callback was lost.

Ask the provider; found: adopt its id. Not found twice, 20 seconds apart: send again. The provider cannot be asked,
twice where it was only slow or busy: an alert is sent again (a duplicate is harmless, a lost one is not), a notice
waits. A provider that knows repeats is not asked but given the attempt again.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt
from helpdesk.models.codes import IN_DOUBT, NOT_ASKED, NOT_FOUND, AttemptState, Channel, Lane
from helpdesk.notify import circuit, outcome
from helpdesk.notify.channels import provider_named
from helpdesk.notify.network import NOT_CONNECTED, UNANSWERED
from helpdesk.notify.parcel import Decision, DeliveryError
from helpdesk.notify.provider import Found, Provider
from helpdesk.notify.sms import text_hash
from helpdesk.oncall import running_alerts
from helpdesk.transaction import changed_rows, release, transaction
from helpdesk.wanted import is_moot

log = logging.getLogger(__name__)
LOOK_AGAIN = timedelta(seconds=20)
# The provider's clock and ours may differ by this much.
CLOCK_SKEW = timedelta(seconds=30)
# It tells whole seconds. No more is allowed for where the call of a moment before could be taken for ours.
ROUNDED = timedelta(seconds=2)
# No callback for so long, and an attempt is asked about; each time twice as late.
SILENCE = timedelta(seconds=60)
TOO_OLD = timedelta(hours=24)
# For a day such a provider knows what it has had; on the safe side.
REPEATED = timedelta(hours=12)
# These answers to a repeat say nothing about the first time.
NO_ANSWER = (Decision.UNKNOWN, Decision.TEMPORARY, Decision.CONFIGURATION)
_CARRIER = aliased(Attempt)


@dataclass(frozen=True)
class Trace:
    """What is known of an unknown attempt. Without `text_hash` (calls) its time alone tells it from others: between
    `since` and `until` (aware UTC) the provider must have had it."""

    address: str
    text_hash: str | None
    sent_at: datetime
    since: datetime
    until: datetime


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
    return _each(_reconcile, sa.and_(Attempt.state == AttemptState.UNKNOWN, _stands_alone()), limit)


def ask_about_silent(limit: int = 20) -> int:
    """Callbacks may be lost: ask the provider about what it took and has not spoken of since. How many moved."""
    now = clock.now()
    silent = sa.and_(
        Attempt.state.in_((AttemptState.ACCEPTED, AttemptState.SENT)),
        Attempt.channel != Channel.EMAIL,
        _stands_alone(),
        Attempt.provider_sid.is_not(None),
        Attempt.sending_at.between(now - TOO_OLD, now - SILENCE),
        # A lease ends after the sending began. Said for the index: mails stay "sent" for ever.
        Attempt.lease_until > now - TOO_OLD,
    )
    return _each(_ask, silent, limit)


def _each(act: Callable[[str], bool], condition: sa.ColumnElement[bool], limit: int) -> int:
    """Act on those whose time to be looked at has come; how many were settled. The most urgent is chosen anew each
    time: a pass takes minutes with a provider that hangs, and an alert that comes meanwhile, or whose second look
    is due, goes next."""
    ours = sa.select(Attempt.id).order_by(Attempt.lane, Attempt.lease_until).limit(1)
    settled = 0
    for _ in range(limit):
        attempt_id = db.session.scalar(ours.where(condition, _is_nobodys()))
        if attempt_id is None:
            break
        if _take(attempt_id, condition):
            settled += _one_of_many(act, attempt_id)
    return settled


def _stands_alone() -> sa.ColumnElement[bool]:
    """What is carried is asked about with its carrier, unless that one has ended before: by a digit about its own
    ticket."""
    on_its_way = sa.select(1).where(_CARRIER.id == Attempt.carried_by, _CARRIER.finished_at.is_(None))
    return ~sa.exists(on_its_way.correlate(Attempt))


def _is_nobodys() -> sa.ColumnElement[bool]:
    return sa.or_(Attempt.lease_until.is_(None), Attempt.lease_until <= clock.now())


def _take(attempt_id: str, condition: sa.ColumnElement[bool]) -> bool:
    """One worker looks at a time: two at once would count as two looks. Should it die, another one looks."""
    with transaction():
        taken = changed_rows(
            sa.update(Attempt)
            .where(Attempt.id == attempt_id, condition, _is_nobodys())
            .values(lease_until=clock.now() + LOOK_AGAIN)
        )
    return taken == 1


def _one_of_many(act: Callable[[str], bool], attempt_id: str) -> bool:
    try:
        return act(attempt_id)
    except Exception:
        # One poisoned row must not hide the others.
        log.exception("attempt %s could not be looked into", attempt_id)
        db.session.rollback()
        return _look_again(attempt_id, LOOK_AGAIN)


def _reconcile(attempt_id: str) -> bool:
    attempt = db.session.get_one(Attempt, attempt_id)
    trace = _trace(attempt)
    looked_before = attempt.provider_status == NOT_FOUND
    provider = provider_named(attempt.channel, attempt.provider)
    find = provider.find
    if provider.knows_repeats:
        return _repeat(attempt, provider) if _may_repeat(attempt) else _let_go(attempt_id)
    if find is None:
        # A mail: its Message-ID is the same, a second copy is one message to the mail program.
        return _send_again(attempt_id, NOT_ASKED)
    release()
    try:
        found = _find(trace, find)
    except DeliveryError as error:
        log.warning("the provider cannot be asked about attempt %s: %s", attempt_id, error.code)
        return _asked_in_vain(attempt_id, error)
    if found is not None:
        return _adopt(attempt_id, found)
    return _send_again(attempt_id, NOT_FOUND) if looked_before else _look_again(attempt_id, LOOK_AGAIN, NOT_FOUND)


def _asked_in_vain(attempt_id: str, error: DeliveryError) -> bool:
    """A notice waits. An alert is sent again; not yet where the provider may be there and only slow or busy for the
    moment."""
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.lane != Lane.ALERT:
        return _look_again(attempt_id, LOOK_AGAIN)
    is_busy = error.decision is Decision.TEMPORARY and error.code != NOT_CONNECTED
    if (is_busy or error.code == UNANSWERED) and attempt.provider_status not in IN_DOUBT:
        return _look_again(attempt_id, LOOK_AGAIN, NOT_ASKED)
    return _send_again(attempt_id, NOT_ASKED)


def _may_repeat(attempt: Attempt) -> bool:
    """Whether it, or what it carries, is still wanted, and the provider surely remembers it."""
    now = clock.now()
    wanted = sa.select(Attempt.id).where(
        sa.or_(Attempt.id == attempt.id, Attempt.carried_by == attempt.id),
        Attempt.sending_at > now - REPEATED,
        sa.or_(Attempt.expires_at.is_(None), Attempt.expires_at > now),
        ~is_moot(),
    )
    return db.session.scalar(wanted.limit(1)) is not None


def _repeat(attempt: Attempt, provider: Provider) -> bool:
    attempt_id, parcel = attempt.id, provider.prepare(attempt)
    release()
    try:
        receipt = parcel.send()
    except DeliveryError as error:
        log.warning("attempt %s was given to %s again: %s", attempt_id, provider.name, error.code)
        if error.decision in NO_ANSWER:
            return _asked_in_vain(attempt_id, error)
        with transaction():
            if _still_unknown(attempt_id):
                outcome.refused(attempt_id, error)
        return True
    with transaction():
        outcome.accepted(attempt_id, receipt)
    return True


def _let_go(attempt_id: str) -> bool:
    """Nobody wants it any more, or it is too late to ask."""
    with transaction():
        for attempt in _still_unknown(attempt_id):
            outbox.move(attempt.id, AttemptState.FAILED, error_text="doubtful")
    return True


def _still_unknown(attempt_id: str) -> list[Attempt]:
    """The attempt and what it carries, locked; nothing if a callback came while we were asking."""
    ids = outbox.bundle(attempt_id)
    running_alerts.hold(ids)
    attempts = [db.session.get_one(Attempt, each, with_for_update=True, populate_existing=True) for each in ids]
    return attempts if attempts[0].state is AttemptState.UNKNOWN else []


def _trace(attempt: Attempt) -> Trace:
    sent_at = attempt.sending_at or attempt.due_at
    until = sent_at + outbox.LEASE[attempt.channel] + CLOCK_SKEW
    since = sent_at - (ROUNDED if _follows_a_call_in_doubt(attempt, sent_at) else CLOCK_SKEW)
    return Trace(attempt.address, attempt.text_hash, sent_at, since, until)


def _follows_a_call_in_doubt(attempt: Attempt, sent_at: datetime) -> bool:
    """Whether a call to the same number, a moment before, may have been made without our knowing its id: what is
    found may be that one, which was about less. A message is known by its text."""
    if attempt.channel is not Channel.VOICE:
        return False
    longest = outbox.LEASE[Channel.VOICE] + 2 * CLOCK_SKEW
    before = sa.select(Attempt.id).where(
        Attempt.address == attempt.address,
        Attempt.channel == Channel.VOICE,
        Attempt.sending_at.between(sent_at - longest, sent_at + clock.AHEAD),
        Attempt.state == AttemptState.FAILED,
        Attempt.error_text.in_(IN_DOUBT),
        Attempt.provider_sid.is_(None),
    )
    return db.session.scalar(before.limit(1)) is not None


def _find(trace: Trace, find: Callable[[str, datetime, datetime], list[Found]]) -> Found | None:
    """What the provider has of the attempt, if no other attempt of ours claims it: the nearest in time."""
    found = [each for each in find(trace.address, trace.since, trace.until) if _has_the_text(each, trace)]
    sids = [each.sid for each in found]
    claimed = set(db.session.scalars(sa.select(Attempt.provider_sid).where(Attempt.provider_sid.in_(sids))))
    release()
    free = [each for each in found if each.sid not in claimed]
    return min(free, key=lambda each: abs((each.created_at or trace.sent_at) - trace.sent_at), default=None)


def _has_the_text(found: Found, trace: Trace) -> bool:
    return trace.text_hash is None or text_hash(found.text) == trace.text_hash


def _adopt(attempt_id: str, found: Found) -> bool:
    with transaction():
        _report(attempt_id, found)
    return True


def _ask(attempt_id: str) -> bool:
    attempt = db.session.get_one(Attempt, attempt_id)
    sid, fetch = attempt.provider_sid or "", provider_named(attempt.channel, attempt.provider).fetch
    age = clock.now() - (attempt.sending_at or attempt.due_at)
    release()
    if fetch is None:
        return False
    try:
        found = fetch(sid)
    except DeliveryError as error:
        log.warning("the provider cannot be asked about attempt %s: %s", attempt_id, error.code)
        return _look_again(attempt_id, age)
    with transaction():
        moved = _report(attempt_id, found)
    return moved or _look_again(attempt_id, age)


def _report(attempt_id: str, found: Found) -> bool:
    state = found.state or AttemptState.ACCEPTED
    return outcome.reported(attempt_id, state, sid=found.sid, status=found.status, code=found.code)


def _look_again(attempt_id: str, after: timedelta, status: str | None = None) -> bool:
    """`status` is kept as the provider's word, unless it has spoken for itself meanwhile."""
    is_in_doubt = Attempt.state == AttemptState.UNKNOWN
    values: dict[str, Any] = {"lease_until": clock.now() + after}
    if status is not None:
        values["provider_status"] = sa.case((is_in_doubt, status), else_=Attempt.provider_status)
    with transaction():
        changed_rows(
            sa.update(Attempt).where(Attempt.id == attempt_id, Attempt.finished_at.is_(None)).values(**values)
        )
    return False


def _send_again(attempt_id: str, why: str) -> bool:
    """A new attempt for each message of the bundle, over another provider where there is one. A notice, which
    has no other way, is as patient with doubt as with an outage."""
    with transaction():
        attempts = _still_unknown(attempt_id)
        if not attempts:
            return False
        for attempt in attempts:
            if not outcome.has_tries_left(attempt, outcome.TRIES[Decision.TEMPORARY]):
                outcome.given_up(attempt.id, why)
            elif outbox.move(attempt.id, AttemptState.FAILED, error_text=why):
                other = circuit.another(attempt)
                at_once = other is not None or attempt.lane == Lane.ALERT
                outbox.add_attempt(
                    attempt.notification,
                    attempt.lane,
                    clock.now() if at_once else clock.now() + outcome.backed_off(attempt),
                    attempt.expires_at,
                    provider=other.name if other else "",
                )
    return True
