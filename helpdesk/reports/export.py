"""The tickets of a period as a table that Polish Excel opens with a double click.

Semicolons between cells, a byte order mark before UTF-8, local times without a zone, nothing that Excel would take
for a formula. The reporter's name, phone and address are left out: the file goes on to others.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
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
ROWS_AT_ONCE = 500
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Style:
    """How values are written: the zone of times, words for codes, words for a promise kept and missed."""

    zone: ZoneInfo
    word: Callable[[Enum], str]
    kept: str
    missed: str


Cell = Callable[[Any, Style], object]  # of a row of `_query`


def _plain(name: str) -> Cell:
    return lambda row, _style: getattr(row, name)


def _code(name: str) -> Cell:
    return lambda row, style: style.word(getattr(row, name))


def _time(name: str) -> Cell:
    return lambda row, style: _local(getattr(row, name), style.zone)


def _promise(kind: SlaTargetKind) -> Cell:
    def cell(row: Any, style: Style) -> str:
        if getattr(row, f"{kind}_breached_at"):
            return style.missed
        return style.kept if getattr(row, f"{kind}_met_at") else ""

    return cell


def _minutes(kind: SlaTargetKind) -> Cell:
    def cell(row: Any, _style: Style) -> int | str:
        met: datetime | None = getattr(row, f"{kind}_met_at")
        return "" if met is None else int((met - row.created_at).total_seconds()) // 60

    return cell


# By the name under which the route keeps the column's heading.
COLUMNS: dict[str, Cell] = {
    "number": _plain("number"),
    "municipality": _plain("municipality"),
    "unit": _plain("unit"),
    "category": _code("category"),
    "priority": _code("priority"),
    "status": _code("status"),
    "source": _code("source"),
    "summary": _plain("summary"),
    "case_number": _plain("case_number"),
    "holder": _plain("holder"),
    "created_at": _time("created_at"),
    "acknowledged_at": _time("acknowledged_at"),
    "first_response_at": _time("first_response_at"),
    "resolved_at": _time("resolved_at"),
    "reopened": _plain("reopened_count"),
    **{f"{kind}_outcome": _promise(kind) for kind in SlaTargetKind},
    **{f"{kind}_minutes": _minutes(kind) for kind in SlaTargetKind},
}


def csv_lines(headings: dict[str, str], period: Period, filters: Filters, style: Style) -> Iterator[str]:
    """The file in pieces, tickets in the order of filing; read from the database as it is sent.

    `headings` has a text for every name in COLUMNS.
    """
    yield BYTE_ORDER_MARK + line([headings[name] for name in COLUMNS])
    query = _query(period, filters).limit(ROWS_AT_ONCE)
    rows = db.session.execute(query).all()
    while rows:
        lines = [line([cell(row, style) for cell in COLUMNS.values()]) for row in rows]
        db.session.rollback()  # whoever reads slowly holds no transaction open
        yield "".join(lines)
        rows = db.session.execute(query.where(_comes_after(rows[-1]))).all()


def _comes_after(row: Any) -> sa.ColumnElement[bool]:
    """In the order of filing; of the same moment by id."""
    is_later = Ticket.created_at > row.created_at
    return sa.or_(is_later, sa.and_(Ticket.created_at == row.created_at, Ticket.id > row.id))


def _query(period: Period, filters: Filters) -> sa.Select[Any]:
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
        .where(*filed_in(period, filters))
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
)


def line(cells: Sequence[object]) -> str:
    """One line of the file, with nothing in it that would be taken for a formula."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return buffer.getvalue()


def _harmless(cell: object) -> object:
    """An apostrophe keeps a spreadsheet from computing what a stranger wrote."""
    if isinstance(cell, str) and cell.startswith(STARTS_A_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""
