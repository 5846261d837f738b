"""The numbers of the dashboard: SQL aggregates, the same statements on SQLite and PostgreSQL.

A period means the tickets *filed* in it. A target of a ticket is kept when it was met in time, missed when it was
breached or is overdue, and counts for neither while it runs. Times are real minutes from filing to the event,
nights and weekends included. Percentiles are nearest-rank: the smallest value that at least p % of the values do
not exceed (PostgreSQL's percentile_disc), computed from counts per minute because SQLite has no percentiles.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.compiler import SQLCompiler

from helpdesk.base import UtcDateTime
from helpdesk.extensions import db
from helpdesk.models import Clock, Municipality, Ticket, Unit, User
from helpdesk.models.codes import Priority, SlaTargetKind
from helpdesk.reports.figures import EVERYTHING, Dimension, Filters, Flow, GroupRow, Measure, OpenCount, TrendPoint
from helpdesk.reports.period import Period
from helpdesk.tickets.queries import IS_KEPT, IS_OPEN, NAME_ONLY, SOON, is_missed

Condition = sa.ColumnElement[bool]

ROWS_SHOWN = 15


class _Minutes(sa.sql.functions.GenericFunction[int]):
    """minutes(from, to): whole minutes between two columns, rounded down."""

    type = sa.Integer()
    inherit_cache = True
    name = "helpdesk_minutes"


@compiles(_Minutes, "sqlite")
def _minutes_on_sqlite(function: _Minutes, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in function.clauses)
    return f"((strftime('%s', {end}) - strftime('%s', {start})) / 60)"


@compiles(_Minutes, "postgresql")
def _minutes_on_postgresql(function: _Minutes, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in function.clauses)
    return f"CAST(floor(extract(epoch FROM ({end} - {start})) / 60) AS INTEGER)"


def open_now(now: datetime, filters: Filters = EVERYTHING) -> list[OpenCount]:
    """Open tickets by state and priority."""
    query = (
        sa.select(
            Ticket.status,
            Ticket.priority,
            sa.func.count(),
            _count_if(Ticket.acknowledged_at.is_(None)),
            _count_if(Ticket.next_due_at < now),
            _count_if(Ticket.next_due_at.between(now, now + SOON)),
        )
        .where(IS_OPEN, *_chosen(filters))
        .group_by(Ticket.status, Ticket.priority)
    )
    return [OpenCount(*row) for row in db.session.execute(query).tuples()]


def pressing(now: datetime, limit: int = 8) -> Sequence[Ticket]:
    """Open tickets that must be looked at: urgent without acknowledgement first, then overdue, then due soon."""
    burns = sa.and_(Ticket.priority == Priority.URGENT, Ticket.acknowledged_at.is_(None))
    query = (
        sa.select(Ticket)
        .where(IS_OPEN, sa.or_(burns, Ticket.next_due_at < now + SOON))
        .order_by(sa.case((burns, 0), else_=1), Ticket.next_due_at, Ticket.id)
        .options(joinedload(Ticket.unit), joinedload(Ticket.assignee).options(*NAME_ONLY))
        .limit(limit)
    )
    return db.session.scalars(query).all()


def flow(period: Period, filters: Filters = EVERYTHING) -> Flow:
    """How many tickets came and went."""
    came = sa.select(
        sa.func.count(),
        _count_if(Ticket.priority == Priority.URGENT),
        _count_if(Ticket.reopened_count > 0),
    ).where(*filed_in(period, filters))
    went = sa.select(sa.func.count()).where(*_resolved_in(period, filters))
    filed, urgent, reopened = db.session.execute(came).tuples().one()
    return Flow(filed, urgent, reopened, db.session.scalar(went) or 0)


def targets(period: Period, now: datetime, filters: Filters = EVERYTHING) -> dict[SlaTargetKind, Measure]:
    """How each target went for the tickets filed in the period."""
    minutes = sa.func.helpdesk_minutes(Ticket.created_at, Clock.met_at)
    counted = (
        _counts(Clock.kind, minutes, _count_if(IS_KEPT), _count_if(is_missed(now)))
        .join_from(Ticket, Clock, Clock.ticket_id == Ticket.id)
        .where(*filed_in(period, filters))
    )
    found = {row.key: _measure(row) for row in db.session.execute(_measured(counted))}
    return {kind: found.get(kind, Measure()) for kind in SlaTargetKind}


def groups(
    target: SlaTargetKind, period: Period, now: datetime, filters: Filters = EVERYTHING
) -> dict[Dimension, list[GroupRow]]:
    """How one target went by gmina, unit, category and administrator; of each the ROWS_SHOWN with most tickets.

    The tickets are read once, whatever the number of dimensions.
    """
    cohort = _cohort(target, period, now, filters)
    query = sa.union_all(*(_largest(dimension, cohort) for dimension in Dimension))
    found: dict[Dimension, list[GroupRow]] = {dimension: [] for dimension in Dimension}
    for row in db.session.execute(query):
        found[Dimension(row.dimension)].append(GroupRow(row.key or "", row.name or "", _measure(row)))
    return {dimension: sorted(rows, key=_by_size) for dimension, rows in found.items()}


def trend(target: SlaTargetKind, period: Period, now: datetime, filters: Filters = EVERYTHING) -> list[TrendPoint]:
    """Tickets filed and resolved in each part of the period, and how the target went for those filed."""
    parts = period.parts()
    table = _table_of(parts)
    clock_of = sa.and_(Clock.ticket_id == Ticket.id, Clock.kind == target)
    filed = (
        sa.select(table.c.n, sa.func.count(), _count_if(IS_KEPT), _count_if(is_missed(now)))
        .select_from(table)
        .join(Ticket, _within(Ticket.created_at, table))
        .outerjoin(Clock, clock_of)
        .where(*filed_in(period, filters))
        .group_by(table.c.n)
    )
    resolved = (
        sa.select(table.c.n, sa.func.count())
        .select_from(table)
        .join(Ticket, _within(Ticket.resolved_at, table))
        .where(*_resolved_in(period, filters))
        .group_by(table.c.n)
    )
    came = {n: counts for n, *counts in db.session.execute(filed).tuples()}
    went = dict(db.session.execute(resolved).tuples().all())
    return [_point(part, came.get(n, (0, 0, 0)), went.get(n, 0)) for n, part in enumerate(parts)]


_DIMENSIONS: dict[Dimension, tuple[str, Any]] = {
    Dimension.MUNICIPALITY: ("municipality_id", Municipality),
    Dimension.UNIT: ("unit_id", Unit),
    Dimension.CATEGORY: ("category", None),
    Dimension.ADMINISTRATOR: ("assignee_id", User),
}


def _cohort(target: SlaTargetKind, period: Period, now: datetime, filters: Filters) -> sa.CTE:
    """A row per ticket filed in the period, with or without the target."""
    keys = [getattr(Ticket, column) for column, _model in _DIMENSIONS.values()]
    minutes = sa.func.helpdesk_minutes(Ticket.created_at, Clock.met_at)
    kept, missed = _one_if(IS_KEPT), _one_if(is_missed(now))
    clock_of = sa.and_(Clock.ticket_id == Ticket.id, Clock.kind == target)
    return (
        sa.select(*keys, minutes.label("minutes"), kept.label("kept"), missed.label("missed"))
        .outerjoin_from(Ticket, Clock, clock_of)
        .where(*filed_in(period, filters))
        .cte("cohort")
    )


def _largest(dimension: Dimension, cohort: sa.CTE) -> sa.Select[Any]:
    """(dimension, name, key as text, the measure) of the groups with most tickets."""
    column, model = _DIMENSIONS[dimension]
    columns = cohort.c
    counted = _counts(columns[column], columns.minutes, sa.func.sum(columns.kept), sa.func.sum(columns.missed))
    table = _measured(counted).order_by(sa.desc("filed"), sa.asc("key")).limit(ROWS_SHOWN).subquery()
    name = model.name if model else sa.literal("")
    own = [sa.literal(dimension.value).label("dimension"), name.label("name")]
    measured = [table.c.filed, table.c.kept, table.c.missed, table.c.median, table.c.p90]
    query = sa.select(*own, sa.cast(table.c.key, sa.String).label("key"), *measured)
    return query.select_from(table.outerjoin(model, model.id == table.c.key) if model else table)


def _by_size(row: GroupRow) -> tuple[int, str]:
    return -row.measure.filed, row.name or row.key


def _counts(key: Any, minutes: Any, kept: Any, missed: Any) -> sa.Select[Any]:
    """Tickets, kept and missed by key and minutes; all that touches the tickets."""
    counts = (sa.func.count().label("tickets"), kept.label("kept"), missed.label("missed"))
    return sa.select(key.label("key"), minutes.label("minutes"), *counts).group_by(key, minutes)


def _measured(counts: sa.Select[Any]) -> sa.Select[Any]:
    """Per key: filed, kept, missed, median and p90.

    Adds up from the shortest time on; a percentile is the first of the minutes that enough do not exceed.
    """
    counted = counts.subquery()
    own = counted.c.key, counted.c.minutes.is_(None)
    added = sa.select(
        counted,
        sa.func.sum(counted.c.tickets).over(partition_by=own, order_by=counted.c.minutes).label("so_far"),
        sa.func.sum(counted.c.tickets).over(partition_by=own).label("met"),
    ).subquery()
    return sa.select(
        added.c.key.label("key"),
        _whole(sa.func.sum(added.c.tickets)).label("filed"),
        _whole(sa.func.sum(added.c.kept)).label("kept"),
        _whole(sa.func.sum(added.c.missed)).label("missed"),
        _percentile(added, 50).label("median"),
        _percentile(added, 90).label("p90"),
    ).group_by(added.c.key)


def _percentile(added: sa.Subquery, percent: int) -> sa.ColumnElement[int]:
    enough = added.c.so_far * 100 >= added.c.met * percent
    return sa.func.min(sa.case((enough, added.c.minutes)))


def _whole(value: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """PostgreSQL adds up big integers as NUMERIC."""
    return sa.cast(value, sa.BigInteger)


def _measure(row: Any) -> Measure:
    return Measure(row.filed, row.kept, row.missed, row.median, row.p90)


def _point(part: Period, came: Sequence[int], resolved: int) -> TrendPoint:
    filed, kept, missed = came
    return TrendPoint(part, filed, resolved, kept, missed)


def _table_of(parts: Sequence[Period]) -> sa.Subquery:
    """The parts as rows (n, since, until)."""
    rows = [
        sa.select(
            sa.literal(n).label("n"),
            sa.literal(part.since, UtcDateTime()).label("since"),
            sa.literal(part.until, UtcDateTime()).label("until"),
        )
        for n, part in enumerate(parts)
    ]
    return sa.union_all(*rows).subquery("part")


def _within(column: Any, table: sa.Subquery) -> Condition:
    return sa.and_(column >= table.c.since, column < table.c.until)


def filed_in(period: Period, filters: Filters) -> list[Condition]:
    """The tickets that a period means."""
    return [Ticket.created_at >= period.since, Ticket.created_at < period.until, *_chosen(filters)]


def _resolved_in(period: Period, filters: Filters) -> list[Condition]:
    return [Ticket.resolved_at >= period.since, Ticket.resolved_at < period.until, *_chosen(filters)]


def _chosen(filters: Filters) -> list[Condition]:
    values: dict[Any, Any] = {
        Ticket.municipality_id: filters.municipality_id,
        Ticket.unit_id: filters.unit_id,
        Ticket.category: filters.category,
        Ticket.priority: filters.priority,
        Ticket.assignee_id: filters.administrator_id,
    }
    return [column == value for column, value in values.items() if value is not None]


def _count_if(condition: Condition) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(_one_if(condition)), 0)


def _one_if(condition: Condition) -> sa.ColumnElement[int]:
    return sa.case((condition, 1), else_=0)
