"""What became of the messages of the last day."""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification
from helpdesk.models.codes import AttemptState, Channel

LOOK_BACK = timedelta(hours=24)
# Attempts have no index on time; their notifications are numbered in order of time, so the newest are cheap.
NEWEST = 1000
REACHED = (AttemptState.SENT, AttemptState.DELIVERED)
NOT_REACHED = (AttemptState.FAILED, AttemptState.UNDELIVERED)
UNDER_WAY = (AttemptState.DUE, AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.UNKNOWN)


def recent(*states: AttemptState) -> list[Attempt]:
    """Attempts of the last day that ended in one of the states, newest first, with notification and person."""
    newest = db.session.scalar(sa.select(sa.func.max(Notification.id))) or 0
    others = [state for state in AttemptState if state not in states]
    query = (
        sa.select(Attempt)
        .join(Attempt.notification)
        .where(
            Attempt.notification_id > newest - NEWEST,
            Attempt.state.not_in(others),  # "in" would tempt the databases to the index of states
            sa.func.coalesce(Attempt.finished_at, Attempt.sent_at) >= clock.now() - LOOK_BACK,
        )
        .order_by(Attempt.notification_id.desc(), Attempt.ordinal.desc())
        .options(joinedload(Attempt.notification).joinedload(Notification.user))
    )
    return list(db.session.scalars(query))


def lost() -> list[Attempt]:
    """What did not arrive in the last day, however often it was tried: one attempt of each bundle, newest first. A
    call that rang is no loss, answered or not."""
    newest = {attempt.notification_id: attempt for attempt in reversed(recent(*NOT_REACHED))}
    return one_of_each_bundle(attempt for attempt in reversed(newest.values()) if not _is_made_good(attempt))


def one_of_each_bundle(attempts: Iterable[Attempt]) -> list[Attempt]:
    """What went along in one message or call is one message or call."""
    found: dict[str, Attempt] = {}
    for attempt in attempts:
        found.setdefault(attempt.carried_by or attempt.id, attempt)
    return list(found.values())


def has_rung(attempt: Attempt) -> bool:
    """A call that came to its end without an error: picked up, or not."""
    is_call = attempt.channel is Channel.VOICE and not attempt.error_code
    return is_call and (attempt.sent_at is not None or attempt.state is AttemptState.UNDELIVERED)


def _is_made_good(attempt: Attempt) -> bool:
    """The same notification has arrived, or is on its way again."""
    return any(each.state in (*REACHED, *UNDER_WAY) or has_rung(each) for each in attempt.notification.attempts)
