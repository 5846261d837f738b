"""What edits of policies and calendars have in common: nobody overwrites what they have not seen, every change is
written down, no promise stands on a calendar that never opens."""

import hashlib
import json
from typing import Any

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NeverDue, NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Calendar, User
from helpdesk.sla.calendars import business_calendar

Facts = dict[str, Any]


def plain(facts: Facts) -> Facts:
    """As the database gives it back: lists for tuples, text for codes."""
    return dict(json.loads(json.dumps(facts)))


def version_of(facts: Facts) -> str:
    """A short sign that is another one as soon as anything in the facts is."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def require_seen(seen: str, facts: Facts) -> None:
    """Raises NotAllowed "changed_meanwhile": the editor began with something else than what is there now."""
    if seen != version_of(facts):
        raise NotAllowed("changed_meanwhile")


def require_opens(row: Calendar, minutes: int) -> None:
    """Raises NotAllowed "never_open": that much time does not come within years."""
    try:
        business_calendar(row).due(clock.now(), minutes)
    except NeverDue as never:
        raise NotAllowed("never_open") from never


def note(action: str, subject: str, by: User, before: Facts | None, after: Facts | None) -> None:
    data = {"before": before, "after": after}
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=subject, data=data))


def last_change(subject: str) -> AuditEntry | None:
    """Who changed it last, and when."""
    query = sa.select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalars(query).first()
