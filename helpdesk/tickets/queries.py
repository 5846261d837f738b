"""What the desk lists: open tickets by what is due next, all of them newest first; paged by key, never by offset.

Open tickets are found through the partial index ix_ticket_open_due, so that the cost of the desk does not grow
with the number of closed ones. `visible` is the WHERE clause of helpdesk.tickets.access.visible_to.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload
from sqlalchemy.sql.base import ExecutableOption

from helpdesk import clock
from helpdesk.base import read_id
from helpdesk.extensions import db
from helpdesk.models import Clock, Escalation, Municipality, Ticket, Unit, User
from helpdesk.models.codes import OPEN_STATUSES, Priority, SlaTargetKind, TicketStatus
from helpdesk.oncall import further_people
from helpdesk.tickets.paging import Page, page_of, read_key, write_key
from helpdesk.tickets.search import contains
from helpdesk.tickets.wanted import DueIn, Outcome, Span, Wanted

Condition: TypeAlias = sa.ColumnElement[bool]

PAGE_SIZE = 30
ALERTS_SHOWN = 20
PLACES_OFFERED = 20
LOOKED_INTO = 5_000  # open tickets of which each has its words or its promises read, to be counted
SOON = timedelta(hours=2)
SEARCHED_AT_ONCE = 5_000  # tickets of all states: no index knows what stands in the middle of a summary
NOBODY = 0  # as an assignee: the ticket has none

# Literals in the order of the index's own condition: SQLite takes a partial index for nothing less.
IS_OPEN: Condition = Ticket.status.in_([sa.literal_column(f"'{status}'") for status in OPEN_STATUSES])
IS_UNANSWERED_ALERT: Condition = sa.and_(
    IS_OPEN, Ticket.priority == Priority.URGENT, Ticket.acknowledged_at.is_(None)
)
# Hidden from the planner: of all tickets hardly any is due, so PostgreSQL believes the same of open ones, and would
# sort them all instead of reading the first of the index.
_NEVER = datetime.max.replace(tzinfo=UTC)
_NEXT_DUE = sa.func.coalesce(Ticket.next_due_at, _NEVER)
# Of open tickets.
IS_NO_ALERT: Condition = sa.or_(Ticket.priority != Priority.URGENT, Ticket.acknowledged_at.is_not(None))
IS_BREACHED: Condition = Clock.breached_at.is_not(None)
IS_KEPT: Condition = sa.and_(Clock.met_at.is_not(None), sa.not_(IS_BREACHED))
# A merged ticket was filed and no more: neither resolved, nor do its promises count as kept or missed.
IS_NOT_MERGED: Condition = Ticket.merged_into_id.is_(None)
# Of a person whose name is all that is shown, the own lists stay unloaded.
NAME_ONLY = (lazyload(User.roles), lazyload(User.units), lazyload(User.contacts))


_KEY = sa.tuple_(Ticket.created_at, Ticket.id)
_NEWEST_FIRST = (Ticket.created_at.desc(), Ticket.id.desc())


def due_page(wanted: Wanted, visible: Condition, *, after: str = "", size: int = PAGE_SIZE) -> Page:
    """Open tickets, what is due next first, paused ones last. A key that is not ours starts from the top."""
    due_at, last_id = read_key(after)
    query = _rows(*_open_conditions(wanted), visible)
    found: list[Ticket] = []
    if due_at or not last_id:
        timed = query.where(due_before(_NEVER)).order_by(Ticket.next_due_at, Ticket.id)
        if due_at:
            timed = timed.where(sa.tuple_(_NEXT_DUE, Ticket.id) > (due_at, last_id))
        found += db.session.scalars(timed.limit(size + 1))
        last_id = 0
    if len(found) <= size:
        paused = query.where(Ticket.next_due_at.is_(None), Ticket.id > last_id)
        paused = paused.order_by(Ticket.next_due_at, Ticket.id)  # as in the index
        found += db.session.scalars(paused.limit(size + 1 - len(found)))
    return page_of(found, size, lambda ticket: (ticket.next_due_at, ticket.id))


def history_page(wanted: Wanted, visible: Condition, *, after: str = "", size: int = PAGE_SIZE) -> Page:
    """Tickets of the wanted states, the newest first. A key that is not ours starts from the top."""
    query = _rows(*_history_conditions(wanted), visible)
    created_at, last_id = read_key(after)
    earlier = [(created_at, last_id) > _KEY] if created_at else []
    end = _end_of_search(wanted, [*earlier, visible]) if wanted.text else None
    if end is not None:
        earlier.append(end <= _KEY)
    query = query.where(*earlier).order_by(*_NEWEST_FIRST).limit(size + 1)
    page = page_of(list(db.session.scalars(query)), size, lambda ticket: (ticket.created_at, ticket.id))
    if page.next_key or end is None:
        return page
    return Page(page.tickets, write_key(*end), end[0])


def _end_of_search(wanted: Wanted, conditions: list[Condition]) -> tuple[datetime, int] | None:
    """The last of the tickets that are searched for this page; None where that is all of them."""
    places = [*_equal(_places(wanted)), *_filed(wanted, Ticket.created_at)]
    query = sa.select(Ticket.created_at, Ticket.id).where(*conditions, *places).order_by(*_NEWEST_FIRST)
    last = db.session.execute(query.offset(SEARCHED_AT_ONCE - 1).limit(1)).tuples().one_or_none()
    return last and (last[0], last[1])


def unanswered_alerts(visible: Condition) -> list[Ticket]:
    """Urgent tickets that nobody has acknowledged, what is due next first; at most ALERTS_SHOWN."""
    query = _rows(IS_UNANSWERED_ALERT, visible).order_by(Ticket.next_due_at, Ticket.id)
    return list(db.session.scalars(query.limit(ALERTS_SHOWN)))


def due_before(at: datetime) -> Condition:
    """Of open tickets, read in the order of what is due next."""
    return at > _NEXT_DUE


def except_alerts(visible: Condition) -> Condition:
    """For a list of open tickets that stands under the alerts."""
    return sa.and_(visible, IS_NO_ALERT)


def held_urgent(user_id: int) -> list[Ticket]:
    """The urgent open tickets that this person has taken, what is due next first, paused ones last."""
    query = _rows(
        IS_OPEN,
        _past_indexes(Ticket.assignee_id) == user_id,
        Ticket.acknowledged_at.is_not(None),
        Ticket.priority == Priority.URGENT,
    )
    query = query.order_by(Ticket.next_due_at.is_(None), Ticket.next_due_at, Ticket.id)
    return list(db.session.scalars(query.limit(ALERTS_SHOWN)))


def further_wanted(visible: Condition, user_id: int) -> list[Ticket]:
    """Urgent tickets that others have and that wait for this person too, the oldest alert first."""
    query = _rows(
        IS_OPEN, Ticket.acknowledged_at.is_not(None), visible, further_people.IS_OPEN, further_people.asks(user_id)
    )
    query = query.join(Escalation, Escalation.ticket_id == Ticket.id).order_by(Escalation.opened_at)
    return list(db.session.scalars(query.limit(ALERTS_SHOWN)))


def count_open(wanted: Wanted, visible: Condition) -> dict[TicketStatus, int]:
    """How many open tickets stand in each state, under the other filters. Nothing where more than LOOKED_INTO would
    have to be read for it."""
    if (wanted.text or wanted.outcome) and _is_more_open_than(LOOKED_INTO):
        return {}
    conditions = [visible, *_open_conditions(replace(wanted, status=Span.OPEN))]
    query = sa.select(Ticket.status, sa.func.count()).where(*conditions).group_by(Ticket.status)
    counted = dict(db.session.execute(query).tuples().all())
    return {status: counted.get(status, 0) for status in OPEN_STATUSES}


def _is_more_open_than(count: int) -> bool:
    first = sa.select(Ticket.id).where(IS_OPEN).offset(count).limit(1)
    return db.session.scalar(first) is not None


def municipalities_like(text: str) -> list[Municipality]:
    """With the text in their code or name, by name; at most PLACES_OFFERED."""
    query = sa.select(Municipality).where(contains(text, Municipality.code, Municipality.name))
    return list(db.session.scalars(query.order_by(Municipality.name, Municipality.code).limit(PLACES_OFFERED)))


def find_municipalities(text: str) -> list[Municipality]:
    """By id, by code, or by name; names repeat in Poland, hence several."""
    number = read_id(text)
    if number is not None:
        condition: Condition = Municipality.id == number
    else:
        names = {text, text.capitalize(), text.title()}
        condition = sa.or_(Municipality.code == text.upper(), Municipality.name.in_(names))
    return list(db.session.scalars(sa.select(Municipality).where(condition).order_by(Municipality.code)))


def units_to_choose(municipality_id: int | None, unit_id: int | None) -> list[Unit]:
    """Those of the municipality; without one, the unit that is chosen."""
    if municipality_id is None and unit_id is None:
        return []
    among = Unit.municipality_id == municipality_id if municipality_id else Unit.id == unit_id
    query = sa.select(Unit).where(among).order_by(Unit.name)
    return list(db.session.scalars(query.options(lazyload(Unit.municipality))))


def is_unit_of(unit_id: int, municipality_id: int) -> bool:
    is_one = sa.exists().where(Unit.id == unit_id, Unit.municipality_id == municipality_id)
    return bool(db.session.scalar(sa.select(is_one)))


def _rows(*conditions: Condition) -> sa.Select[tuple[Ticket]]:
    return sa.select(Ticket).where(*conditions).options(*_for_a_row())


def _for_a_row() -> list[ExecutableOption]:
    """What a row shows, joined in."""
    return [
        joinedload(Ticket.unit).joinedload(Unit.municipality),
        joinedload(Ticket.municipality),
        joinedload(Ticket.assignee).options(*NAME_ONLY),
    ]


def _open_conditions(wanted: Wanted) -> list[Condition]:
    state = [Ticket.status == wanted.status] if isinstance(wanted.status, TicketStatus) else []
    own = _equal({_past_indexes(Ticket.assignee_id): wanted.assignee_id})
    filed = _filed(wanted, sa.func.coalesce(Ticket.created_at, Ticket.created_at))
    return [IS_OPEN, *state, *_open_places(wanted), *own, *filed, *_shared_conditions(wanted)]


def _history_conditions(wanted: Wanted) -> list[Condition]:
    states: dict[str, list[Condition]] = {
        Span.ALL: [],
        Span.OPEN: [IS_OPEN],
        Span.FINISHED: [Ticket.status.not_in(OPEN_STATUSES)],
    }
    state = states.get(wanted.status, [Ticket.status == wanted.status])
    filed = _filed(wanted, Ticket.created_at)
    return [*state, *_equal(_places(wanted)), *_held_by(wanted.assignee_id), *filed, *_shared_conditions(wanted)]


def _held_by(user_id: int | None) -> list[Condition]:
    return [Ticket.assignee_id.is_(None)] if user_id == NOBODY else _equal({Ticket.assignee_id: user_id})


def _filed(wanted: Wanted, created_at: Any) -> list[Condition]:
    """Of open tickets the column comes hidden from the planner, as in `_past_indexes`. What ended in a span was
    filed before the end of it."""
    since = [created_at >= wanted.since] if wanted.since and not wanted.by_end else []
    return [*since, *([created_at < wanted.until] if wanted.until else [])]


def _places(wanted: Wanted) -> dict[Any, int | None]:
    return {Ticket.municipality_id: wanted.municipality_id, Ticket.unit_id: wanted.unit_id}


def _open_places(wanted: Wanted) -> list[Condition]:
    return _equal({_past_indexes(column): value for column, value in _places(wanted).items()})


def _past_indexes(column: Any) -> sa.ColumnElement[int]:
    """The column hidden from the planner: SQLite would walk all tickets of a unit or of a person by that index,
    closed ones too, instead of the open ones alone. Nobody becomes NOBODY."""
    return sa.func.coalesce(column, NOBODY)


def _equal(values: dict[Any, Any]) -> list[Condition]:
    return [column == value for column, value in values.items() if value is not None]


def _shared_conditions(wanted: Wanted) -> list[Condition]:
    conditions = _equal(
        {
            Ticket.priority: wanted.priority,
            Ticket.category: wanted.category,
        }
    )
    if wanted.text:
        conditions.append(contains(wanted.text, Ticket.number, Ticket.summary, Ticket.case_number))
    if wanted.reopened:
        conditions.append(Ticket.reopened_count > 0)
    if wanted.by_end:
        conditions += resolved_in(wanted.since, wanted.until)
    if wanted.hours:
        conditions.append(sa.or_(*(_is_within(Ticket.created_at, *span) for span in wanted.hours)))
    if wanted.due:
        conditions.append(_is_due(wanted.due, clock.now()))
    if wanted.outcome:
        conditions += [_has_outcome(wanted.target, wanted.outcome), IS_NOT_MERGED]
    return conditions


def _is_within(column: Any, start: datetime, end: datetime) -> Condition:
    return sa.and_(column >= start, column < end)


def _is_due(due: DueIn, now: datetime) -> Condition:
    late: Condition = Ticket.next_due_at < now
    return late if due is DueIn.LATE else Ticket.next_due_at.between(now, now + SOON)


def resolved_in(since: datetime | None, until: datetime | None) -> list[Condition]:
    """In [since, until), of which both may be open."""
    after = [Ticket.resolved_at >= since] if since else [Ticket.resolved_at.is_not(None)]
    return [*after, *([Ticket.resolved_at < until] if until else []), IS_NOT_MERGED]


def is_missed(now: datetime) -> Condition:
    """The clock's promise was broken, noted so or overdue just now."""
    return sa.or_(IS_BREACHED, sa.and_(_IS_UNMET, Clock.due_at < now))


_IS_UNMET: Condition = sa.and_(Clock.met_at.is_(None), Clock.stopped_at.is_(None))
_OUTCOMES: dict[Outcome, Callable[[datetime], Condition]] = {
    Outcome.MET: lambda _now: IS_KEPT,
    Outcome.LATE: lambda _now: sa.and_(Clock.met_at.is_not(None), IS_BREACHED),
    Outcome.BREACHED: is_missed,
    Outcome.RUNNING: lambda now: sa.and_(
        _IS_UNMET, Clock.breached_at.is_(None), sa.or_(Clock.due_at.is_(None), Clock.due_at >= now)
    ),
}


def _has_outcome(target: SlaTargetKind | None, outcome: Outcome) -> Condition:
    kind = [Clock.kind == target] if target else []
    return sa.exists().where(Clock.ticket_id == Ticket.id, *kind, _OUTCOMES[outcome](clock.now()))
