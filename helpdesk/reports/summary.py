"""Tallies of a period, read from the summaries; from the tickets as they were counted only where an index makes
them few. What the summaries do not say yet is added, so every answer holds for this moment."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Figure
from helpdesk.models.codes import FigureKind, Grain, SlaTargetKind
from helpdesk.reports.counted import (
    add_days,
    add_minutes,
    add_rest_of_units,
    days_of_tickets,
    largest_of_tickets,
    of_tickets,
)
from helpdesk.reports.counting import Change, flat, pending
from helpdesk.reports.figures import Dimension, Filters
from helpdesk.reports.period import Period, end_of_month
from helpdesk.reports.pieces import only_added, pieces
from helpdesk.reports.ranking import in_pieces, most_filed, most_of_summaries
from helpdesk.reports.tally import COUNTS, LETTERS, MONTHS_ONLY, Fact, Tally, add, both, parts_of

READ_AT_MOST = 20_000  # tickets, for tables of what no summary is kept for
DAYS_OF_TICKETS = 7  # up to so many days, what has months only is counted from the tickets
ALL = tuple(SlaTargetKind)
Condition = sa.ColumnElement[bool]

KINDS = {
    Dimension.MUNICIPALITY: FigureKind.MUNICIPALITY,
    Dimension.UNIT: FigureKind.UNIT,
    Dimension.CATEGORY: FigureKind.CATEGORY,
    Dimension.ADMINISTRATOR: FigureKind.ADMINISTRATOR,
}
# The filter by which one group of a dimension is chosen.
NAMES = {dimension: f"{dimension}_id" for dimension in Dimension} | {Dimension.CATEGORY: "category"}
_WITHIN_A_MUNICIPALITY = {
    Dimension.UNIT: FigureKind.UNIT,
    Dimension.CATEGORY: FigureKind.MUNICIPALITY_CATEGORY,
    Dimension.ADMINISTRATOR: FigureKind.MUNICIPALITY_ADMINISTRATOR,
}
# The one summary that answers for these filters and no others.
_SINGLE = {
    "municipality_id": FigureKind.MUNICIPALITY,
    "unit_id": FigureKind.UNIT,
    "category": FigureKind.CATEGORY,
    "priority": FigureKind.PRIORITY,
    "administrator_id": FigureKind.ADMINISTRATOR,
}


class Summaries:
    """What is counted at `now`. `is_behind`: so many changes wait that not all of them are in the answers."""

    def __init__(self, now: datetime) -> None:
        self.changes: list[Change]
        self.changes, self.is_behind = pending(now)
        self._now = now
        # A page asks for the same a dozen times.
        self._changed = cache(self._changes_of)
        self.tally = cache(self._tally)

    def _tally(self, period: Period, filters: Filters) -> Tally:
        """Everything that is counted of the period."""
        place = place_of(filters)
        if place is None:
            found = of_tickets(period, filters)
        else:
            kind, key = place
            found = _of_keys(kind, [key], self._whole(period)).get(key, Tally())
        for _fact, day, tally, sign in self._changed(filters):
            if period.has(day):
                add(found, tally, sign)
        return found

    def by_day(self, period: Period, filters: Filters) -> dict[date, Tally]:
        """The counts of each local day, without hours and minutes."""
        place = place_of(filters)
        if place is None or place[0] is FigureKind.UNIT:
            found = days_of_tickets(period, filters)
        else:
            found = _days_of_key(*place, period)
        for _fact, day, tally, sign in self._changed(filters):
            if period.has(day):
                add(found.setdefault(day, Tally()), tally, sign)
        return found

    def largest(
        self, dimension: Dimension, period: Period, filters: Filters, target: SlaTargetKind, limit: int
    ) -> dict[str, Tally] | None:
        """By key, the `limit` groups with most tickets. None where it would mean to read more than READ_AT_MOST
        tickets."""
        chosen = getattr(filters, NAMES[dimension])
        if chosen is not None:
            only = self.tally(period, filters)
            return {str(chosen): only} if only["filed"] else {}
        kind = _kind_of(dimension, filters, period)
        if kind is None and self._are_too_many(period, filters):
            return None
        by = kind or KINDS[dimension]
        changed = [(fact.keys[by], own, sign) for fact, day, own, sign in self._changed(filters) if period.has(day)]
        more = {key for key, _own, _sign in changed}
        if kind is None:
            counted = largest_of_tickets(dimension, period, filters, target=target, limit=limit, more=more)
            found = {key: counted.get(key, Tally()) for key in most_filed(counted, changed, limit)}
            add_minutes(found, dimension, period, filters, target)
        else:
            whole = self._whole(period)
            counted = most_of_summaries(kind, filters.municipality_id, whole, limit, more)
            found = _of_keys(kind, most_filed(counted, changed, limit), whole, [target])
        for key, own, sign in changed:
            if key in found:
                add(found[key], own, sign)
        return {key.rpartition(":")[2]: own for key, own in found.items() if own["filed"]}

    def _whole(self, period: Period) -> Period:
        """Nothing has been filed after today: what ends today is read to the end of its month, in fewer rows."""
        is_last = period.last >= self._now.astimezone(period.zone).date()
        return replace(period, last=end_of_month(period.last)) if is_last else period

    def _are_too_many(self, period: Period, filters: Filters) -> bool:
        """A place has only so many tickets, and a week too."""
        if filters.municipality_id or filters.unit_id or period.days <= DAYS_OF_TICKETS:
            return False
        return self.tally(period, filters)["filed"] > READ_AT_MOST

    def _changes_of(self, filters: Filters) -> list[tuple[Fact, date, Tally, int]]:
        """Ticket by ticket and day by day, what is to be added (1) or taken off (-1)."""
        wanted = {name: value for name, value in asdict(filters).items() if value is not None}
        return [
            (fact, day, tally, sign)
            for before, after in self.changes
            if before != after
            for fact, sign in ((before, -1), (after, 1))
            if fact is not None and all(_has(fact, *each) for each in wanted.items())
            for day, tally in parts_of(fact)
        ]


def _kind_of(dimension: Dimension, filters: Filters, period: Period) -> FigureKind | None:
    """The summaries of the groups under these filters; None where tickets are read instead."""
    if filters == Filters():
        kind: FigureKind | None = KINDS[dimension]
    else:
        is_a_municipality = filters == Filters(municipality_id=filters.municipality_id)
        kind = _WITHIN_A_MUNICIPALITY.get(dimension) if is_a_municipality else None
    return None if kind in MONTHS_ONLY and period.days <= DAYS_OF_TICKETS else kind


def place_of(filters: Filters) -> tuple[FigureKind, str] | None:
    """The summary that answers for the filters; None where there is none."""
    chosen = {name: value for name, value in asdict(filters).items() if value is not None}
    if not chosen:
        return FigureKind.HOUSE, ""
    if set(chosen) == {"category", "priority"}:
        return FigureKind.CATEGORY_PRIORITY, both(chosen["category"], chosen["priority"])
    if len(chosen) > 1:
        return None
    name, value = chosen.popitem()
    return _SINGLE[name], str(value)


def _has(fact: Fact, name: str, value: object) -> bool:
    return bool(getattr(fact, "assignee_id" if name == "administrator_id" else name) == value)


def _of_keys(
    kind: FigureKind, keys: Sequence[str], period: Period, targets: Sequence[SlaTargetKind] = ALL
) -> dict[str, Tally]:
    """By key. With hours where all targets are asked for (of units, not of what is within a municipality). The days
    of kinds that have months only are counted from the tickets."""
    parts = (only_added if kind in MONTHS_ONLY else pieces)(period.first, period.last)
    found: dict[str, Tally] = {key: Tally() for key in keys}
    table = Figure.__table__.c
    letters = [LETTERS[target] for target in targets]
    letters += ["h"] if targets is ALL else []
    columns: list[Any] = [table.grain, table.day, table.key, *(table[name] for name in COUNTS)]
    columns += [table.spread[letter] for letter in letters]
    query = sa.select(*columns).where(table.kind == kind, table.key.in_(keys), in_pieces(parts))
    # Plain dicts: a Counter takes twice as long to add up, and a page adds up thousands of numbers.
    spreads: dict[str, list[dict[str, int]]] = {key: [{} for _letter in letters] for key in keys}
    for grain, day, key, *counts in db.session.execute(query):
        sign = next(part.sign for part in parts if part.has(grain, day))
        add(found[key], dict(zip(COUNTS, counts[: len(COUNTS)], strict=True)), sign)
        for total, own in zip(spreads[key], counts[len(COUNTS) :], strict=True):
            add(total, own or {}, sign)
    for key, totals in spreads.items():
        found[key].update(flat(dict(zip(letters, totals, strict=True))))
    days = [(part.first, part.last) for part in parts if part.grain is Grain.DAY and kind in MONTHS_ONLY]
    if days and found:
        add_days(kind, found, days, targets)
    if days and targets is ALL:
        add_rest_of_units(found, days)
    return found


def _days_of_key(kind: FigureKind, key: str, period: Period) -> dict[date, Tally]:
    table = Figure.__table__.c
    counts = [getattr(table, name) for name in COUNTS]
    query = sa.select(table.day, *counts).where(
        table.kind == kind,
        table.key == key,
        table.grain == Grain.DAY,
        table.day.between(period.first, period.last),
    )
    return {row.day: Tally(dict(zip(COUNTS, row[1:], strict=True))) for row in db.session.execute(query)}
