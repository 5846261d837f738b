"""Clauses about an attempt that waits to be sent: whether it is still wanted, whether its line is free."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from helpdesk import clock
from helpdesk.models import Attempt, Escalation, Notification, Ticket
from helpdesk.models.codes import AttemptState, Channel, EscalationState, NotificationEvent

# Ringing and three readings; a call of which nothing is heard for longer does not keep the line busy.
CALL_LASTS = timedelta(seconds=120)
IN_CALL = (AttemptState.SENDING, AttemptState.UNKNOWN, AttemptState.ACCEPTED, AttemptState.SENT)


def is_moot() -> sa.ColumnElement[bool]:
    """The alert that the attempt belongs to is no longer open, or the new ticket has been taken."""
    own = sa.select(1).select_from(Notification).where(Notification.id == Attempt.notification_id)
    ended = own.join(Escalation).where(Escalation.state != EscalationState.OPEN)
    taken = own.join(Ticket, Ticket.id == Notification.ticket_id).where(
        Notification.event == NotificationEvent.NEW_TICKET, Ticket.acknowledged_at.is_not(None)
    )
    return sa.or_(sa.exists(ended), sa.exists(taken))


def is_in_a_call() -> sa.ColumnElement[bool]:
    """Another call to the number of the attempt is under way."""
    own, others, other = aliased(Notification), aliased(Notification), aliased(Attempt)
    calls = (
        sa.select(1)
        .select_from(own)
        .join(others, others.address == own.address)
        .join(other, other.notification_id == others.id)
        .where(
            own.id == Attempt.notification_id,
            other.channel == Channel.VOICE,
            other.state.in_(IN_CALL),
            other.sending_at > clock.now() - CALL_LASTS,
        )
    )
    return sa.exists(calls.correlate(Attempt))
