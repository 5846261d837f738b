"""Every event of a ticket, written down so that a person can read it. `data` holds codes and values."""

from typing import Any

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, Ticket, TimelineEvent
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
    ticket, person = attempt.notification.ticket, attempt.notification.user
    if ticket is not None:
        named = {"channel": attempt.channel.value, "state": state.value, "name": person.name if person else ""}
        record(ticket, EventKind.ATTEMPT, SYSTEM, **named, attempt=attempt.id, **data)
