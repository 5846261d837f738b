"""The numbers of the dashboard. What is open is asked of the tickets; how a period went, of the summaries.

A period means the tickets *filed* in it. A target of a ticket is kept when it was met in time, missed when it was
breached or is overdue, and counts for neither while it runs. Times are business minutes of the target's calendar,
from its start until it was met, without its pauses. Percentiles are nearest-rank: the smallest value that at least
p % of the values do not exceed, of minutes that are rounded down by at most 1/32 from 64 minutes on. A ticket that
was merged into another one counts as filed and no more: docs/decisions/0016-merged-tickets.md.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Municipality, Ticket, Unit, User
from helpdesk.models.codes import SlaTargetKind
from helpdesk.reports import tally
from helpdesk.reports.figures import EVERYTHING, Dimension, Filters, Flow, GroupRow, Measure, OpenCount, TrendPoint
from helpdesk.reports.period import Period
from helpdesk.reports.summary import Summaries
from helpdesk.reports.tally import Tally
from helpdesk.tickets.queries import IS_NO_ALERT, IS_OPEN, IS_UNANSWERED_ALERT, NAME_ONLY, SOON, due_before

Condition = sa.ColumnElement[bool]

ROWS_SHOWN = 15


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


def pressing(now: datetime, limit: int = 8) -> list[Ticket]:
    """Open tickets that must be looked at: urgent without acknowledgement first, then overdue, then due soon."""
    found: list[Ticket] = []
    for conditions in ([IS_UNANSWERED_ALERT], [IS_OPEN, IS_NO_ALERT, due_before(now + SOON)]):
        query = sa.select(Ticket).where(*conditions).order_by(Ticket.next_due_at, Ticket.id)
        query = query.options(joinedload(Ticket.unit), joinedload(Ticket.assignee).options(*NAME_ONLY))
        found += db.session.scalars(query.limit(limit - len(found)))
    return found


class Measures:
    """How periods went, at one moment: what is not summed up yet is looked up once."""

    def __init__(self, now: datetime) -> None:
        self._summaries = Summaries(now)

    @property
    def is_behind(self) -> bool:
        """Whether changes wait that these figures do not say yet."""
        return self._summaries.is_behind

    def flow(self, period: Period, filters: Filters = EVERYTHING) -> Flow:
        """How many tickets came and went."""
        counts = self._summaries.tally(period, filters)
        return Flow(*(counts[name] for name in ("filed", "urgent", "reopened", "resolved")))

    def targets(self, period: Period, filters: Filters = EVERYTHING) -> dict[SlaTargetKind, Measure]:
        """How each target went for the tickets filed in the period."""
        counts = self._summaries.tally(period, filters)
        return {kind: tally.measure(counts, kind) for kind in SlaTargetKind}

    def hours(self, period: Period, filters: Filters = EVERYTHING) -> list[int]:
        """Tickets filed in each hour of the local week, Monday 00:00 first."""
        return tally.hours(self._summaries.tally(period, filters))

    def groups(
        self, target: SlaTargetKind, period: Period, filters: Filters = EVERYTHING
    ) -> dict[Dimension, list[GroupRow]]:
        """How one target went by gmina, unit, category and administrator; of each the ROWS_SHOWN with most tickets.
        A dimension for which too many tickets would have to be read is missing."""
        found = {}
        for dimension in Dimension:
            tallies = self._summaries.largest(dimension, period, filters, target, ROWS_SHOWN)
            if tallies is not None:
                found[dimension] = _rows(dimension, tallies, target)
        return found

    def trend(self, target: SlaTargetKind, period: Period, filters: Filters = EVERYTHING) -> list[TrendPoint]:
        """Tickets filed and resolved in each part of the period, and how the target went for those filed."""
        days = self._summaries.by_day(period, filters)
        return [_point(part, days, target) for part in period.parts()]


def flow(period: Period, filters: Filters = EVERYTHING) -> Flow:
    return Measures(clock.now()).flow(period, filters)


def targets(period: Period, now: datetime, filters: Filters = EVERYTHING) -> dict[SlaTargetKind, Measure]:
    return Measures(now).targets(period, filters)


def groups(
    target: SlaTargetKind, period: Period, now: datetime, filters: Filters = EVERYTHING
) -> dict[Dimension, list[GroupRow]]:
    return Measures(now).groups(target, period, filters)


def trend(target: SlaTargetKind, period: Period, now: datetime, filters: Filters = EVERYTHING) -> list[TrendPoint]:
    return Measures(now).trend(target, period, filters)


_NAMED: dict[Dimension, Any] = {
    Dimension.MUNICIPALITY: Municipality,
    Dimension.UNIT: Unit,
    Dimension.ADMINISTRATOR: User,
}


def _rows(dimension: Dimension, tallies: Mapping[str, Tally], target: SlaTargetKind) -> list[GroupRow]:
    largest = sorted(tallies, key=lambda key: (-tallies[key]["filed"], key))[:ROWS_SHOWN]
    names = _names(dimension, largest)
    rows = [
        GroupRow("" if key == "0" else key, names.get(key, ""), tally.measure(tallies[key], target))
        for key in largest
    ]
    return sorted(rows, key=_by_size)


def _names(dimension: Dimension, keys: Sequence[str]) -> dict[str, str]:
    model = _NAMED.get(dimension)
    if model is None:
        return {}
    query = sa.select(model.id, model.name).where(model.id.in_([int(key) for key in keys]))
    return {str(id_): name for id_, name in db.session.execute(query).tuples()}


def _by_size(row: GroupRow) -> tuple[int, str]:
    return -row.measure.filed, row.name or row.key


def _point(part: Period, days: Mapping[date, Tally], target: SlaTargetKind) -> TrendPoint:
    names = ("filed", "resolved", f"{target}_kept", f"{target}_missed")
    own = [counts for day, counts in days.items() if part.first <= day <= part.last]
    return TrendPoint(part, *(sum(counts[name] for counts in own) for name in names))


def filed_in(period: Period, filters: Filters) -> list[Condition]:
    """The tickets that a period means."""
    return [Ticket.created_at >= period.since, Ticket.created_at < period.until, *_chosen(filters)]


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
