"""Tallies read from the tickets as they were counted, where an index makes them few."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import CountedTicket
from helpdesk.models.codes import FigureKind, SlaTargetKind
from helpdesk.reports.figures import Dimension, Filters
from helpdesk.reports.period import Period
from helpdesk.reports.tally import COUNTS, KEPT, LETTERS, MISSED, Tally, add, both, rounded

Condition = sa.ColumnElement[bool]
Span = tuple[date, date]

_TICKET = CountedTicket.__table__.c
_COUNTS_OF_FILING = tuple(name for name in COUNTS if name != "resolved")
_COLUMNS = {
    Dimension.MUNICIPALITY: _TICKET.municipality_id,
    Dimension.UNIT: _TICKET.unit_id,
    Dimension.CATEGORY: _TICKET.category,
    Dimension.ADMINISTRATOR: _TICKET.assignee_id,
}
_COLUMN_OF = {
    FigureKind.UNIT: _TICKET.unit_id,
    FigureKind.MUNICIPALITY_CATEGORY: _TICKET.category,
    FigureKind.MUNICIPALITY_ADMINISTRATOR: _TICKET.assignee_id,
}
_FILTERED = {  # by the name of the filter
    "municipality_id": _TICKET.municipality_id,
    "unit_id": _TICKET.unit_id,
    "category": _TICKET.category,
    "priority": _TICKET.priority,
    "administrator_id": _TICKET.assignee_id,
}


def add_days(
    kind: FigureKind, found: dict[str, Tally], days: Sequence[Span], targets: Sequence[SlaTargetKind]
) -> None:
    """Add the days (first, last) of the keys of a kind that has months only, all of one municipality where the kind
    is within one: counts, but for those resolved, and minutes of the targets."""
    column, (place, _colon, _rest) = _COLUMN_OF[kind], next(iter(found)).rpartition(":")
    names = [key.rpartition(":")[2] for key in found]
    typed = names if isinstance(column.type, sa.String) else [int(name) for name in names]
    among = [_TICKET.municipality_id == int(place)] if place else []
    conditions = [_in_days(_TICKET.day, days), column.in_(typed), *among]
    for name, tally in _tallies(column, conditions, targets).items():
        add(found[both(place, name) if place else name], tally)


def add_rest_of_units(found: dict[str, Tally], days: Sequence[Span]) -> None:
    """Add what `add_days` leaves out of units: the hours, and those resolved."""
    for key, tally in _hours(_TICKET.unit_id, _of_units(found, _TICKET.day, days)).items():
        add(found[key], tally)
    for key, count in _counts(_TICKET.unit_id, _of_units(found, _TICKET.resolved_day, days)):
        add(found[key], {"resolved": count})


def _of_units(keys: Iterable[str], column: Any, days: Sequence[Span]) -> list[Condition]:
    return [_in_days(column, days), _TICKET.unit_id.in_([int(key) for key in keys])]


def _in_days(column: Any, days: Sequence[Span]) -> Condition:
    return sa.or_(*(column.between(first, last) for first, last in days))


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
    found = {day: _counted(sums) for day, *sums in db.session.execute(query)}
    ends = sa.select(_TICKET.resolved_day, sa.func.count()).where(*_resolved(period, filters))
    for day, count in db.session.execute(ends.group_by(_TICKET.resolved_day)).tuples():
        found.setdefault(day, Tally())["resolved"] = count
    return found


def largest_of_tickets(
    dimension: Dimension, period: Period, filters: Filters, *, target: SlaTargetKind, limit: int, more: Set[str]
) -> dict[str, Tally]:
    """Of those with most tickets, and `more` of them, how many there are and how the target went."""
    column, names = _COLUMNS[dimension], ("filed", f"{target}_kept", f"{target}_missed")
    query = sa.select(column, *_sums(names)).where(*_filed(period, filters)).group_by(column)
    rows = db.session.execute(ranked(query, limit, more))
    return {str(key): Tally(dict(zip(names, sums, strict=True))) for key, *sums in rows}


def ranked(query: sa.Select[Any], limit: int, more: Set[str]) -> sa.Select[Any]:
    """Of a question for keys and their numbers of tickets: the `limit` with most, and `more` whatever they have."""
    key, filed = query.selected_columns.values()[:2]
    typed = sorted(more) if isinstance(key.type, sa.String) else [int(each) for each in sorted(more)]
    order = [sa.case((key.in_(typed), 0), else_=1)] if more else []
    return query.order_by(*order, filed.desc(), key).limit(limit + len(more))


def add_minutes(
    found: dict[str, Tally], dimension: Dimension, period: Period, filters: Filters, target: SlaTargetKind
) -> None:
    """Add the minutes of the target to the groups that are the keys."""
    column = _COLUMNS[dimension]
    typed = list(found) if dimension is Dimension.CATEGORY else [int(key) for key in found]
    _add_minutes(found, column, [*_filed(period, filters), column.in_(typed)], target)


def _tallies(column: Any, conditions: Sequence[Condition], kinds: Sequence[SlaTargetKind]) -> dict[str, Tally]:
    """By the column, as text: the counts, and the minutes of the targets named."""
    key = column.label("key")
    query = sa.select(key, *_sums()).where(*conditions).group_by(key)
    found = {str(group): _counted(sums) for group, *sums in db.session.execute(query)}
    for kind in kinds:
        _add_minutes(found, column, conditions, kind)
    return found


def _counted(sums: Sequence[int]) -> Tally:
    return Tally(dict(zip(_COUNTS_OF_FILING, sums, strict=True)))


def _add_minutes(
    found: dict[str, Tally], column: Any, conditions: Sequence[Condition], kind: SlaTargetKind
) -> None:
    key, minutes = column.label("key"), getattr(_TICKET, f"{kind}_minutes")
    query = sa.select(key, minutes, sa.func.count()).where(*conditions, minutes.is_not(None))
    for group, met_after, count in db.session.execute(query.group_by(key, minutes)).tuples():
        found[str(group)][f"{LETTERS[kind]}{rounded(met_after)}"] += count


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


def _sums(names: Sequence[str] = _COUNTS_OF_FILING) -> list[sa.ColumnElement[int]]:
    """How many tickets each name counts, in the order of the names."""
    conditions: dict[str, Condition] = {"urgent": _TICKET.priority == "urgent", "reopened": _TICKET.reopened > 0}
    for kind in SlaTargetKind:
        ends = {"kept": KEPT, "missed": MISSED}
        conditions |= {f"{kind}_{end}": getattr(_TICKET, kind) == state for end, state in ends.items()}
    sums = {name: sa.func.sum(sa.case((each, 1), else_=0)) for name, each in conditions.items()}
    return [sa.func.count() if name == "filed" else sums[name] for name in names]
