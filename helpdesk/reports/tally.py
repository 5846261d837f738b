"""What one ticket counts for, and how counts are added up. Pure; what is kept in the database: counting.py.

A tally is a flat count by name: "filed", "urgent", "reopened", "resolved", "<target>_kept", "<target>_missed",
"h61" (filed in hour 61 of the local week, 0 = Monday 00:00) and "r480" (met after 480 business minutes; the letter
is that of the target). Minutes are exact below 64 and rounded down by at most 1/32 from there on, so that a year of
a whole country has some hundreds of them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from helpdesk.models.codes import Category, FigureKind, Grain, Priority, SlaTargetKind
from helpdesk.reports.figures import Measure

Tally = Counter[str]
Slot = tuple[FigureKind, str, Grain, date]

MONTHS_ONLY = {FigureKind.UNIT, FigureKind.MUNICIPALITY_CATEGORY, FigureKind.MUNICIPALITY_ADMINISTRATOR}
RUNNING, KEPT, MISSED = 0, 1, 2
HOURS_OF_A_WEEK = 168
EXACT_BITS = 6
EXACT_BELOW = 1 << EXACT_BITS  # minutes; nothing shorter is rounded
LETTERS = {SlaTargetKind.ACKNOWLEDGE: "a", SlaTargetKind.FIRST_RESPONSE: "f", SlaTargetKind.RESOLVE: "r"}
COUNTS = (
    "filed",
    "urgent",
    "reopened",
    "resolved",
    *(f"{kind}_{end}" for kind in SlaTargetKind for end in ("kept", "missed")),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is counted of a ticket; `targets`: (RUNNING, KEPT or MISSED; business minutes) in the order of
    SlaTargetKind. `assignee_id` 0: nobody."""

    ticket_id: int
    municipality_id: int
    unit_id: int
    category: Category
    priority: Priority
    assignee_id: int
    day: date
    hour: int
    reopened: int
    resolved_day: date | None
    targets: tuple[tuple[int, int | None], ...]

    @property
    def keys(self) -> dict[FigureKind, str]:
        """Under which it is counted."""
        return {
            FigureKind.HOUSE: "",
            FigureKind.CATEGORY: self.category.value,
            FigureKind.PRIORITY: self.priority.value,
            FigureKind.CATEGORY_PRIORITY: both(self.category, self.priority),
            FigureKind.MUNICIPALITY: str(self.municipality_id),
            FigureKind.UNIT: str(self.unit_id),
            FigureKind.ADMINISTRATOR: str(self.assignee_id),
            FigureKind.MUNICIPALITY_CATEGORY: both(self.municipality_id, self.category),
            FigureKind.MUNICIPALITY_ADMINISTRATOR: both(self.municipality_id, self.assignee_id),
        }


def both(first: object, second: object) -> str:
    """The key of two ids or codes."""
    return f"{first}:{second}"


def local_day_and_hour(at: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The local day and the hour of the local week."""
    local = at.astimezone(zone)
    return local.date(), local.weekday() * 24 + local.hour


def rounded(minutes: int) -> int:
    """To the start of its span; each doubling of time has 32 of them."""
    spare = max(minutes.bit_length() - EXACT_BITS, 0)
    return minutes >> spare << spare


def counts_of(fact: Fact) -> Tally:
    """Of the day on which it was filed."""
    tally = Tally({"filed": 1, f"h{fact.hour}": 1})
    if fact.priority is Priority.URGENT:
        tally["urgent"] = 1
    if fact.reopened:
        tally["reopened"] = 1
    for kind, (state, minutes) in zip(SlaTargetKind, fact.targets, strict=True):
        if state != RUNNING:
            tally[f"{kind}_kept" if state == KEPT else f"{kind}_missed"] = 1
        if minutes is not None:
            tally[f"{LETTERS[kind]}{rounded(minutes)}"] = 1
    return tally


def parts_of(fact: Fact) -> Iterator[tuple[date, Tally]]:
    """What it counts for, by local day."""
    yield fact.day, counts_of(fact)
    if fact.resolved_day is not None:
        yield fact.resolved_day, Tally({"resolved": 1})


def slots_of(fact: Fact) -> Iterator[tuple[Slot, Tally]]:
    """Every summary in which it counts, with what it counts for there."""
    for day, tally in parts_of(fact):
        month = day.replace(day=1)
        for kind, key in fact.keys.items():
            if kind not in MONTHS_ONLY:
                yield (kind, key, Grain.DAY, day), tally
            yield (kind, key, Grain.MONTH, month), tally


def add(to: dict[str, int], what: Mapping[str, int], sign: int = 1) -> None:
    for name, count in what.items():
        to[name] = to.get(name, 0) + sign * count


def measure(tally: Tally, kind: SlaTargetKind) -> Measure:
    """How one target went. Percentiles are nearest-rank, among those that were met."""
    minutes = _numbers(tally, LETTERS[kind])
    return Measure(
        filed=tally["filed"],
        kept=tally[f"{kind}_kept"],
        missed=tally[f"{kind}_missed"],
        median=percentile(minutes, 50),
        p90=percentile(minutes, 90),
    )


def hours(tally: Tally) -> list[int]:
    """Filed by the hour of the local week, Monday 00:00 first."""
    return [tally[f"h{hour}"] for hour in range(HOURS_OF_A_WEEK)]


def percentile(counts: Sequence[tuple[int, int]], percent: int) -> int | None:
    """The smallest value that `percent` of all do not exceed, from (value, count) by value; None of nothing."""
    wanted, so_far = sum(count for _value, count in counts) * percent, 0
    for value, count in counts:
        so_far += count
        if so_far * 100 >= wanted:
            return value
    return None


def _numbers(tally: Tally, letter: str) -> list[tuple[int, int]]:
    """By number."""
    return sorted(
        (int(name[1:]), count)
        for name, count in tally.items()
        if name[0] == letter and count > 0 and name[1:].isdecimal()
    )
