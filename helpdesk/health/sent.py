"""What became of the messages of the last day."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification
from helpdesk.models.codes import AttemptState

LOOK_BACK = timedelta(hours=24)
# Attempts have no index on time; their notifications are numbered in order of time, so the newest are cheap.
NEWEST = 1000
REACHED = (AttemptState.SENT, AttemptState.DELIVERED)
NOT_REACHED = (AttemptState.FAILED, AttemptState.UNDELIVERED)


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
