"""The alerts that run: found, locked, looked at."""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification, Ticket
from helpdesk.models.codes import EscalationState
from helpdesk.oncall.further_people import IS_OPEN, goes_on
from helpdesk.oncall.sending import key_of_step

SHOULD_HAVE_LEFT = timedelta(seconds=30)


def running(ticket: Ticket) -> Escalation | None:
    return db.session.scalar(sa.select(Escalation).filter_by(ticket_id=ticket.id, state=EscalationState.OPEN))


def hold_running(ticket: Ticket) -> Escalation | None:
    """The running alert as it is now, locked until the transaction ends: before any of its attempts (`hold`)."""
    query = sa.select(Escalation).filter_by(ticket_id=ticket.id, state=EscalationState.OPEN)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def hold(attempt_ids: list[str]) -> None:
    """Lock the alerts of attempts until the transaction ends, before an attempt is touched: of two failures at
    the same moment the second sees the first, and nobody waits for each other crosswise."""
    query = (
        sa.select(Escalation)
        .join(Notification)
        .join(Attempt)
        .where(Attempt.id.in_(attempt_ids))
        .order_by(Escalation.id)
        .with_for_update(of=Escalation)
        .execution_options(populate_existing=True)
    )
    db.session.scalars(query).all()


def due(limit: int = 50) -> list[int]:
    """Ids of the alerts whose next step has come, the longest overdue first. A missed run is caught up."""
    query = (
        sa.select(Escalation.id)
        .where(IS_OPEN, Escalation.next_step_at <= clock.now())
        .order_by(Escalation.next_step_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def unanswered() -> list[Escalation]:
    """Alerts that went through all their steps and still nobody has acknowledged; oldest first."""
    query = sa.select(Escalation).where(IS_OPEN).order_by(Escalation.opened_at).limit(50)
    through = [e for e in db.session.scalars(query) if e.round > 0 or e.position >= len(e.steps) - 1]
    return [e for e in through if not goes_on(e) or e.ticket.acknowledged_at is None]


def gets_nowhere(ticket: Ticket) -> bool:
    """The ticket's alert runs, and no provider or mail server has taken anything of it for a while."""
    left = sa.select(1).select_from(Attempt).join(Notification, Notification.id == Attempt.notification_id)
    accepted = left.where(Notification.escalation_id == Escalation.id, Attempt.accepted_at.is_not(None))
    query = sa.select(Escalation.id).where(
        Escalation.ticket_id == ticket.id,
        IS_OPEN,
        Escalation.opened_at <= clock.now() - SHOULD_HAVE_LEFT,
        ~sa.exists(accepted),
    )
    return db.session.scalar(query) is not None


def minutes_of_step(notification: Notification) -> int | None:
    """How long the step of an alert's notification takes; None for other notifications."""
    steps = notification.escalation.steps if notification.escalation else []
    return next((step.minutes for step in steps if step.position == notification.step_position), None)


def attempts_of_step(escalation: Escalation) -> list[Attempt]:
    query = (
        sa.select(Attempt)
        .join(Notification)
        .where(
            Notification.escalation_id == escalation.id, Notification.dedupe_key.startswith(key_of_step(escalation))
        )
    )
    return list(db.session.scalars(query))
