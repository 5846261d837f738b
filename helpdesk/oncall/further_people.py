"""Alerts that go on though somebody has the ticket: it wants more people, it is handed over, or its holder is asked
whether they still have it."""

from collections.abc import Iterable

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Acknowledgement, Escalation, Ticket, User
from helpdesk.models.codes import AckVia, EscalationState, Priority

# Written out, not bound: PostgreSQL's plan for any value could not use the index of open alerts.
IS_OPEN = Escalation.state == sa.literal_column(f"'{EscalationState.OPEN}'")


def goes_on(alert: Escalation) -> bool:
    """Whether the alert may run although somebody has the ticket."""
    return alert.acks_wanted > 1 or alert.handed_over_by_id is not None


def who_took(alert: Escalation) -> list[User]:
    """Who said "I have it" in an alert that wants several people, in that order."""
    query = sa.select(Acknowledgement).filter_by(escalation_id=alert.id).order_by(Acknowledgement.id)
    return [each.user for each in db.session.scalars(query)]


def have_it(alert: Escalation) -> set[int]:
    """Ids of those who need not be alerted: they have the ticket. Who hands it over is asked again when a whole
    round found nobody."""
    found = {user.id for user in who_took(alert)} if alert.acks_wanted > 1 else set()
    if alert.handed_over_by_id is not None and alert.round == 0:
        found.add(alert.handed_over_by_id)
    return found


def note_yes(alert: Escalation, by: User, via: AckVia) -> int:
    """Write down that the person has it; how many more are wanted. The alert is held (`hold_running`)."""
    if by.id not in {user.id for user in who_took(alert)}:
        db.session.add(Acknowledgement(escalation_id=alert.id, user_id=by.id, via=via))
        db.session.flush()
    return more_wanted(alert)


def more_wanted(alert: Escalation) -> int:
    """How many people must still take the ticket."""
    if alert.acks_wanted == 1:
        return 0
    count = sa.select(sa.func.count()).select_from(Acknowledgement).filter_by(escalation_id=alert.id)
    return max(0, alert.acks_wanted - (db.session.scalar(count) or 0))


def still_ask(tickets: Iterable[Ticket], user: User) -> set[int]:
    """Ids of those of the tickets which somebody has and to which the person's "1" still matters. Nothing is asked
    of the database about tickets that nobody has."""
    held = [t.id for t in tickets if t.acknowledged_at and t.is_open and t.priority is Priority.URGENT]
    if not held:
        return set()
    query = sa.select(Escalation.ticket_id).join(Ticket).where(Ticket.id.in_(held), asks(user.id))
    return set(db.session.scalars(query))


def asks(user_id: int) -> sa.ColumnElement[bool]:
    """For a query of escalations and their tickets: the alert waits for the person although somebody has it."""
    has_said_yes = sa.exists().where(
        Acknowledgement.escalation_id == Escalation.id, Acknowledgement.user_id == user_id
    )
    holder = sa.func.coalesce(Ticket.assignee_id, Ticket.acknowledged_by_id)
    is_giver = sa.and_(Escalation.handed_over_by_id == user_id, Escalation.round == 0)
    wants_more = sa.and_(IS_OPEN, Escalation.acks_wanted > 1, ~has_said_yes)
    is_handed_over = sa.and_(IS_OPEN, Escalation.handed_over_by_id.is_not(None), ~is_giver)
    is_asked_again = sa.and_(Escalation.asked_again_at.is_not(None), holder == user_id)
    return sa.or_(wants_more, is_handed_over, is_asked_again)
