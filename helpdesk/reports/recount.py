"""The summaries against a full recount, in two steps: what was counted of each ticket against the ticket, some
thousands at a time; then the summaries against what was counted, month by month and so many places at a time.

What is found while somebody else folds may be half of two states: look again when nobody else can (`take_turn`).
Tickets that have a note are left to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    tally_of,
    ticket_rows,
    write_facts,
)
from helpdesk.reports.period import end_of_month
from helpdesk.reports.tally import MONTHS_ONLY, Fact, Slot, Tally, add, parts_of

TICKETS_AT_ONCE = 5_000
_DAY = timedelta(days=1)
_COUNTED = CountedTicket.__table__.c
# What is counted apart, and what follows from it.
_SUMMED_IN = {
    FigureKind.CATEGORY_PRIORITY: (FigureKind.CATEGORY, FigureKind.PRIORITY, FigureKind.HOUSE),
    FigureKind.ADMINISTRATOR: (),
    FigureKind.MUNICIPALITY: (),
    FigureKind.UNIT: (),
}
_COUNTED_ALONG = {
    FigureKind.MUNICIPALITY: (FigureKind.MUNICIPALITY_CATEGORY, FigureKind.MUNICIPALITY_ADMINISTRATOR),
}
# Of places there are many: how many ids at a time, so that memory does not grow with the country.
_AT_ONCE = {FigureKind.MUNICIPALITY: (_COUNTED.municipality_id, 400), FigureKind.UNIT: (_COUNTED.unit_id, 12_000)}
_LAST_ID = 2**62


@dataclass(frozen=True)
class Portion:
    """Summaries of a month, of `kind` and what goes with it; of places those with ids [start, stop)."""

    month: date
    kind: FigureKind
    start: int = 0
    stop: int = _LAST_ID

    @property
    def days(self) -> tuple[date, date]:
        return self.month, end_of_month(self.month)

    @property
    def kinds(self) -> tuple[FigureKind, ...]:
        """Those counted from the tickets themselves."""
        return self.kind, *_COUNTED_ALONG.get(self.kind, ())

    def counted(self) -> sa.ColumnElement[bool]:
        """The tickets that count in it."""
        filed, resolved = (column.between(*self.days) for column in (_COUNTED.day, _COUNTED.resolved_day))
        among = [_within(_AT_ONCE[self.kind][0], self)] if self.kind in _AT_ONCE else []
        return sa.and_(sa.or_(filed, resolved), *among)

    def figures(self) -> sa.ColumnElement[bool]:
        """The summaries themselves."""
        kinds = Figure.kind.in_((*self.kinds, *_SUMMED_IN[self.kind]))
        # Other kinds have keys that do not begin with a number.
        number = sa.case((Figure.kind.in_(self.kinds), _number(Figure.key)))
        among = [_within(number, self)] if self.kind in _AT_ONCE else []
        return sa.and_(kinds, Figure.grain.in_(Grain), Figure.day.between(*self.days), *among)


def _within(column: Any, portion: Portion) -> sa.ColumnElement[bool]:
    return sa.and_(column >= portion.start, column < portion.stop)


def _number(key: Any) -> sa.ColumnElement[int]:
    """The first id of a key. SQLite reads a number as far as it goes."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    return sa.cast(key if is_sqlite else sa.func.split_part(key, ":", 1), sa.BigInteger)


def spans_of_tickets() -> Iterator[tuple[int, int]]:
    """All ids that there are or were, [from, to), in pieces."""
    ends = [(sa.func.min(column), sa.func.max(column)) for column in (Ticket.id, CountedTicket.ticket_id)]
    found = [value for pair in ends for value in db.session.execute(sa.select(*pair)).one() if value is not None]
    if found:
        for start in range(min(found), max(found) + 1, TICKETS_AT_ONCE):
            yield start, start + TICKETS_AT_ONCE


def wrong_tickets(start: int, stop: int) -> list[Change]:
    """Tickets [start, stop) of which something else was counted than they count for, and no note says so."""
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


def portions() -> Iterator[Portion]:
    """All summaries there are or should be."""
    for month in _months():
        for kind in _SUMMED_IN:
            borders = _borders(*_AT_ONCE[kind]) if kind in _AT_ONCE else []
            for start, stop in zip([0, *borders], [*borders, _LAST_ID], strict=True):
                yield Portion(month, kind, start, stop)


def wrong_figures(portion: Portion) -> dict[Slot, tuple[Tally, Tally]]:
    """The summaries that are not as they should be: what they say, what they should."""
    rows = db.session.execute(sa.select(Figure.__table__).where(portion.figures()))
    said = {(row.kind, row.key, row.grain, row.day): tally_of(row) for row in rows}
    right = recounted(portion)
    return {
        slot: (said.get(slot, Tally()), right.get(slot, Tally()))
        for slot in said.keys() | right.keys()
        if said.get(slot) != right.get(slot)
    }


def recounted(portion: Portion) -> dict[Slot, Tally]:
    """The summaries as they should be."""
    first, last = portion.days
    base: defaultdict[tuple[FigureKind, str, date], list[str]] = defaultdict(list)
    for fact in _facts(portion):
        parts, keys = [(day, tally) for day, tally in parts_of(fact) if first <= day <= last], fact.keys
        for kind in portion.kinds:
            for day, tally in parts:
                base[kind, keys[kind], first if kind in MONTHS_ONLY else day].extend(tally)  # a ticket counts once
    found: defaultdict[Slot, Tally] = defaultdict(Tally)
    for (kind, key, day), names in base.items():
        tally = Tally(names)
        for other, its_key in _summed_in(kind, key):
            if kind not in MONTHS_ONLY:
                add(found[other, its_key, Grain.DAY, day], tally)
            add(found[other, its_key, Grain.MONTH, first], tally)
    return dict(found)


def set_right(wrong: Mapping[Slot, tuple[Tally, Tally]]) -> None:
    put(
        {slot: right for slot, (_said, right) in wrong.items()},
        [slot for slot, (said, _right) in wrong.items() if said],
    )


def _without_note(ids: list[int]) -> list[int]:
    noted = set(db.session.scalars(sa.select(FigureDue.ticket_id).where(FigureDue.ticket_id.in_(ids))))
    return [each for each in ids if each not in noted]


def _months() -> list[date]:
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


def _borders(column: Any, size: int) -> list[int]:
    """Between one portion of ids and the next."""
    least, most = db.session.execute(sa.select(sa.func.min(column), sa.func.max(column))).one()
    return list(range(least + size, most + 1, size)) if least is not None else []


def _summed_in(kind: FigureKind, key: str) -> Iterator[tuple[FigureKind, str]]:
    yield kind, key
    yield from zip(_SUMMED_IN.get(kind, ()), (*key.split(":"), ""), strict=False)


def _facts(portion: Portion) -> Iterator[Fact]:
    """As they were counted."""
    query = sa.select(CountedTicket.__table__).where(portion.counted())
    yield from map(counted_of, db.session.execute(query.execution_options(yield_per=TICKETS_AT_ONCE)))
