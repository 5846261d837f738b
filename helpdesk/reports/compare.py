"""The municipalities side by side for a month: one question to the database, sorted and paged from its answer.

There are 2,479 of them in Poland: their rows are few, and any column can be sorted by without an index of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Clock, Municipality, Ticket
from helpdesk.models.codes import Priority, SlaTargetKind
from helpdesk.reports.monthly_letters import reached_municipalities
from helpdesk.reports.period import Period
from helpdesk.tickets.queries import IS_KEPT, IS_NOT_MERGED, is_missed

PAGE_SIZE = 50


@dataclass(frozen=True)
class PlaceRow:
    """A municipality in the month; `median` in business minutes of the tickets whose target is met."""

    id: int
    name: str
    province: str
    filed: int
    urgent: int
    reopened: int
    kept: int
    missed: int
    median: int | None
    is_reached: bool  # a coordinator gets its report by mail

    @property
    def share(self) -> float | None:
        decided = self.kept + self.missed
        return self.kept / decided if decided else None


class Sort(StrEnum):
    NAME = "name"
    FILED = "filed"
    URGENT = "urgent"
    SHARE = "share"
    MEDIAN = "median"
    REOPENED = "reopened"


class Order(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Page:
    """`next_id` continues the list; None on its last page. `found` counts all pages."""

    rows: Sequence[PlaceRow]
    next_id: int | None
    found: int


_VALUES: dict[Sort, Callable[[PlaceRow], Any]] = {
    Sort.NAME: lambda row: row.name.casefold(),
    Sort.FILED: lambda row: row.filed,
    Sort.URGENT: lambda row: row.urgent,
    Sort.SHARE: lambda row: row.share,
    Sort.MEDIAN: lambda row: row.median,
    Sort.REOPENED: lambda row: row.reopened,
}


def compare(period: Period, target: SlaTargetKind, now: datetime) -> list[PlaceRow]:
    """Every municipality, also those that filed nothing, by name."""
    counted = _counted(period, target, now).subquery()
    query = (
        sa.select(Municipality.id, Municipality.name, Municipality.province, counted)
        .outerjoin(counted, counted.c.place == Municipality.id)
        .order_by(Municipality.name, Municipality.id)
    )
    reached = reached_municipalities()
    return [_row(row, is_reached=row.id in reached) for row in db.session.execute(query)]


def _row(row: Any, *, is_reached: bool) -> PlaceRow:
    counts = {name: getattr(row, name) or 0 for name in ("filed", "urgent", "reopened", "kept", "missed")}
    return PlaceRow(
        id=row.id, name=row.name, province=row.province, median=row.median, is_reached=is_reached, **counts
    )


def ordered(rows: Sequence[PlaceRow], sort: Sort, order: Order) -> list[PlaceRow]:
    """What has no value comes last in both orders; equals stand as they came."""
    value = _VALUES[sort]
    known = sorted((row for row in rows if value(row) is not None), key=value, reverse=order is Order.DOWN)
    return known + [row for row in rows if value(row) is None]


def page(rows: Sequence[PlaceRow], after: int | None, size: int = PAGE_SIZE) -> Page:
    """What comes after the municipality with that id; from the top where there is no such."""
    start = next((place + 1 for place, row in enumerate(rows) if row.id == after), 0)
    shown = rows[start : start + size]
    return Page(shown, shown[-1].id if len(rows) > start + size else None, len(rows))


def _counted(period: Period, target: SlaTargetKind, now: datetime) -> sa.Select[Any]:
    """Per municipality: counts, and the median as the first of the minutes that half do not exceed."""
    grouped = _grouped(period, target, now).subquery()
    own = grouped.c.place, grouped.c.minutes.is_(None)
    tickets = sa.func.sum(grouped.c.tickets)
    added = sa.select(
        grouped,
        tickets.over(partition_by=own, order_by=grouped.c.minutes).label("so_far"),
        tickets.over(partition_by=own).label("met"),
    ).subquery()
    half = sa.case((added.c.so_far * 2 >= added.c.met, added.c.minutes))
    sums = {"filed": "tickets", "urgent": "urgent", "reopened": "reopened", "kept": "kept", "missed": "missed"}
    return sa.select(
        added.c.place,
        *(sa.cast(sa.func.sum(added.c[column]), sa.BigInteger).label(name) for name, column in sums.items()),
        sa.func.min(half).label("median"),
    ).group_by(added.c.place)


def _grouped(period: Period, target: SlaTargetKind, now: datetime) -> sa.Select[Any]:
    """All that touches the tickets: counts by municipality and minutes."""
    minutes = sa.case((Clock.met_at.is_not(None), Clock.business_minutes)).label("minutes")
    return (
        sa.select(
            Ticket.municipality_id.label("place"),
            minutes,
            sa.func.count().label("tickets"),
            _sum_if(Ticket.priority == Priority.URGENT).label("urgent"),
            _sum_if(Ticket.reopened_count > 0).label("reopened"),
            _sum_if(IS_KEPT).label("kept"),
            _sum_if(is_missed(now)).label("missed"),
        )
        .outerjoin_from(Ticket, Clock, sa.and_(Clock.ticket_id == Ticket.id, Clock.kind == target, IS_NOT_MERGED))
        .where(Ticket.created_at >= period.since, Ticket.created_at < period.until)
        .group_by(Ticket.municipality_id, minutes)
    )


def _sum_if(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
