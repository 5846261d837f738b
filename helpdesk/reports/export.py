"""The tickets of a period as a table: a file that Polish Excel opens with a double click, or a workbook.

In the file: semicolons between cells, a byte order mark before UTF-8, local times without a zone, nothing that
Excel would take for a formula. The reporter's name, phone and address are left out: the file goes on to others.
What was merged into another ticket was filed and no more: it has no end and no promise.
Tickets are read a few thousand at a time, so that a million of them fill no memory, and written column by column:
a step of Python for each cell would take longer than all the rest.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Clock, Municipality, Ticket, Unit, User
from helpdesk.models.codes import Category, Priority, SlaTargetKind, TicketSource, TicketStatus
from helpdesk.reports.figures import Filters
from helpdesk.reports.measures import filed_in
from helpdesk.reports.period import Period

BYTE_ORDER_MARK = "\ufeff"
ROWS_AT_ONCE = 5_000
STARTS_A_FORMULA = frozenset("=+-@\t\r\n")
_MINUTE = timedelta(minutes=1)
_KEPT, _MISSED = "kept", "missed"


@dataclass(frozen=True)
class Style:
    """How values are written: the zone of times, words for codes, words for a promise kept and missed."""

    zone: ZoneInfo
    word: Callable[[Enum], str]
    kept: str
    missed: str

    def words(self) -> dict[str, str]:
        """By what stands in the database."""
        codes = chain(Category, Priority, TicketStatus, TicketSource)
        return {_KEPT: self.kept, _MISSED: self.missed} | {code.value: self.word(code) for code in codes}


class Kind(Enum):
    """Of a column: what the database gives for it; None is an empty cell."""

    TEXT = "text"  # as people wrote it
    CODE = "code"
    COUNT = "count"
    TIME = "time"
    MINUTES = "minutes"  # given as the time of the end; they begin with the filing


# By the name under which the route keeps the column's heading.
COLUMNS: dict[str, Kind] = {
    "number": Kind.TEXT,
    "municipality": Kind.TEXT,
    "unit": Kind.TEXT,
    "category": Kind.CODE,
    "priority": Kind.CODE,
    "status": Kind.CODE,
    "source": Kind.CODE,
    "summary": Kind.TEXT,
    "case_number": Kind.TEXT,
    "holder": Kind.TEXT,
    "created_at": Kind.TIME,
    "acknowledged_at": Kind.TIME,
    "first_response_at": Kind.TIME,
    "resolved_at": Kind.TIME,
    "reopened": Kind.COUNT,
    **{f"{kind}_outcome": Kind.CODE for kind in SlaTargetKind},
    **{f"{kind}_minutes": Kind.MINUTES for kind in SlaTargetKind},
}
_CLOCK: Any = Clock.__table__.c
_OUTCOME = sa.case((_CLOCK.breached_at.is_not(None), _MISSED), (_CLOCK.met_at.is_not(None), _KEPT))
_FILED = list(COLUMNS).index("created_at")
# Past our own types, which take longer than the rest of a cell: codes come as text, times naive (UTC) or aware.
_TIME = sa.DateTime(timezone=True)
_RAW: dict[Kind, Any] = {Kind.CODE: sa.String(), Kind.TIME: _TIME, Kind.MINUTES: _TIME}

Values = Sequence[Any]  # of a column, one for each row
Format = Callable[[Values], Iterable[object]]


def csv_lines(headings: dict[str, str], period: Period, filters: Filters, style: Style) -> Iterator[str]:
    """The file in pieces, tickets in the order of filing; read from the database as it is sent.

    `headings` has a text for every name in COLUMNS.
    """
    yield BYTE_ORDER_MARK + line([headings[name] for name in COLUMNS])
    formats = _for_a_file(style)
    for rows in _batches(period, filters):
        yield _written(_cells(rows, formats))


def ticket_rows(period: Period, filters: Filters, style: Style) -> Iterator[Sequence[object]]:
    """The same for a workbook: a value for every name in COLUMNS, None for an empty cell."""
    formats = _for_a_workbook(style)
    for rows in _batches(period, filters):
        yield from _cells(rows, formats)


def _for_a_file(style: Style) -> dict[Kind, Format]:
    words = {code: _no_formula(word) for code, word in style.words().items()}
    return {
        Kind.TEXT: lambda values: [_no_formula(text) if text else text for text in values],
        Kind.CODE: lambda values: map(words.get, values),
        Kind.TIME: lambda values: [at and _local(at, style.zone).isoformat(" ", "minutes") for at in values],
    }


def _for_a_workbook(style: Style) -> dict[Kind, Format]:
    words = style.words()
    return {
        Kind.CODE: lambda values: map(words.get, values),
        Kind.TIME: lambda values: [at and _local(at, style.zone) for at in values],
    }


def _cells(rows: Sequence[Sequence[Any]], formats: Mapping[Kind, Format]) -> Iterator[Sequence[object]]:
    """What `_read` gave, as it is to be written."""
    *columns, _ids = zip(*rows, strict=True)
    own: dict[Kind, Format] = {**formats, Kind.MINUTES: lambda ends: map(_minutes, ends, columns[_FILED])}
    cells = (
        own[kind](values) if kind in own else values for kind, values in zip(COLUMNS.values(), columns, strict=True)
    )
    return zip(*cells, strict=True)


def _minutes(end: datetime | None, start: datetime) -> int | None:
    return None if end is None else (end - start) // _MINUTE


def _batches(period: Period, filters: Filters) -> Iterator[Sequence[Any]]:
    """Of rows with the columns in their order, and the id."""
    page = sa.select(Ticket.__table__).where(*filed_in(period, filters)).order_by(Ticket.created_at, Ticket.id)
    rows = _read(page)
    while rows:
        db.session.rollback()  # whoever reads slowly holds no transaction open
        yield rows
        last = _aware(rows[-1][_FILED]), rows[-1][-1]
        rows = _read(page.where(sa.tuple_(Ticket.created_at, Ticket.id) > last))


def _read(page: sa.Select[Any]) -> Sequence[Any]:
    """The first of them; the page is cut before anything is joined."""
    own = page.limit(ROWS_AT_ONCE).subquery().c
    place, unit, user = (model.__table__.c for model in (Municipality, Unit, User))
    found = _values(own) | {"municipality": place.name, "unit": unit.name, "holder": user.name}
    raw = [
        sa.type_coerce(found[name], _RAW[kind]) if kind in _RAW else found[name] for name, kind in COLUMNS.items()
    ]
    query = (
        sa.select(*raw, own.id)
        .join(place.id.table, place.id == own.municipality_id)
        .join(unit.id.table, unit.id == own.unit_id)
        .outerjoin(user.id.table, user.id == own.assignee_id)
        .order_by(own.created_at, own.id)
    )
    return db.session.execute(query).all()


def _values(own: Any) -> dict[str, Any]:
    counts = own.merged_into_id.is_(None)
    return {
        **{name: own[name] for name in COLUMNS if name in own},
        "reopened": own.reopened_count,
        "resolved_at": sa.case((counts, own.resolved_at)),
        **{f"{kind}_outcome": _of_clock(_OUTCOME, own, kind) for kind in SlaTargetKind},
        **{f"{kind}_minutes": _of_clock(_CLOCK.met_at, own, kind) for kind in SlaTargetKind},
    }


def _of_clock(value: Any, own: Any, kind: SlaTargetKind) -> Any:
    """Looked up for each ticket of the page: joined, PostgreSQL would read all clocks for each page."""
    is_it = (_CLOCK.ticket_id == own.id, _CLOCK.kind == kind, own.merged_into_id.is_(None))
    return sa.select(value).where(*is_it).scalar_subquery()


def line(cells: Sequence[object]) -> str:
    """One line of the file, with nothing in it that would be taken for a formula."""
    return _written([[_no_formula(cell) if isinstance(cell, str) else cell for cell in cells]])


def _written(rows: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()


def _no_formula(text: str) -> str:
    """An apostrophe keeps a spreadsheet from computing what a stranger wrote."""
    return f"'{text}" if text[:1] in STARTS_A_FORMULA else text


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    """Naive, as spreadsheets want it."""
    return _aware(at).astimezone(zone).replace(tzinfo=None)
