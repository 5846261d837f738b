"""What the page of one ticket shows beside the ticket: the proof of every attempt, what happened since."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, lazyload

from helpdesk.extensions import db
from helpdesk.models import Attempt, Notification, Ticket, TimelineEvent
from helpdesk.models.codes import EventKind
from helpdesk.tickets.queries import NAME_ONLY

WRITTEN = (EventKind.REPLIED, EventKind.NOTED)


def attempts_of(ticket: Ticket) -> list[Attempt]:
    """Every SMS, call and mail about the ticket, in the order in which they were due, with their people."""
    person = joinedload(Notification.user).options(*NAME_ONLY)
    query = (
        sa.select(Attempt)
        .join(Attempt.notification)
        .where(Notification.ticket_id == ticket.id)
        .order_by(Attempt.due_at, Notification.id, Attempt.ordinal)
        .options(contains_eager(Attempt.notification).options(lazyload(Notification.attempts), person))
    )
    return list(db.session.scalars(query))


def last_events(ticket_ids: Sequence[int]) -> dict[int, int]:
    """The last event's id by ticket id, in the given order, 0 without events.

    A page sends it back with what is done on it: see `changes_since`.
    """
    query = (
        sa.select(TimelineEvent.ticket_id, sa.func.max(TimelineEvent.id))
        .where(TimelineEvent.ticket_id.in_(ticket_ids))
        .group_by(TimelineEvent.ticket_id)
    )
    found = dict(db.session.execute(query).tuples().all())
    return {ticket_id: found.get(ticket_id) or 0 for ticket_id in ticket_ids}


def changes_since(ticket: Ticket, last_seen: int, reader_id: int) -> Sequence[TimelineEvent]:
    """What other people did after event `last_seen`, and what the reader wrote: the same words sent twice."""
    by_others = sa.or_(TimelineEvent.actor_id.is_(None), TimelineEvent.actor_id != reader_id)
    query = (
        sa.select(TimelineEvent)
        .where(
            TimelineEvent.ticket_id == ticket.id,
            TimelineEvent.id > last_seen,
            TimelineEvent.actor_name != "",
            sa.or_(by_others, TimelineEvent.kind.in_(WRITTEN)),
        )
        .order_by(TimelineEvent.id)
    )
    return db.session.scalars(query).all()


def alerted_people(tickets: Sequence[Ticket]) -> set[tuple[int, int]]:
    """(ticket id, user id) of everybody to whom an alert of these tickets was addressed."""
    query = sa.select(Notification.ticket_id, Notification.user_id).where(
        Notification.ticket_id.in_([ticket.id for ticket in tickets]),
        Notification.escalation_id.is_not(None),
        Notification.user_id.is_not(None),
    )
    return {(ticket_id or 0, user_id or 0) for ticket_id, user_id in db.session.execute(query).tuples()}


def passed_on_by(user_id: int, tickets: Sequence[Ticket]) -> set[int]:
    """Ids of the tickets that this person has passed on."""
    query = sa.select(TimelineEvent.ticket_id).where(
        TimelineEvent.ticket_id.in_([ticket.id for ticket in tickets]),
        TimelineEvent.kind == EventKind.PASSED_ON,
        TimelineEvent.actor_id == user_id,
    )
    return set(db.session.scalars(query))
