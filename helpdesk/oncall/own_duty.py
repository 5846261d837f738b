"""What duty one person has, for those who give it away or take it over."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Absence, Schedule, User
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.roster import Span


def own_spans(schedule: Schedule, user: User, since: datetime, until: datetime) -> list[Span]:
    """When in [since, until) the plan names the person, whether they are absent then or not."""
    plan = duty.roster(schedule, since, until)
    away = {person: spans for person, spans in plan.away.items() if person != user.id}
    stints = replace(plan, away=away).shifts(since, until)
    return [Span(stint.starts_at, stint.ends_at) for stint in stints if stint.person == user.id]


def has_all_of(schedule: Schedule, user: User, span: Span) -> bool:
    """The plan names the person at every instant of the span."""
    return own_spans(schedule, user, span.starts_at, span.ends_at) == [span]


def has_some_of(schedule: Schedule, user: User, span: Span) -> bool:
    """The plan names the person at some instant of the span."""
    return bool(own_spans(schedule, user, span.starts_at, span.ends_at))


def is_absent(user: User, span: Span) -> bool:
    """At some instant of the span."""
    return user in absent_people(span)


def absent_people(span: Span) -> list[User]:
    """Who is absent at some instant of the span, each once, by name."""
    query = sa.select(Absence).where(Absence.starts_at < span.ends_at, Absence.ends_at > span.starts_at)
    found = {absence.user_id: absence.user for absence in db.session.scalars(query)}
    return sorted(found.values(), key=lambda user: user.name)
