"""The summaries against a full recount, in two steps: what was counted of each ticket against the ticket, some
thousands at a time; then the summaries against what was counted, month by month.

Nothing else may fold meanwhile; tickets that have a note are left to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import CountedTicket, Figure, FigureDue, Ticket
from helpdesk.models.codes import FigureKind, Grain
from helpdesk.reports.counting import (
    Change,
    counted_of,
    fact_of,
    put,
    take_turn,
    tally_of,
    ticket_rows,
    write_facts,
)
from helpdesk.reports.period import end_of_month
from helpdesk.reports.tally import Fact, Slot, Tally, add, parts_of

TICKETS_AT_ONCE = 5_000
_DAY = timedelta(days=1)
Base = tuple[FigureKind, str, date]
# The others follow from these.
_COUNTED_APART = (
    FigureKind.CATEGORY_PRIORITY,
    FigureKind.MUNICIPALITY,
    FigureKind.UNIT,
    FigureKind.ADMINISTRATOR,
)


def spans_of_tickets() -> Iterator[tuple[int, int]]:
    """All ids that there are or were, [from, to), in pieces."""
    ends = [(sa.func.min(column), sa.func.max(column)) for column in (Ticket.id, CountedTicket.ticket_id)]
    found = [value for pair in ends for value in db.session.execute(sa.select(*pair)).one() if value is not None]
    if found:
        for start in range(min(found), max(found) + 1, TICKETS_AT_ONCE):
            yield start, start + TICKETS_AT_ONCE


def wrong_tickets(start: int, stop: int) -> list[Change]:
    """Tickets [start, stop) of which something else was counted than they count for, and no note says so."""
    take_turn()
    ours = sa.select(CountedTicket.__table__).where(
        CountedTicket.ticket_id >= start, CountedTicket.ticket_id < stop
    )
    before = {row.ticket_id: counted_of(row) for row in db.session.execute(ours)}
    rows = db.session.execute(ticket_rows().where(Ticket.id >= start, Ticket.id < stop))
    now = {row.id: fact_of(row) for row in rows}
    wrong = [each for each in sorted(before.keys() | now.keys()) if before.get(each) != now.get(each)]
    return [(before.get(each), now.get(each)) for each in _without_note(wrong)]


def count_anew(changes: Iterable[Change]) -> None:
    """Remember what the tickets count for; the summaries are compared with it afterwards."""
    changed = list(changes)
    before = {fact.ticket_id: fact for fact, _now in changed if fact}
    write_facts(before, {fact.ticket_id: fact for _before, fact in changed if fact})


def months() -> list[date]:
    """The first days of all months in which something was counted."""
    columns = (CountedTicket.day, CountedTicket.resolved_day, Figure.day)
    ends = [db.session.execute(sa.select(sa.func.min(c), sa.func.max(c))).tuples().one() for c in columns]
    days = [day for pair in ends for day in pair if day is not None]
    found = []
    month = min(days).replace(day=1) if days else date.max
    while days and month <= max(days):
        found.append(month)
        month = end_of_month(month) + _DAY
    return found


def wrong_figures(month: date) -> dict[Slot, tuple[Tally, Tally]]:
    """The summaries of a month that are not as they should be: what they say, what they should."""
    take_turn()
    days = Figure.day.between(month, end_of_month(month))
    rows = db.session.execute(sa.select(Figure.__table__).where(days))
    said = {(row.kind, row.key, row.grain, row.day): tally_of(row) for row in rows}
    right = _recounted(month)
    return {
        slot: (said.get(slot, Tally()), right.get(slot, Tally()))
        for slot in said.keys() | right.keys()
        if said.get(slot) != right.get(slot)
    }


def set_right(wrong: Mapping[Slot, tuple[Tally, Tally]]) -> None:
    put(
        {slot: right for slot, (_said, right) in wrong.items()},
        [slot for slot, (said, _right) in wrong.items() if said],
    )


def _without_note(ids: list[int]) -> list[int]:
    noted = set(db.session.scalars(sa.select(FigureDue.ticket_id).where(FigureDue.ticket_id.in_(ids))))
    return [each for each in ids if each not in noted]


def _recounted(month: date) -> dict[Slot, Tally]:
    first, last = month, end_of_month(month)
    base: defaultdict[Base, Tally] = defaultdict(Tally)
    for fact in _facts(first, last):
        keys = fact.keys
        for day, tally in parts_of(fact):
            if first <= day <= last:
                for kind in _COUNTED_APART:
                    at = first if kind is FigureKind.UNIT else day
                    add(base[kind, keys[kind], at], tally)
    found: defaultdict[Slot, Tally] = defaultdict(Tally)
    for (kind, key, day), tally in base.items():
        for other, its_key in _summed_in(kind, key):
            if kind is not FigureKind.UNIT:
                add(found[other, its_key, Grain.DAY, day], tally)
            add(found[other, its_key, Grain.MONTH, first], tally)
    return dict(found)


def _summed_in(kind: FigureKind, key: str) -> Iterator[tuple[FigureKind, str]]:
    yield kind, key
    if kind is FigureKind.CATEGORY_PRIORITY:
        category, priority = key.split(":")
        yield FigureKind.CATEGORY, category
        yield FigureKind.PRIORITY, priority
        yield FigureKind.HOUSE, ""


def _facts(first: date, last: date) -> Iterator[Fact]:
    """As they were counted, of the tickets filed or resolved from `first` to `last`."""
    table: Any = CountedTicket
    query = sa.select(CountedTicket.__table__).where(
        sa.or_(table.day.between(first, last), table.resolved_day.between(first, last))
    )
    yield from map(counted_of, db.session.execute(query.execution_options(yield_per=TICKETS_AT_ONCE)))
