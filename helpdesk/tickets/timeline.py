"""Every event of a ticket, written down so that a person can read it. `data` holds codes and values."""

from typing import Any

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Ticket, TimelineEvent
from helpdesk.models.codes import EventKind
from helpdesk.tickets.actor import Actor

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
        EventKind.WAITING,
        EventKind.RESUMED,
        EventKind.RESOLVED,
        EventKind.REOPENED,
        EventKind.CLOSED,
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
