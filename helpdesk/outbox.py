"""The only door to the outside: what must be said is written here, in the transaction of what happened.

States of an attempt only move forward (RANK); every move is a conditional update with a look at the row count,
so that a repeated, late or reordered report changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock, mail_rate, wake
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification, User
from helpdesk.models.codes import (
    FINAL_ATTEMPT_STATES,
    AttemptState,
    Channel,
    Lane,
    NotificationEvent,
)
from helpdesk.tokens import new_attempt_id
from helpdesk.transaction import changed_rows
from helpdesk.wanted import BUNDLED, is_left_alone, is_moot

# Longer than the slowest provider takes to answer: what is still under way must not be taken for lost. A mail
# server is given 20 seconds for each of its answers, eight or more in the course of a mail.
LEASE = {
    Channel.SMS: timedelta(seconds=60),
    Channel.VOICE: timedelta(seconds=60),
    Channel.EMAIL: timedelta(minutes=5),
}
CANDIDATES = 32  # other workers may be at the first ones
NUMBERS_LOCK = 112  # any number, the same in all workers
RANK = {
    AttemptState.DUE: 0,
    AttemptState.SENDING: 1,
    AttemptState.UNKNOWN: 1,
    AttemptState.ACCEPTED: 2,
    AttemptState.SENT: 3,
    **dict.fromkeys(FINAL_ATTEMPT_STATES, 4),
}
# Whoever reports one of these, the provider has had it.
AT_PROVIDER = (AttemptState.ACCEPTED, AttemptState.SENT, AttemptState.DELIVERED, AttemptState.UNDELIVERED)
TIME_OF = {
    AttemptState.ACCEPTED: "accepted_at",
    AttemptState.SENT: "sent_at",
    **dict.fromkeys(FINAL_ATTEMPT_STATES, "finished_at"),
}
# Written out, not bound: PostgreSQL's plan for any value could not use the index of what is due.
IS_DUE = Attempt.state == sa.literal_column(f"'{AttemptState.DUE}'")
Candidate = sa.Row[tuple[str, str, datetime | None, int | None]]  # id, address, expires_at, escalation_id


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Something to say to one person over one channel. `due_at` and `expires_at` are aware UTC."""

    event: NotificationEvent
    channel: Channel
    address: str
    dedupe_key: str
    locale: str = "pl"
    lane: Lane = Lane.NOTICE
    user_id: int | None = None
    ticket_id: int | None = None
    escalation_id: int | None = None
    step_position: int | None = None
    params: dict[str, Any] = field(default_factory=dict)
    due_at: datetime | None = None
    expires_at: datetime | None = None


def enqueue(letter: Letter) -> Notification:
    """Write it into the outbox; a letter with a known `dedupe_key` is not written again."""
    known = db.session.scalar(sa.select(Notification).filter_by(dedupe_key=letter.dedupe_key))
    if known is not None:
        return known
    notification = Notification(
        dedupe_key=letter.dedupe_key,
        event=letter.event,
        channel=letter.channel,
        address=letter.address,
        locale=letter.locale,
        user_id=letter.user_id,
        ticket_id=letter.ticket_id,
        escalation_id=letter.escalation_id,
        step_position=letter.step_position,
        params=letter.params,
    )
    db.session.add(notification)
    wanted = letter.due_at or clock.now()
    due_at = _after_brakes(letter, wanted)
    attempt = add_attempt(notification, letter.lane, due_at, letter.expires_at)
    attempt.provider_status = mail_rate.HELD if due_at > wanted else ""
    return notification


def _after_brakes(letter: Letter, wanted: datetime) -> datetime:
    if letter.channel is not Channel.EMAIL:
        return wanted
    return mail_rate.when_there_is_room(
        letter.event, letter.lane, address=letter.address, ticket_id=letter.ticket_id, wanted=wanted
    )


def enqueue_code(user: User, channel: Channel, code: str, address: str) -> None:
    """A sign-in code: worthless after ten minutes, so never sent later."""
    enqueue(
        Letter(
            event=NotificationEvent.SIGN_IN_CODE,
            channel=channel,
            address=address,
            dedupe_key=f"code:{new_attempt_id()}",
            locale=user.locale,
            lane=Lane.SECURITY,
            user_id=user.id,
            params={"code": code},
            expires_at=clock.now() + timedelta(minutes=10),
        )
    )


def add_attempt(
    notification: Notification,
    lane: int,
    due_at: datetime,
    expires_at: datetime | None = None,
    *,
    provider: str = "",
) -> Attempt:
    """One more try of the notification, due at `due_at`, over the named provider or the best one then."""
    attempt = Attempt(
        id=new_attempt_id(),
        notification=notification,
        ordinal=len(notification.attempts),
        channel=notification.channel,
        address=notification.address,
        lane=lane,
        due_at=due_at,
        expires_at=expires_at,
        provider=provider,
    )
    db.session.add(attempt)
    if due_at <= clock.now():
        wake.announce(attempt.channel, lane)
    return attempt


def claim(channel: Channel, lanes: tuple[Lane, Lane], owner: str) -> str | None:
    """Take the most urgent due attempt of the channel, in the lanes from first to last; its id, None if none.

    The statement that takes it checks again that it is still wanted; a moot attempt becomes cancelled, one past
    its time expired, and the next is looked at. What else is due for the same person in the same words goes along
    in the same message or call: it is carried by the one that was taken.
    """
    while candidates := _due_first(channel, lanes, CANDIDATES):
        busy = 0
        for candidate in candidates:
            if not (_is_ours_alone(channel, candidate) and _nobody_decides_about(candidate.escalation_id)):
                busy += 1
            elif candidate.expires_at is not None and candidate.expires_at <= clock.now():
                move(candidate.id, AttemptState.EXPIRED)
            elif _take(candidate.id, channel, owner):
                _carry_along(candidate.id, channel, owner)
                return str(candidate.id)
            else:
                _cancel(Attempt.id == candidate.id, is_moot())
        if busy == len(candidates):
            return None
    return None


def has_due(channel: Channel, lanes: tuple[Lane, Lane]) -> bool:
    """A look without any lock, so that idle workers do not stand in each other's way."""
    return bool(_due_first(channel, lanes, 1))


def carried_by(attempt: Attempt) -> list[Attempt]:
    """The attempts that go along with this one, oldest notification first."""
    query = sa.select(Attempt).where(Attempt.carried_by == attempt.id).order_by(Attempt.notification_id)
    return list(db.session.scalars(query))


def bundle(attempt_id: str) -> list[str]:
    """The attempt's id and those of what it carries: the provider's word about it is about all of them."""
    carried = sa.select(Attempt.id).where(Attempt.carried_by == attempt_id).order_by(Attempt.notification_id)
    return [attempt_id, *db.session.scalars(carried)]


def note_parcel(attempt_id: str, provider: str, text_hash: str | None) -> None:
    """Who is given the attempt and what it carries, and how the provider's copy of its text is recognised."""
    changed_rows(
        sa.update(Attempt)
        .where(sa.or_(Attempt.id == attempt_id, Attempt.carried_by == attempt_id))
        .values(provider=provider, text_hash=text_hash)
    )


def _due_first(channel: Channel, lanes: tuple[Lane, Lane], limit: int) -> Sequence[Candidate]:
    alert = sa.select(Notification.escalation_id).where(Notification.id == Attempt.notification_id)
    query = (
        sa.select(Attempt.id, Attempt.address, Attempt.expires_at, alert.scalar_subquery().label("escalation_id"))
        .where(
            IS_DUE,
            Attempt.channel == channel,
            Attempt.lane.between(*lanes),
            Attempt.due_at <= clock.now(),
            ~is_left_alone(channel),
        )
        .order_by(Attempt.lane, Attempt.due_at)
        .limit(limit)
    )
    return db.session.execute(query).all()


def _is_ours_alone(channel: Channel, candidate: Candidate) -> bool:
    """Two workers must not each find the same number free, nor wait for each other at a mail; whoever is second
    takes another one. SQLite has one writer at a time anyway."""
    if db.engine.dialect.name != "postgresql":
        return True
    whose = candidate.id if channel is Channel.EMAIL else f"{channel}:{candidate.address}"
    lock = sa.func.pg_try_advisory_xact_lock(NUMBERS_LOCK, sa.func.hashtext(whose))
    return bool(db.session.scalar(sa.select(lock)))


def _nobody_decides_about(escalation_id: int | None) -> bool:
    """Whoever is just acknowledging the alert did not see an attempt that was written a moment ago, and we would
    not see the acknowledgement: the alert's row makes one of us wait. Never for long, so we are not the one."""
    return escalation_id is None or bool(_undecided(Escalation.id == escalation_id))


def _undecided(*where: sa.ColumnElement[bool]) -> list[int]:
    """Ids of the alerts that nobody changes before our transaction has ended; of the others none."""
    alerts = sa.select(Escalation.id).where(*where)
    return list(db.session.scalars(alerts.with_for_update(read=True, of=Escalation, skip_locked=True)))


def _take(attempt_id: str, channel: Channel, owner: str) -> bool:
    taken = changed_rows(
        sa.update(Attempt)
        .where(
            Attempt.id == attempt_id,
            Attempt.state == AttemptState.DUE,
            ~is_moot(),
            ~is_left_alone(channel),
        )
        .values(state=AttemptState.SENDING, **_lease(channel, owner))
    )
    return taken == 1


def _carry_along(attempt_id: str, channel: Channel, owner: str) -> None:
    """Nobody else takes what belongs to a number that is ours alone, so no two workers wait for each other."""
    attempt = db.session.get_one(Attempt, attempt_id)
    first = attempt.notification
    if first.event not in BUNDLED or channel is Channel.EMAIL:
        return
    same = (
        Notification.id == Attempt.notification_id,
        Notification.event == first.event,
        Notification.user_id == first.user_id,
        Notification.locale == first.locale,
    )
    beside = (
        Attempt.address == attempt.address,
        Attempt.sending_at.is_(None),
        Attempt.state == AttemptState.DUE,
        Attempt.channel == channel,
        Attempt.lane == attempt.lane,
        Attempt.provider == attempt.provider,
        Attempt.due_at <= clock.now(),
    )
    theirs = sa.select(Notification.escalation_id).join(Attempt).where(*same, *beside)
    undecided = _undecided(Escalation.id.in_(theirs))
    ours = sa.or_(Notification.escalation_id.is_(None), Notification.escalation_id.in_(undecided))
    changed_rows(
        sa.update(Attempt)
        .where(*beside, sa.exists(sa.select(1).where(*same, ours).correlate(Attempt)), ~is_moot())
        .values(state=AttemptState.SENDING, carried_by=attempt_id, **_lease(channel, owner))
    )


def _lease(channel: Channel, owner: str) -> dict[str, Any]:
    now = clock.now()
    return {"sending_at": now, "lease_owner": owner, "lease_until": now + LEASE[channel]}


def move(attempt_id: str, to: AttemptState, **facts: Any) -> bool:
    """Move an attempt forward to `to` and note `facts` (columns). False, and nothing changed, if it is there or
    further already; `provider_sid` is then still filled in if it was not known."""
    now = clock.now()
    behind = [state for state, rank in RANK.items() if rank < RANK[to]]
    times: dict[str, Any] = {TIME_OF[to]: now} if to in TIME_OF else {}
    if to in (AttemptState.EXPIRED, AttemptState.CANCELLED):
        behind = [AttemptState.DUE, AttemptState.SENDING]  # what a provider has is neither
    if to is AttemptState.UNKNOWN:
        behind = [AttemptState.SENDING]
        times["lease_until"] = now  # nobody works on it any more: it may be looked into at once
    if to in AT_PROVIDER:
        times["sending_at"] = sa.func.coalesce(Attempt.sending_at, now)
        times["accepted_at"] = sa.func.coalesce(Attempt.accepted_at, now)
    moved = changed_rows(
        sa.update(Attempt)
        .where(Attempt.id == attempt_id, Attempt.state.in_(behind))
        .values(state=to, **times, **facts)
    )
    if moved == 1:
        return True
    note_sid(attempt_id, facts.get("provider_sid"))
    return False


def note_sid(attempt_id: str, sid: str | None) -> None:
    """The provider's id of the attempt and of what it carries, where it was not known."""
    if sid:
        of_the_bundle = sa.or_(Attempt.id == attempt_id, Attempt.carried_by == attempt_id)
        changed_rows(
            sa.update(Attempt).where(of_the_bundle, Attempt.provider_sid.is_(None)).values(provider_sid=sid)
        )


def cancel_for_ticket(ticket_id: int, events: tuple[NotificationEvent, ...]) -> int:
    """Cancel what is still waiting to be sent about the ticket; how many attempts that were."""
    about = sa.select(Notification.id).where(Notification.ticket_id == ticket_id, Notification.event.in_(events))
    return _cancel(Attempt.notification_id.in_(about))


def cancel_for_person(escalation_id: int, user_id: int) -> None:
    """Cancel what of an alert is still waiting to be sent to one person."""
    theirs = sa.select(Notification.id).where(
        Notification.escalation_id == escalation_id, Notification.user_id == user_id
    )
    _cancel(Attempt.notification_id.in_(theirs))


def cancel_for_key(user_id: int, key: str) -> None:
    """Cancel what is still waiting to be sent to the person under dedupe keys that begin so."""
    # By the person for the index: LIKE has none.
    theirs = sa.select(Notification.id).where(
        Notification.user_id == user_id, Notification.dedupe_key.startswith(key)
    )
    _cancel(Attempt.notification_id.in_(theirs))


def _cancel(*where: sa.ColumnElement[bool]) -> int:
    """Of what is still waiting to be sent; how many attempts that were."""
    return changed_rows(
        sa.update(Attempt)
        .where(Attempt.state == AttemptState.DUE, *where)
        .values(state=AttemptState.CANCELLED, finished_at=clock.now())
    )


def put_off(escalation_id: int, until: datetime) -> None:
    """What of an alert waits to be sent is not due before `until`."""
    its_own = sa.select(Notification.id).where(Notification.escalation_id == escalation_id)
    changed_rows(
        sa.update(Attempt)
        .where(Attempt.state == AttemptState.DUE, Attempt.notification_id.in_(its_own), Attempt.due_at < until)
        .values(due_at=until)
    )


def bring_forward(attempts: list[Attempt]) -> None:
    """Make waiting attempts due now."""
    for attempt in attempts:
        attempt.due_at = min(attempt.due_at, clock.now())
        wake.announce(attempt.channel, attempt.lane)
