"""Tallies read from the tickets as they were counted, where an index makes them few."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import CountedTicket
from helpdesk.models.codes import SlaTargetKind
from helpdesk.reports.figures import Dimension, Filters
from helpdesk.reports.period import Period
from helpdesk.reports.tally import COUNTS, KEPT, LETTERS, MISSED, Tally, add, rounded

Condition = sa.ColumnElement[bool]

_TICKET = CountedTicket.__table__.c
_COLUMNS = {
    Dimension.MUNICIPALITY: _TICKET.municipality_id,
    Dimension.UNIT: _TICKET.unit_id,
    Dimension.CATEGORY: _TICKET.category,
    Dimension.ADMINISTRATOR: _TICKET.assignee_id,
}
_FILTERED = {  # by the name of the filter
    "municipality_id": _TICKET.municipality_id,
    "unit_id": _TICKET.unit_id,
    "category": _TICKET.category,
    "priority": _TICKET.priority,
    "administrator_id": _TICKET.assignee_id,
}


def add_units(found: dict[str, Tally], days: Period, targets: Sequence[SlaTargetKind]) -> None:
    """Add the days of the units that are the keys."""
    own = _TICKET.unit_id.in_([int(key) for key in found])
    conditions = [*_filed(days, Filters()), own]
    counted = [
        _tallies(_TICKET.unit_id, conditions, targets),
        _hours(_TICKET.unit_id, conditions),
        {key: Tally(resolved=n) for key, n in _counts(_TICKET.unit_id, [*_resolved(days, Filters()), own])},
    ]
    for tallies in counted:
        for key, tally in tallies.items():
            add(found[key], tally)


def _filed(period: Period, filters: Filters) -> list[Condition]:
    return [_TICKET.day.between(period.first, period.last), *_chosen(filters)]


def _resolved(period: Period, filters: Filters) -> list[Condition]:
    return [_TICKET.resolved_day.between(period.first, period.last), *_chosen(filters)]


def _chosen(filters: Filters) -> list[Condition]:
    return [_FILTERED[name] == value for name, value in asdict(filters).items() if value is not None]


def of_tickets(period: Period, filters: Filters) -> Tally:
    nothing, conditions = sa.literal(""), _filed(period, filters)
    found = _tallies(nothing, conditions, list(SlaTargetKind)).get("", Tally())
    add(found, _hours(nothing, conditions).get("", {}))
    for _key, count in _counts(nothing, _resolved(period, filters)):
        found["resolved"] = count
    return found


def days_of_tickets(period: Period, filters: Filters) -> dict[date, Tally]:
    query = sa.select(_TICKET.day, *_sums()).where(*_filed(period, filters)).group_by(_TICKET.day)
    names = [name for name in COUNTS if name != "resolved"]
    found = {row.day: Tally(dict(zip(names, row[1:], strict=True))) for row in db.session.execute(query)}
    ends = sa.select(_TICKET.resolved_day, sa.func.count()).where(*_resolved(period, filters))
    for day, count in db.session.execute(ends.group_by(_TICKET.resolved_day)).tuples():
        found.setdefault(day, Tally())["resolved"] = count
    return found


def largest_of_tickets(
    dimension: Dimension, period: Period, filters: Filters, limit: int, more: Set[str]
) -> dict[str, int]:
    column = _COLUMNS[dimension]
    query = sa.select(column, sa.func.count()).where(*_filed(period, filters)).group_by(column)
    return most_filed(query, limit, more)


def most_filed(query: sa.Select[Any], limit: int, more: Set[str]) -> dict[str, int]:
    """Of a question for keys and their numbers of tickets: the `limit` with most, and `more` whatever they have."""
    key, filed = query.selected_columns
    typed = sorted(more) if isinstance(key.type, sa.String) else [int(each) for each in sorted(more)]
    order = [sa.case((key.in_(typed), 0), else_=1)] if more else []
    query = query.order_by(*order, filed.desc(), key).limit(limit + len(more))
    return {str(own): count for own, count in db.session.execute(query).tuples()}


def groups_of_tickets(
    dimension: Dimension, keys: Sequence[str], period: Period, filters: Filters, target: SlaTargetKind
) -> dict[str, Tally]:
    column = _COLUMNS[dimension]
    typed = keys if dimension is Dimension.CATEGORY else [int(key) for key in keys]
    return _tallies(column, [*_filed(period, filters), column.in_(typed)], [target])


def _tallies(column: Any, conditions: Sequence[Condition], kinds: Sequence[SlaTargetKind]) -> dict[str, Tally]:
    """By the column, as text: the counts, and the minutes of the targets named."""
    key = column.label("key")
    names = [name for name in COUNTS if name != "resolved"]
    query = sa.select(key, *_sums()).where(*conditions).group_by(key)
    found = {str(row.key): Tally(dict(zip(names, row[1:], strict=True))) for row in db.session.execute(query)}
    for kind in kinds:
        minutes = getattr(_TICKET, f"{kind}_minutes")
        spread = sa.select(key, minutes, sa.func.count()).where(*conditions, minutes.is_not(None))
        for group, met_after, count in db.session.execute(spread.group_by(key, minutes)).tuples():
            add(found[str(group)], {f"{LETTERS[kind]}{rounded(met_after)}": count})
    return found


def _hours(column: Any, conditions: Sequence[Condition]) -> dict[str, Tally]:
    key, found = column.label("key"), dict[str, Tally]()
    query = sa.select(key, _TICKET.hour, sa.func.count()).where(*conditions).group_by(key, _TICKET.hour)
    for group, hour, count in db.session.execute(query).tuples():
        add(found.setdefault(str(group), Tally()), {f"h{hour}": count})
    return found


def _counts(column: Any, conditions: Sequence[Condition]) -> Iterator[tuple[str, int]]:
    key = column.label("key")
    query = sa.select(key, sa.func.count()).where(*conditions).group_by(key)
    yield from ((str(group), count) for group, count in db.session.execute(query).tuples())


def _sums() -> list[sa.ColumnElement[int]]:
    """In the order of COUNTS, without those resolved."""
    conditions: dict[str, Condition] = {"urgent": _TICKET.priority == "urgent", "reopened": _TICKET.reopened > 0}
    for kind in SlaTargetKind:
        ends = {"kept": KEPT, "missed": MISSED}
        conditions |= {f"{kind}_{end}": getattr(_TICKET, kind) == state for end, state in ends.items()}
    return [sa.func.count(), *(sa.func.sum(sa.case((each, 1), else_=0)) for each in conditions.values())]
