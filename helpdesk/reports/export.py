"""The tickets of a period as a table: a file that Polish Excel opens with a double click, or a workbook.

In the file: semicolons between cells, a byte order mark before UTF-8, local times without a zone, nothing that
Excel would take for a formula. The reporter's name, phone and address are left out: the file goes on to others.
What was merged into another ticket was filed and no more: it has no end and no promise.
Tickets are read a few thousand at a time, so that a million of them fill no memory.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from helpdesk.extensions import db
from helpdesk.models import Clock, Municipality, Ticket, Unit, User
from helpdesk.models.codes import SlaTargetKind
from helpdesk.reports.figures import Filters
from helpdesk.reports.measures import filed_in
from helpdesk.reports.period import Period

BYTE_ORDER_MARK = "\ufeff"
ROWS_AT_ONCE = 4_000
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Style:
    """How values are written: the zone of times, words for codes, words for a promise kept and missed."""

    zone: ZoneInfo
    word: Callable[[Enum], str]
    kept: str
    missed: str


Cell = Callable[[Any, Style], object]  # of a row of `_query`


def _as_it_is(name: str) -> Cell:
    return lambda row, _style: getattr(row, name)


def _code(name: str) -> Cell:
    return lambda row, style: style.word(getattr(row, name))


def _time(name: str) -> Cell:
    return lambda row, style: _local(getattr(row, name), style.zone)


def _resolved_at(row: Any, style: Style) -> datetime | None:
    return _local(row.resolved_at, style.zone) if row.merged_into_id is None else None


def _promise(kind: SlaTargetKind) -> Cell:
    def cell(row: Any, style: Style) -> str | None:
        if row.merged_into_id is not None:
            return None
        if getattr(row, f"{kind}_breached_at"):
            return style.missed
        return style.kept if getattr(row, f"{kind}_met_at") else None

    return cell


def _minutes(kind: SlaTargetKind) -> Cell:
    def cell(row: Any, _style: Style) -> int | None:
        met: datetime | None = getattr(row, f"{kind}_met_at")
        return None if met is None or row.merged_into_id else int((met - row.created_at).total_seconds()) // 60

    return cell


# By the name under which the route keeps the column's heading.
COLUMNS: dict[str, Cell] = {
    "number": _as_it_is("number"),
    "municipality": _as_it_is("municipality"),
    "unit": _as_it_is("unit"),
    "category": _code("category"),
    "priority": _code("priority"),
    "status": _code("status"),
    "source": _code("source"),
    "summary": _as_it_is("summary"),
    "case_number": _as_it_is("case_number"),
    "holder": _as_it_is("holder"),
    "created_at": _time("created_at"),
    "acknowledged_at": _time("acknowledged_at"),
    "first_response_at": _time("first_response_at"),
    "resolved_at": _resolved_at,
    "reopened": _as_it_is("reopened_count"),
    **{f"{kind}_outcome": _promise(kind) for kind in SlaTargetKind},
    **{f"{kind}_minutes": _minutes(kind) for kind in SlaTargetKind},
}


def csv_lines(headings: dict[str, str], period: Period, filters: Filters, style: Style) -> Iterator[str]:
    """The file in pieces, tickets in the order of filing; read from the database as it is sent.

    `headings` has a text for every name in COLUMNS.
    """
    yield BYTE_ORDER_MARK + line([headings[name] for name in COLUMNS])
    for rows in _batches(period, filters):
        yield lines(_cells(row, style) for row in rows)


def ticket_rows(period: Period, filters: Filters, style: Style) -> Iterator[list[object]]:
    """The same for a workbook: a value for every name in COLUMNS, None for an empty cell."""
    for rows in _batches(period, filters):
        yield from (_cells(row, style) for row in rows)


def _cells(row: Any, style: Style) -> list[object]:
    return [cell(row, style) for cell in COLUMNS.values()]


def _batches(period: Period, filters: Filters) -> Iterator[Sequence[Any]]:
    page = sa.select(Ticket.id).where(*filed_in(period, filters)).order_by(Ticket.created_at, Ticket.id)
    rows = _read(page)
    while rows:
        db.session.rollback()  # whoever reads slowly holds no transaction open
        yield rows
        last = rows[-1]
        rows = _read(page.where(sa.tuple_(Ticket.created_at, Ticket.id) > (last.created_at, last.id)))


def _read(page: sa.Select[tuple[int]]) -> Sequence[Any]:
    """The first of them. The page is cut before its rows are joined, else all clocks are read for each page."""
    chosen = page.limit(ROWS_AT_ONCE).subquery()
    return db.session.execute(_query().join(chosen, chosen.c.id == Ticket.id)).all()


def _query() -> sa.Select[Any]:
    query = (
        sa.select(
            *(getattr(Ticket, name) for name in _OF_THE_TICKET),
            Municipality.name.label("municipality"),
            Unit.name.label("unit"),
            User.name.label("holder"),
        )
        .join(Municipality, Municipality.id == Ticket.municipality_id)
        .join(Unit, Unit.id == Ticket.unit_id)
        .outerjoin(User, User.id == Ticket.assignee_id)
        .order_by(Ticket.created_at, Ticket.id)
    )
    for kind in SlaTargetKind:
        own = aliased(Clock)
        query = query.outerjoin(own, sa.and_(own.ticket_id == Ticket.id, own.kind == kind)).add_columns(
            own.met_at.label(f"{kind}_met_at"), own.breached_at.label(f"{kind}_breached_at")
        )
    return query


_OF_THE_TICKET = (
    "id",
    "number",
    "category",
    "priority",
    "status",
    "source",
    "summary",
    "case_number",
    "created_at",
    "acknowledged_at",
    "first_response_at",
    "resolved_at",
    "reopened_count",
    "merged_into_id",
)


def line(cells: Sequence[object]) -> str:
    """One line of the file, with nothing in it that would be taken for a formula."""
    return lines([cells])


def lines(rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows(
        [_plain_text(c) for c in row] for row in rows
    )
    return buffer.getvalue()


def _plain_text(cell: object) -> object:
    """An apostrophe keeps a spreadsheet from computing what a stranger wrote."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(STARTS_A_FORMULA) else cell
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    return "" if cell is None else cell


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Naive, as spreadsheets want it."""
    return at.astimezone(zone).replace(tzinfo=None) if at else None
