"""The rest that the Labour Code wants, held against the duty of one person over all schedules. Pure.

Art. 132 § 1: eleven uninterrupted hours in each 24, which are counted from the hour at which the person begins
(art. 128 § 3). Art. 133 § 1: thirty-five uninterrupted hours in each week. Art. 151(5) § 2: duty, at home too, must
leave this rest alone. Hours are real ones; a week begins on Monday at local midnight.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from helpdesk.oncall.roster import Span
from helpdesk.oncall.spans import local_midnight

DAY = timedelta(hours=24)
_WEEK = timedelta(days=7)
_NOTHING = timedelta()


class Article(StrEnum):
    DAILY = "132"
    WEEKLY = "133"


WANTED = {Article.DAILY: timedelta(hours=11), Article.WEEKLY: timedelta(hours=35)}


@dataclass(frozen=True)
class Violation:
    """In `within` (the 24 hours, or the week) the longest rest was `longest`, None where there was none at all."""

    article: Article
    within: Span
    longest: Span | None

    @property
    def missing(self) -> timedelta:
        return WANTED[self.article] - _length(self.longest)


def violations(duties: Sequence[tuple[datetime, datetime]], zone: ZoneInfo) -> list[Violation]:
    """All of one person's: `duties` (UTC) are [from, to), in order and apart from each other. What lies before the
    first and after the last of them is not known to be rest: give some days more than you ask about."""
    windows = [(Article.DAILY, each) for each in days_of(duties)]
    windows += [(Article.WEEKLY, each) for each in weeks_of(duties, zone)]
    found = [Violation(article, within, longest_rest(duties, within)) for article, within in windows]
    return sorted((each for each in found if each.missing > _NOTHING), key=lambda each: each.within.starts_at)


def days_of(duties: Iterable[tuple[datetime, datetime]]) -> Iterator[Span]:
    """The 24 hours from the beginning of each duty that does not lie within others; a duty that goes on after them
    begins the next."""
    free_from: datetime | None = None
    for start, end in duties:
        begin = start if free_from is None else max(start, free_from)
        while begin < end:
            yield Span(begin, begin + DAY)
            begin = free_from = begin + DAY


def weeks_of(duties: Sequence[tuple[datetime, datetime]], zone: ZoneInfo) -> Iterator[Span]:
    """The local weeks in which there is duty."""
    last: date | None = None
    for start, end in duties:
        monday = _monday(start, zone)
        while (begin := local_midnight(monday, zone)) < end:
            if last is None or monday > last:
                yield Span(begin, local_midnight(monday + _WEEK, zone))
                last = monday
            monday += _WEEK


def longest_rest(duties: Iterable[tuple[datetime, datetime]], within: Span) -> Span | None:
    """The longest time without duty in the span, the first of several; what reaches beyond it is cut off."""
    best, free_from = None, within.starts_at
    for start, end in (*duties, (within.ends_at, within.ends_at)):
        until = min(start, within.ends_at)
        if until - free_from > _length(best):
            best = Span(free_from, until)
        free_from = max(free_from, end)
    return best


def _length(span: Span | None) -> timedelta:
    return span.ends_at - span.starts_at if span else _NOTHING


def _monday(at: datetime, zone: ZoneInfo) -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
