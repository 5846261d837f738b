"""Every event of a ticket, written down so that a person can read it. `data` holds codes and values."""

from typing import Any

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification, Ticket, TimelineEvent
from helpdesk.models.codes import AttemptMoment, AttemptState, EventKind
from helpdesk.tickets.actor import SYSTEM, Actor

# What the reporter may see.
PUBLIC = frozenset(
    {
        EventKind.OPENED,
        EventKind.ALERTED,
        EventKind.ACKNOWLEDGED,
        EventKind.REPLIED,
        EventKind.REPORTER_WROTE,
        EventKind.ATTACHED,
        EventKind.PRIORITY_CHANGED,
        EventKind.CATEGORY_CHANGED,
        EventKind.MERGED,
        EventKind.WAITING,
        EventKind.RESUMED,
        EventKind.RESOLVED,
        EventKind.REOPENED,
        EventKind.CLOSED,
        EventKind.ACK_EXPIRED,
    }
)


def record(ticket: Ticket, kind: EventKind, by: Actor, **data: Any) -> TimelineEvent:
    """Append an event, now."""
    event = TimelineEvent(
        ticket=ticket,
        at=clock.now(),
        kind=kind,
        actor_id=by.user_id,
        actor_name=by.name,
        is_public=kind in PUBLIC,
        data=data,
    )
    db.session.add(event)
    return event


def record_attempt(attempt: Attempt, state: AttemptState | AttemptMoment, **data: Any) -> None:
    """What became of an SMS, call or mail, on the ticket that it is about, if it is about one."""
    ticket = attempt.notification.ticket
    if ticket is not None:
        name = recipient_of(attempt.notification)
        named = {"channel": attempt.channel.value, "state": state.value, "name": name}
        record(ticket, EventKind.ATTEMPT, SYSTEM, **named, attempt=attempt.id, **data)


def recipient_of(notification: Notification) -> str:
    """Whom it is for, by name; the address of somebody who has no account and has not filed the ticket."""
    ticket, address = notification.ticket, notification.address.lower()
    if notification.user is not None:
        return notification.user.name
    is_reporter = ticket is not None and address in (ticket.reporter_email.lower(), ticket.reporter_phone.lower())
    return ticket.reporter_name if ticket is not None and is_reporter else notification.address
