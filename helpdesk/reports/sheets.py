"""Tables with typed columns as an Excel workbook, or as a file with semicolons that Polish Excel opens.

In the workbook a text stays a text, whatever it begins with, and times and numbers are such; the other file has
decimal commas, and an apostrophe before what a spreadsheet would compute.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import chain, count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from helpdesk.reports.export import BYTE_ORDER_MARK, line

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A text is never a formula or a link.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


ROWS_OF_A_SHEET = 1_048_575  # Excel's most, without the headings


class Kind(StrEnum):
    TEXT = "text"
    TIME = "time"  # naive local time
    HOURS = "hours"  # a number with two places
    COUNT = "count"
    SHARE = "share"  # 0 to 1, shown as per cent


@dataclass(frozen=True)
class Column:
    heading: str
    kind: Kind = Kind.TEXT
    width: int = 14  # characters


@dataclass(frozen=True)
class Sheet:
    """`title`: at most 31 characters, none of []:*?/\\. None in a row is an empty cell."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]


FORMATS = {
    Kind.TEXT: {},
    Kind.TIME: {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    Kind.HOURS: {"num_format": "0.00"},
    Kind.COUNT: {"num_format": "0"},
    Kind.SHARE: {"num_format": "0%"},
}
WRITERS = {Kind.TEXT: "write_string", Kind.TIME: "write_datetime"}
PLAIN: dict[Kind, Callable[[Any], object]] = {
    Kind.TEXT: lambda value: value,
    Kind.TIME: lambda value: value.strftime("%Y-%m-%d %H:%M"),
    Kind.HOURS: lambda value: f"{value:.2f}".replace(".", ","),
    Kind.COUNT: lambda value: value,
    Kind.SHARE: lambda value: f"{value:.2f}".replace(".", ","),
}


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """An .xlsx file with the sheets in their order."""
    file = io.BytesIO()
    _write(file, sheets, {"in_memory": True})
    return file.getvalue()


def write_workbook(file: IO[bytes], sheet: Sheet, folder: Path | None = None) -> None:
    """One long table, row by row; memory does not grow. What a sheet cannot hold goes on in the next one.

    Rows are put down in `folder` (None: where the system keeps what is temporary), some ten times the size of the
    file; nothing of it is left there, whatever happens.
    """
    with TemporaryDirectory(dir=folder) as own:
        _write(file, _split(sheet), {"constant_memory": True, "tmpdir": own, "use_zip64": True})


def _split(sheet: Sheet) -> Iterator[Sheet]:
    """The rows in sheets of ROWS_OF_A_SHEET; the first even if there are none."""
    rows = iter(sheet.rows)
    yield replace(sheet, rows=islice(rows, ROWS_OF_A_SHEET))
    for number in count(2):
        first = next(rows, None)
        if first is None:
            return
        part = chain([first], islice(rows, ROWS_OF_A_SHEET - 1))
        yield replace(sheet, title=f"{sheet.title} {number}", rows=part)


def _write(file: IO[bytes], sheets: Iterable[Sheet], memory: dict[str, Any]) -> None:
    book = xlsxwriter.Workbook(file, OPTIONS | memory)
    formats = {kind: book.add_format(look) for kind, look in FORMATS.items()}
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.title), sheet, formats, bold)
    try:
        book.close()  # not by `with`: that would take minutes to pack a table that was broken off
    except FileCreateError as refused:
        raise refused.args[0] from refused  # the disk's own word


def _fill(page: Any, sheet: Sheet, formats: dict[Kind, Any], bold: Any) -> None:
    page.freeze_panes(1, 1)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(0, place, column.heading, bold)
    writers = [
        (place, getattr(page, WRITERS.get(column.kind, "write_number")), formats[column.kind])
        for place, column in enumerate(sheet.columns)
    ]
    for number, row in enumerate(sheet.rows, 1):
        for (place, write, look), value in zip(writers, row, strict=True):
            if value is not None:
                write(number, place, value, look)


def csv_text(sheet: Sheet) -> str:
    """Semicolons between the cells, a byte order mark before UTF-8."""
    lines = [line([column.heading for column in sheet.columns])]
    for row in sheet.rows:
        lines.append(line([_plain(c, value) for c, value in zip(sheet.columns, row, strict=True)]))
    return BYTE_ORDER_MARK + "".join(lines)


def _plain(column: Column, value: Any) -> object:
    return "" if value is None else PLAIN[column.kind](value)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Naive, as spreadsheets want it."""
    return at.astimezone(zone).replace(tzinfo=None)
