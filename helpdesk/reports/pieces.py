"""A period as the summaries hold it: whole months, and at both ends the days that belong to it, or the month
without those that do not, whatever is less."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from helpdesk.models.codes import Grain
from helpdesk.reports.period import end_of_month

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Piece:
    """The summaries of a grain whose days lie in [first, last]; `sign` -1 where they are taken off."""

    grain: Grain
    first: date
    last: date
    sign: int = 1

    def has(self, grain: Grain, day: date) -> bool:
        return grain is self.grain and self.first <= day <= self.last


def pieces(first: date, last: date) -> list[Piece]:
    """The fewest rows that give the days `first` to `last`."""
    return [piece for month in months(first, last) for piece in _of_month(*month)]


def only_added(first: date, last: date) -> list[Piece]:
    """The same without taking anything off."""
    return [
        Piece(Grain.MONTH, start, start) if start == begin and end == stop else Piece(Grain.DAY, begin, stop)
        for start, end, begin, stop in months(first, last)
    ]


def spans(parts: Sequence[Piece]) -> list[Piece]:
    """Months that follow each other are one span."""
    found = list[Piece]()
    for part in parts:
        if found and found[-1].grain is part.grain is Grain.MONTH:
            part = replace(found.pop(), last=part.last)
        found.append(part)
    return found


def months(first: date, last: date) -> Iterator[tuple[date, date, date, date]]:
    """Of each month: its first and last day, and which of its days belong to the period."""
    start = first.replace(day=1)
    while start <= last:
        end = end_of_month(start)
        yield start, end, max(first, start), min(last, end)
        start = end + _DAY


def _of_month(start: date, end: date, begin: date, stop: date) -> list[Piece]:
    if (stop - begin).days * 2 < (end - start).days:
        return [Piece(Grain.DAY, begin, stop)]
    before, after = Piece(Grain.DAY, start, begin - _DAY, -1), Piece(Grain.DAY, stop + _DAY, end, -1)
    return [Piece(Grain.MONTH, start, start), *(part for part in (before, after) if part.first <= part.last)]
