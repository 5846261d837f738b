"""The summaries are kept: what tickets count for now, against what was counted of them.

A change of a ticket leaves a note (models/figures.py). `fold` works notes off: it takes away what the ticket was
counted for and adds what it counts for now; twice does no harm. What is not worked off yet, `pending` tells.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Clock, CountedTicket, Figure, FigureDue, Ticket
from helpdesk.models.codes import Category, Priority, SlaTargetKind
from helpdesk.models.sla import UNNOTED
from helpdesk.reports.tally import (
    COUNTS,
    KEPT,
    MISSED,
    RUNNING,
    Fact,
    Slot,
    Tally,
    add,
    local_day_and_hour,
    slots_of,
)

AT_ONCE = 500
FOLDED_AT_ONCE = 50  # for so long nobody else can write on SQLite
ROWS_ASKED_FOR = 200  # at once, by their whole keys: SQLite takes so many values in one statement
ONLY_ONE = 0x51A_F01D  # the advisory lock of whoever folds or repairs

_NO_END = (RUNNING, None)

Change = tuple[Fact | None, Fact | None]  # what was counted, what counts now


def fold(limit: int = FOLDED_AT_ONCE) -> int:
    """Work off the oldest notes, at most `limit`; how many there were. In the caller's transaction."""
    take_turn()
    notes = db.session.execute(sa.select(FigureDue.id, FigureDue.ticket_id).order_by(FigureDue.id).limit(limit))
    due = dict(notes.tuples().all())
    if due:
        ids = sorted(set(due.values()))
        before, now = counted(ids), facts(ids)
        write_facts(before, now)
        write_slots(slot_changes((before.get(each), now.get(each)) for each in ids))
        db.session.execute(sa.delete(FigureDue).where(FigureDue.id.in_(due)))
    return len(due)


def is_any_due() -> bool:
    return db.session.scalar(sa.select(sa.exists().where(FigureDue.id.is_not(None)))) is True


def how_many_due() -> int:
    return db.session.scalar(sa.select(sa.func.count(FigureDue.id))) or 0


def take_turn() -> None:
    """Two who fold the same ticket at once would take it off twice. SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(ONLY_ONE)))


def pending(now: datetime, limit: int = AT_ONCE) -> tuple[list[Change], bool]:
    """What the summaries do not say yet: tickets with a note, and promises that have run out since without anybody
    having noted it. The flag tells whether there are more than `limit` of either."""
    notes = db.session.scalars(sa.select(FigureDue.ticket_id).order_by(FigureDue.id).limit(limit + 1)).all()
    overdue = sa.select(Clock.ticket_id).where(sa.text(UNNOTED), Clock.due_at < now).limit(limit + 1)
    late = db.session.scalars(overdue).all()
    ids = sorted({*notes[:limit], *late[:limit]})
    before, after = counted(ids), facts(ids, now)
    is_more = max(len(notes), len(late)) > limit
    return [(before.get(each), after.get(each)) for each in ids], is_more


def slot_changes(changes: Iterable[Change]) -> dict[Slot, Tally]:
    """What each summary changes by; those that stay as they are do not appear."""
    found: dict[Slot, Tally] = {}
    for before, after in changes:
        if before == after:
            continue
        for fact, sign in ((before, -1), (after, 1)):
            for slot, tally in slots_of(fact) if fact else ():
                add(found.setdefault(slot, Tally()), tally, sign)
    return {slot: tally for slot, tally in found.items() if any(tally.values())}


def facts(ids: Sequence[int], now: datetime | None = None) -> dict[int, Fact]:
    """What the tickets count for, by their ids; with `now`, a promise that has run out is missed, noted or not."""
    if not ids:
        return {}
    rows = db.session.execute(ticket_rows().where(Ticket.id.in_(ids)))
    return {row.id: fact_of(row, now) for row in rows}


def counted(ids: Sequence[int]) -> dict[int, Fact]:
    """What was counted of the tickets, by their ids."""
    rows = db.session.execute(sa.select(CountedTicket.__table__).where(CountedTicket.ticket_id.in_(ids)))
    return {row.ticket_id: counted_of(row) for row in rows}


def ticket_rows() -> sa.Select[Any]:
    """The tickets with the ends of their three targets: what `fact_of` reads."""
    query = sa.select(
        Ticket.id,
        Ticket.municipality_id,
        Ticket.unit_id,
        Ticket.category,
        Ticket.priority,
        Ticket.assignee_id,
        Ticket.created_at,
        Ticket.resolved_at,
        Ticket.reopened_count,
        Ticket.merged_into_id,
    )
    for kind in SlaTargetKind:
        own = aliased(Clock)
        query = query.outerjoin(own, sa.and_(own.ticket_id == Ticket.id, own.kind == kind)).add_columns(
            own.met_at.label(f"{kind}_met"),
            own.breached_at.label(f"{kind}_breached"),
            sa.case((own.stopped_at.is_(None), own.due_at)).label(f"{kind}_due"),
            own.business_minutes.label(f"{kind}_minutes"),
        )
    return query


def fact_of(row: Any, now: datetime | None = None) -> Fact:
    """A row of `ticket_rows` as it is counted. A ticket that was merged into another one was filed, and no more."""
    zone = settings().zone
    day, hour = local_day_and_hour(row.created_at, zone)
    is_merged = row.merged_into_id is not None
    return Fact(
        row.id,
        row.municipality_id,
        row.unit_id,
        row.category,
        row.priority,
        row.assignee_id or 0,
        day,
        hour,
        min(row.reopened_count, 1),
        local_day_and_hour(row.resolved_at, zone)[0] if row.resolved_at and not is_merged else None,
        tuple(_NO_END if is_merged else _end(row, kind, now) for kind in SlaTargetKind),
    )


def _end(row: Any, kind: SlaTargetKind, now: datetime | None) -> tuple[int, int | None]:
    met, breached, due, minutes = (getattr(row, f"{kind}_{name}") for name in ("met", "breached", "due", "minutes"))
    if met is not None:
        return KEPT if breached is None else MISSED, minutes
    is_over = now is not None and due is not None and due < now
    return MISSED if breached is not None or is_over else RUNNING, None


def counted_of(row: Any) -> Fact:
    """A row of CountedTicket."""
    return Fact(
        row.ticket_id,
        row.municipality_id,
        row.unit_id,
        row.category,
        row.priority,
        row.assignee_id,
        row.day,
        row.hour,
        row.reopened,
        row.resolved_day,
        (
            (row.acknowledge, row.acknowledge_minutes),
            (row.first_response, row.first_response_minutes),
            (row.resolve, row.resolve_minutes),
        ),
    )


def counted_row(fact: Fact) -> dict[str, Any]:
    """The columns of CountedTicket."""
    (acknowledge, first_response, resolve) = fact.targets
    return {
        "ticket_id": fact.ticket_id,
        "municipality_id": fact.municipality_id,
        "unit_id": fact.unit_id,
        "category": Category(fact.category),
        "priority": Priority(fact.priority),
        "assignee_id": fact.assignee_id,
        "day": fact.day,
        "hour": fact.hour,
        "reopened": fact.reopened,
        "resolved_day": fact.resolved_day,
        "acknowledge": acknowledge[0],
        "acknowledge_minutes": acknowledge[1],
        "first_response": first_response[0],
        "first_response_minutes": first_response[1],
        "resolve": resolve[0],
        "resolve_minutes": resolve[1],
    }


def write_facts(before: Mapping[int, Fact], now: Mapping[int, Fact]) -> None:
    """Remember what counts now in place of what was counted."""
    changed = [each for each in before if before[each] != now.get(each)]
    for some in in_chunks(changed, AT_ONCE):
        db.session.execute(sa.delete(CountedTicket).where(CountedTicket.ticket_id.in_(some)))
    rows = [counted_row(fact) for each, fact in now.items() if before.get(each) != fact]
    if rows:
        db.session.execute(_into(CountedTicket), rows)


def write_slots(changes: Mapping[Slot, Tally]) -> None:
    """Add to the summaries; one that comes to nothing goes."""
    for slots in in_chunks(list(changes), ROWS_ASKED_FOR):
        before = kept(slots)
        after = {slot: Tally(before.get(slot, {})) for slot in slots}
        for slot, tally in after.items():
            add(tally, changes[slot])
        put(after, before)


def put(tallies: Mapping[Slot, Tally], there: Iterable[Slot]) -> None:
    """The summaries as they shall be, in place of those that are `there`."""
    for slots in in_chunks(list(there), ROWS_ASKED_FOR):
        db.session.execute(sa.delete(Figure).where(_named(slots)))
    rows = [figure_row(slot, tally) for slot, tally in tallies.items() if any(tally.values())]
    if rows:
        db.session.execute(_into(Figure), rows)


def kept(slots: Sequence[Slot]) -> dict[Slot, Tally]:
    """The summaries that there are."""
    rows = db.session.execute(sa.select(Figure.__table__).where(_named(slots)))
    return {(row.kind, row.key, row.grain, row.day): tally_of(row) for row in rows}


def tally_of(row: Any) -> Tally:
    """A row of Figure, zeros left out."""
    tally = Tally({name: count for name in COUNTS if (count := getattr(row, name))})
    tally.update(flat(row.spread))
    return tally


def flat(spread: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """By the names of a tally: the letter and the number together."""
    return {f"{letter}{number}": count for letter, counts in spread.items() for number, count in counts.items()}


def figure_row(slot: Slot, tally: Tally) -> dict[str, Any]:
    """The columns of Figure."""
    kind, key, grain, day = slot
    spread: dict[str, dict[str, int]] = {}
    for name in sorted(tally):
        if tally[name] and name not in COUNTS:
            spread.setdefault(name[0], {})[name[1:]] = tally[name]
    counts = {name: tally[name] for name in COUNTS}
    return {"kind": kind, "key": key, "grain": grain, "day": day, **counts, "spread": spread}


def _into(model: type[CountedTicket | Figure]) -> sa.Insert:
    """Past the session, which would keep every row in mind."""
    table = model.__table__
    assert isinstance(table, sa.Table)
    return sa.insert(table)


def in_chunks(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _named(slots: Sequence[Slot]) -> sa.ColumnElement[bool]:
    table = Figure.__table__
    return sa.tuple_(table.c.kind, table.c.key, table.c.grain, table.c.day).in_(slots)
