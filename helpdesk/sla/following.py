"""After an edit of policies or calendars the open tickets follow one by one, in a job: what waits stands in a
table, so a crash loses nothing. Finished tickets never follow."""

from dataclasses import dataclass

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import FollowUp, Ticket
from helpdesk.models.codes import ClockCause
from helpdesk.sla.retargeting import adopt
from helpdesk.tickets.actor import Actor
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.queries import IS_OPEN

BATCH = 500


@dataclass(frozen=True)
class Edit:
    """What was edited, by whom; `touches` says in SQL of which tickets, open or not, the promises may be others."""

    cause: ClockCause
    by: Actor
    touches: sa.ColumnElement[bool]


def ask_to_follow(edit: Edit) -> None:
    """Every open ticket that the edit touches waits for its turn."""
    given = [sa.literal(edit.cause.value), sa.literal(edit.by.user_id), sa.literal(edit.by.name)]
    tickets = sa.select(Ticket.id, *given).where(IS_OPEN, edit.touches)
    columns = ["ticket_id", "cause", "actor_id", "actor_name"]
    db.session.execute(sa.insert(FollowUp).from_select(columns, tickets))


def due() -> list[int]:
    """The next ones, in the order in which they came."""
    return list(db.session.scalars(sa.select(FollowUp.id).order_by(FollowUp.id).limit(BATCH)))


def follow(follow_up_id: int) -> None:
    """The ticket takes the policy, its reminders and the calendars as they are now. Asking twice does no harm."""
    query = sa.select(FollowUp).where(FollowUp.id == follow_up_id).with_for_update(skip_locked=True)
    waiting = db.session.scalars(query).first()
    if waiting is None:
        return
    ticket = db.session.get_one(Ticket, waiting.ticket_id)
    hold_ticket(ticket)
    adopt(ticket, waiting.cause, Actor(waiting.actor_name, waiting.actor_id))
    db.session.delete(waiting)


def still_to_come() -> int:
    """How many tickets wait for their turn."""
    return db.session.scalar(sa.select(sa.func.count(FollowUp.ticket_id.distinct()))) or 0
