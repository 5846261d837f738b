"""Tickets as a year in Poland brings them.

Hours of the day, weekdays, categories and the size of municipalities are drawn as they are in life; due times are
drawn too and not worked out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from random import Random

import sqlalchemy as sa

from benchmarks.copying import Row
from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Calendar
from helpdesk.models.codes import Category, Priority, RoleName, SlaTargetKind
from helpdesk.oncall.people import people_with
from helpdesk.reports.tally import KEPT, MISSED, RUNNING

DAYS = 365
BATCH = 20_000
BY_HOUR = (2, 1, 1, 1, 1, 3, 9, 24, 48, 60, 62, 58, 52, 50, 46, 36, 24, 20, 20, 18, 14, 10, 6, 4)
BY_WEEKDAY = (115, 110, 105, 105, 100, 45, 35)
BY_CATEGORY = dict(zip(Category, (30, 12, 4, 10, 6, 16, 8, 10, 4), strict=True))
URGENT_SHARE, REOPENED_SHARE, LATE_SHARE = 0.12, 0.06, 0.08
OPEN_FOR = 3 * 24 * 60  # minutes; of the youngest, half are open
TARGETS = {Priority.URGENT: (15, 60, 240), Priority.NORMAL: (240, 480, 960)}
SHARES = (50, 75, 90, 100)

_TARGET_KINDS = tuple(kind.value for kind in SlaTargetKind)


@dataclass
class Places:
    """Ids and codes; `weights` are cumulated, the busiest municipality has several hundred times the tickets of the
    quietest."""

    ids: Sequence[int]
    codes: Sequence[str]
    units: Sequence[Sequence[int]]
    weights: Sequence[float]
    numbers: Counter[int] = field(default_factory=Counter)


@dataclass
class Batch:
    tickets: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    reminders: list[Row] = field(default_factory=list)
    counted: list[Row] = field(default_factory=list)


def batches(tickets: int, places: Places) -> Iterator[Batch]:
    """In the order of filing."""
    writer = Writer(places)
    moments = iter(_moments(tickets, writer.random))
    while some := list(islice(moments, BATCH)):
        yield writer.batch(some)


class Writer:
    """Draws tickets; ids go on where they stopped. Moments are whole minutes since 1970."""

    def __init__(self, places: Places) -> None:
        self.random, self.places, self.now = Random(2), places, _minute(clock.now())
        self.year = clock.now().year
        self.ticket, self.clock = last_id("ticket"), last_id("sla_clock")
        self.people = [(user.id, user.name) for user in people_with(RoleName.ADMINISTRATOR)]
        self.calendar = db.session.scalar(sa.select(Calendar.id).where(Calendar.always_open))

    def batch(self, moments: Sequence[int]) -> Batch:
        random, count, batch = self.random, len(moments), Batch()
        places = random.choices(range(len(self.places.ids)), cum_weights=self.places.weights, k=count)
        categories = random.choices(list(BY_CATEGORY), weights=list(BY_CATEGORY.values()), k=count)
        people = random.choices(self.people, k=count)
        for at, place, category, person in zip(moments, places, categories, people, strict=True):
            self._draw(batch, at, place, category, *person)
        return batch

    def _draw(self, batch: Batch, at: int, place: int, category: Category, holder: int, name: str) -> None:
        draw, places = self.random.random, self.places
        self.ticket = ticket = self.ticket + 1
        municipality, own = places.ids[place], places.units[place]
        unit = own[int(len(own) * draw() ** 2)]
        priority = Priority.URGENT if draw() < URGENT_SHARE else Priority.NORMAL
        is_open = self.now - at <= 1 or (self.now - at < OPEN_FOR and draw() < 0.5)
        reopened = int(not is_open and draw() < REOPENED_SHARE)
        ends, next_due = self._clocks(batch, ticket, at, TARGETS[priority], is_open)
        (_, taken), (_, answered), (_, solved) = ends
        places.numbers[municipality] += 1
        number = f"{places.codes[place]}-{self.year}-{places.numbers[municipality]:04d}"
        summary = f"{_WORDS[category]} {_THINGS[int(draw() * len(_THINGS))]} {ticket % 997}"
        status = "closed" if not is_open else "new" if taken is None else "in_progress"
        filed, done = _text(at), _after(at, solved)
        assignee = None if taken is None else holder
        batch.tickets.append(
            (ticket, number, municipality, unit, category.value, priority.value, status, "form", summary, "", "",
             "{}", "", "Zgłaszający", "", "", "pl", assignee, filed, _after(at, taken), assignee,
             _after(at, answered), done, done, reopened, next_due)
        )  # fmt: skip
        batch.events.append((ticket, filed, "opened", "Zgłaszający", True, "{}"))
        if done:
            batch.events.append((ticket, done, "resolved", name, True, "{}"))
        day, hour = _local(at // 60)
        ended = None if solved is None else _local((at + solved) // 60)[0]
        batch.counted.append(
            (ticket, municipality, unit, category.value, priority.value, assignee or 0, day, hour, reopened, ended,
             *ends[0], *ends[1], *ends[2])
        )  # fmt: skip

    def _clocks(
        self, batch: Batch, ticket: int, at: int, targets: Sequence[int], is_open: bool
    ) -> tuple[list[tuple[int, int | None]], str | None]:
        """Of each target how it went and its business minutes; when the first is due that has not been met."""
        draw, age, filed = self.random.random, self.now - at, _text(at)
        ends: list[tuple[int, int | None]] = []
        next_due = None
        for kind, target in zip(_TARGET_KINDS, targets, strict=True):
            self.clock += 1
            minutes = int(target * (1 + draw() * 2 if draw() < LATE_SHARE else draw() ** 2)) + 1
            is_met = not is_open or (kind != "resolve" and minutes <= age)
            is_breached = minutes > target if is_met else target < age
            due, breached = _text(at + target), _text(at + target) if is_breached else None
            met = minutes if is_met else None
            ends.append((MISSED if is_breached else KEPT if is_met else RUNNING, met))
            batch.clocks.append(
                (self.clock, ticket, kind, self.calendar, target, filed, due, _after(at, met), breached, met, 0)
            )
            if not is_met:
                next_due = next_due or due
            if not is_met and not is_breached:
                marks = [(share, _text(at + target * share // 100)) for share in SHARES]
                batch.reminders += [(self.clock, share, moment, filed) for share, moment in marks]
        return ends, next_due


@lru_cache(maxsize=20_000)
def _text(minute: int) -> str:
    """As SQLite keeps it; PostgreSQL reads it too."""
    return f"{datetime.fromtimestamp(minute * 60, UTC):%Y-%m-%d %H:%M:%S.%f}"


def _after(at: int, minutes: int | None) -> str | None:
    return None if minutes is None else _text(at + minutes)


@lru_cache(maxsize=1_000)
def _local(hour: int) -> tuple[str, int]:
    """The local day and the hour of the local week, of an hour since 1970."""
    local = datetime.fromtimestamp(hour * 3600, settings().zone)
    return str(local.date()), local.weekday() * 24 + local.hour


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


_THINGS = (
    "festyn",
    "zebranie wiejskie",
    "awaria wodociągu",
    "półkolonie",
    "ostrzeżenie",
    "nabór",
    "mecz",
    "kiermasz",
)
_WORDS = dict(
    zip(
        Category,
        (
            "Wstrzymany post:", "Hejt pod postem:", "Mowa nienawiści:", "Naruszenie regulaminu:",
            "Wprowadzanie w błąd:", "Nie można opublikować:", "Uprawnienia profilu:", "Prośba o publikację:",
            "Pytanie:",
        ),
        strict=True,
    )
)  # fmt: skip


def _moments(count: int, random: Random) -> Iterator[int]:
    """In minutes since 1970, in order, up to now."""
    zone, last = settings().zone, _minute(clock.now()) - 1
    days = [today() - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    drawn = Counter(random.choices(days, weights=[BY_WEEKDAY[day.weekday()] for day in days], k=count))
    for day in days:
        hours = random.choices(range(24), weights=BY_HOUR, k=drawn[day])
        begins = [_minute(datetime(day.year, day.month, day.day, hour, tzinfo=zone)) for hour in range(24)]
        for minute in sorted(hour * 60 + random.randrange(60) for hour in hours):
            yield min(begins[minute // 60] + minute % 60, last)


def last_id(table: str) -> int:
    return db.session.scalar(sa.text(f"SELECT max(id) FROM {table}")) or 0


def today() -> date:
    return clock.now().astimezone(settings().zone).date()
