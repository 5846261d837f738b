"""The monthly report as parts of plain text, the same for the page and for the PDF."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One of the large numbers at the top."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Table:
    """The first cell of a row names it, the others are numbers or spans of time."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """Sentences, then a table, then a list; each may be empty. `key` is unique on the page."""

    key: str
    title: str
    paragraphs: Sequence[str] = ()
    table: Table | None = None
    items: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True)
class Document:
    """`lang` is the code of the language that all of it is in."""

    lang: str
    operator: str
    title: str
    place: str
    standing: str
    lead: str
    figures: Sequence[Figure]
    sections: Sequence[Section]
    closing: str
    page_of: str  # "page {page} of {pages}", filled in by whatever makes pages
