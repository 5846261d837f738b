"""What an edit would change, found out by doing it; whoever asks takes it back afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Clock, SlaTarget, Ticket
from helpdesk.models.codes import SlaTargetKind
from helpdesk.sla.calendars import business_calendar, newest
from helpdesk.sla.clock import clocks_of, due_of
from helpdesk.sla.following import Edit
from helpdesk.sla.promises import targets_for
from helpdesk.sla.retargeting import adopt
from helpdesk.tickets.queries import IS_OPEN

LOOKED_AT = 100  # open tickets, and finished ones; each costs some milliseconds
LISTED = 15
PAST = timedelta(days=30)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Move:
    """A target of a ticket that would be due at another time; None: not due at all. Of a paused clock the times are
    those that hold if it runs on now."""

    ticket_id: int
    number: str
    kind: SlaTargetKind
    is_paused: bool
    before: datetime | None
    after: datetime | None

    @property
    def by(self) -> timedelta:
        """How much later, negative for earlier; what appears or goes comes before everything else."""
        return self.after - self.before if self.after and self.before else timedelta.max

    @property
    def is_later(self) -> bool:
        return self.before is not None and (self.after is None or self.after > self.before)


@dataclass(frozen=True)
class Effect:
    """Counts are of tickets. `touched` are open, `looked_at` of them were worked out, those due next first. Of
    those finished in the last 30 days `past` were looked at: were late, and would have been."""

    touched: int = 0
    looked_at: int = 0
    moved: int = 0
    earlier: int = 0
    later: int = 0
    most: Sequence[Move] = ()
    listed_of: int = 0
    past: int = 0
    past_of: int = 0
    was_late: int = 0
    would_be_late: int = 0


def effect_of(edit: Edit | None) -> Effect:
    """To be called in a transaction that is taken back, right after the edit was made."""
    if edit is None:
        return Effect()
    moves = list(_moves(edit))
    later, earlier = [m for m in moves if m.is_later], [m for m in moves if not m.is_later]
    past = _past(edit)
    return Effect(
        touched=_count(IS_OPEN, edit.touches),
        looked_at=len(_open_tickets(edit)),
        moved=_tickets_in(moves),
        earlier=_tickets_in(earlier),
        later=_tickets_in(later),
        most=sorted(moves, key=lambda move: abs(move.by), reverse=True)[:LISTED],
        listed_of=len(moves),
        past=len(past),
        past_of=_count(_is_past(), edit.touches),
        was_late=sum(any(row.breached_at for row in ticket.clocks) for ticket in past),
        would_be_late=sum(_would_be_late(ticket) for ticket in past),
    )


def _moves(edit: Edit) -> Iterator[Move]:
    for ticket in _open_tickets(edit):
        before = _dues(ticket)
        adopt(ticket, edit.cause, edit.by)
        after = _dues(ticket)
        for kind in SlaTargetKind:
            if _is_another(before.get(kind), after.get(kind)):
                is_paused = kind in clocks_of(ticket) and clocks_of(ticket)[kind].paused_at is not None
                yield Move(ticket.id, ticket.number, kind, is_paused, before.get(kind), after.get(kind))


def _is_another(before: datetime | None, after: datetime | None) -> bool:
    """By a minute at least: the time goes on while paused clocks are looked at as if they ran on."""
    if before is None or after is None:
        return before is not after
    return abs(after - before) >= _MINUTE


def _dues(ticket: Ticket) -> dict[SlaTargetKind, datetime | None]:
    running = [row for row in ticket.clocks if row.met_at is None and row.stopped_at is None]
    return {row.kind: due_of(row, business_calendar(row.calendar), row.started_at, row.minutes) for row in running}


def _open_tickets(edit: Edit) -> Sequence[Ticket]:
    query = sa.select(Ticket).where(IS_OPEN, edit.touches)
    query = query.order_by(Ticket.next_due_at.is_(None), Ticket.next_due_at, Ticket.id)
    return db.session.scalars(query.limit(LOOKED_AT)).all()


def _is_past() -> sa.ColumnElement[bool]:
    return sa.and_(sa.not_(IS_OPEN), Ticket.merged_into_id.is_(None), Ticket.resolved_at >= clock.now() - PAST)


def _past(edit: Edit) -> Sequence[Ticket]:
    query = sa.select(Ticket).where(_is_past(), edit.touches).order_by(Ticket.resolved_at.desc(), Ticket.id)
    return db.session.scalars(query.limit(LOOKED_AT)).all()


def _would_be_late(ticket: Ticket) -> bool:
    present = clocks_of(ticket)
    return any(_is_missed(present[kind], target) for kind, target in targets_for(ticket).items() if kind in present)


def _is_missed(row: Clock, target: SlaTarget) -> bool:
    calendar = business_calendar(newest(target.calendar))
    due = due_of(row, calendar, row.ticket.created_at, target.minutes)
    return row.met_at is not None and due is not None and row.met_at > due


def _tickets_in(moves: Sequence[Move]) -> int:
    return len({move.ticket_id for move in moves})


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count(Ticket.id)).where(*conditions)) or 0
