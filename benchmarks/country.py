"""All of Poland for a year: 2,479 municipalities, 75,000 units, as many tickets as wanted, loaded fast.

Hours of the day, weekdays, categories and the size of municipalities are drawn as they are in life; due times are
drawn too and not worked out. Each ticket has its three clocks and its first and last event, open ones their
reminders.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice
from random import Random
from string import ascii_uppercase
from typing import Any

import sqlalchemy as sa

from benchmarks.stage import analyze
from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Calendar, CountedTicket, Municipality, TicketCounter, Unit, User
from helpdesk.models.codes import Category, Priority, RoleName, SlaTargetKind, UnitKind
from helpdesk.models.figures import TRIGGERS, trigger_statements
from helpdesk.oncall.people import people_with
from helpdesk.recount import repair
from helpdesk.reports.tally import KEPT, MISSED, RUNNING
from helpdesk.transaction import transaction

MUNICIPALITIES, UNITS, DAYS = 2_479, 75_000, 365
BATCH = 20_000
BY_HOUR = (2, 1, 1, 1, 1, 3, 9, 24, 48, 60, 62, 58, 52, 50, 46, 36, 24, 20, 20, 18, 14, 10, 6, 4)
BY_WEEKDAY = (115, 110, 105, 105, 100, 45, 35)
BY_CATEGORY = dict(zip(Category, (30, 12, 4, 10, 6, 16, 8, 10, 4), strict=True))
URGENT_SHARE, REOPENED_SHARE, LATE_SHARE = 0.12, 0.06, 0.08
OPEN_FOR = timedelta(days=3)  # of the youngest, half are open
_JUST_NOW = timedelta(minutes=1)
TARGETS = {Priority.URGENT: (15, 60, 240), Priority.NORMAL: (240, 480, 960)}
SHARES = (50, 75, 90, 100)

Row = tuple[Any, ...]


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


TABLES = {
    "ticket": (
        "id, number, municipality_id, unit_id, category, priority, status, source, summary, description, post_url,"
        " answers, case_number, reporter_name, reporter_phone, reporter_email, locale, assignee_id, created_at,"
        " acknowledged_at, acknowledged_by_id, first_response_at, resolved_at, closed_at, reopened_count,"
        " next_due_at"
    ),
    "sla_clock": (
        "id, ticket_id, kind, calendar_id, minutes, started_at, due_at, met_at, breached_at, business_minutes,"
        " said_again"
    ),
    "timeline_event": "ticket_id, at, kind, actor_name, is_public, data",
    "reminder": "clock_id, share, due_at, created_at",
    "counted_ticket": ", ".join(CountedTicket.__table__.columns.keys()),
}


def load_country(tickets: int) -> list[str]:
    """Fill the database, which holds the demo's people and policies; what was loaded, in words."""
    start = clock.now()
    places = load_places(Random(1))
    _drop_triggers()
    for batch in batches(tickets, places):
        with transaction():
            rows = (batch.tickets, batch.clocks, batch.events, batch.reminders, batch.counted)
            for (table, columns), own in zip(TABLES.items(), rows, strict=True):
                _write(table, columns, own)
    loaded = clock.now()
    with transaction():
        db.session.add_all(
            TicketCounter(municipality_id=id_, year=clock.now().year, last=last)
            for id_, last in places.numbers.items()
        )
        _make_triggers()
    analyze()
    found = repair()
    analyze()
    return [
        f"{len(places.ids):,} municipalities, {sum(map(len, places.units)):,} units, {tickets:,} tickets of"
        f" {DAYS} days in {(loaded - start).total_seconds():.0f} s",
        f"{found.figures:,} summaries in {(clock.now() - loaded).total_seconds():.0f} s",
    ]


def load_places(random: Random) -> Places:
    first = (db.session.scalar(sa.select(sa.func.max(Municipality.id))) or 0) + 1
    first_unit = (db.session.scalar(sa.select(sa.func.max(Unit.id))) or 0) + 1
    ids = range(first, first + MUNICIPALITIES)
    known = set(db.session.scalars(sa.select(Municipality.code)))
    codes = list(islice((code for code in _codes() if code not in known), MUNICIPALITIES))
    kinds = list(UnitKind)
    units: list[list[int]] = [[] for _ in ids]
    for n in range(UNITS):
        units[n % MUNICIPALITIES].append(first_unit + n)
    rows = [
        {
            "id": unit,
            "municipality_id": ids[n],
            "name": f"Jednostka {place + 1} w gminie {codes[n]}",
            "short_name": f"J{place + 1} {codes[n]}",
            "kind": kinds[place % len(kinds)],
            "link_secret": f"country-{unit}",
            "active": True,
        }
        for n, own in enumerate(units)
        for place, unit in enumerate(own)
    ]
    with transaction():
        db.session.execute(
            sa.insert(Municipality),
            [{"id": id_, "code": code, "name": f"Gmina {code}"} for id_, code in zip(ids, codes, strict=True)],
        )
        db.session.execute(sa.insert(Unit), rows)
    weights = [random.uniform(0.5, 1.5) / (rank + 8) ** 0.9 for rank in range(MUNICIPALITIES)]
    return Places(ids, codes, units, list(accumulate(weights)))


def batches(tickets: int, places: Places) -> Iterator[Batch]:
    """In the order of filing."""
    writer = _Writer(places)
    moments = iter(_moments(tickets, writer.random))
    while some := list(islice(moments, BATCH)):
        yield writer.batch(some)


class _Writer:
    """Draws tickets; ids go on where they stopped."""

    def __init__(self, places: Places) -> None:
        self.random, self.places, self.now = Random(2), places, clock.now()
        self.zone = settings().zone
        self.ids = {name: _last_id(name) for name in ("ticket", "sla_clock")}
        self.people = [user.id for user in people_with(RoleName.ADMINISTRATOR)]
        self.calendar = db.session.scalar(sa.select(Calendar.id).where(Calendar.always_open))
        self.names = dict(db.session.execute(sa.select(User.id, User.name)).tuples().all())

    def batch(self, moments: Sequence[datetime]) -> Batch:
        random, count, batch = self.random, len(moments), Batch()
        places = random.choices(range(len(self.places.ids)), cum_weights=self.places.weights, k=count)
        categories = random.choices(list(BY_CATEGORY), weights=list(BY_CATEGORY.values()), k=count)
        for at, place, category in zip(moments, places, categories, strict=True):
            self._draw(batch, at, place, category)
        return batch

    def _draw(self, batch: Batch, at: datetime, place: int, category: Category) -> None:
        random = self.random
        self.ids["ticket"] += 1
        ticket, own = self.ids["ticket"], self.places.units[place]
        municipality, unit = self.places.ids[place], own[int(len(own) * random.random() ** 2)]
        priority = Priority.URGENT if random.random() < URGENT_SHARE else Priority.NORMAL
        holder, is_open = random.choice(self.people), self._is_open(at)
        reopened = int(not is_open and random.random() < REOPENED_SHARE)
        ends = self._clocks(batch, ticket, at, priority, is_open)
        met = [at + timedelta(minutes=minutes) if minutes else None for _state, minutes, _due in ends]
        self.places.numbers[municipality] += 1
        number = f"{self.places.codes[place]}-{self.now.year}-{self.places.numbers[municipality]:04d}"
        dues = [due for state, _minutes, due in ends if is_open and _minutes is None]
        summary = f"{_WORDS[category]} {random.choice(_THINGS)} {ticket % 997}"
        taken = met[0] is not None
        status = ("in_progress" if taken else "new") if is_open else "closed"
        filed, done = _text(at), _text(met[2])
        batch.tickets.append(
            (ticket, number, municipality, unit, category.value, priority.value, status, "form", summary, "", "",
             "{}", "", "Zgłaszający", "", "", "pl", holder if taken else None, filed, _text(met[0]),
             holder if taken else None, _text(met[1]), done, done, reopened, _text(min(dues, default=None)))
        )  # fmt: skip
        batch.events.append((ticket, filed, "opened", "Zgłaszający", True, "{}"))
        if done:
            batch.events.append((ticket, done, "resolved", self.names[holder], True, "{}"))
        local, ended = at.astimezone(self.zone), met[2].astimezone(self.zone).date() if met[2] else None
        targets = [value for state, minutes, _due in ends for value in (state, minutes)]
        batch.counted.append(
            (ticket, municipality, unit, category.value, priority.value, holder if taken else 0,
             str(local.date()), local.weekday() * 24 + local.hour, reopened,
             str(ended) if ended else None, *targets)
        )  # fmt: skip

    def _is_open(self, at: datetime) -> bool:
        age = self.now - at
        return age < _JUST_NOW or (age < OPEN_FOR and self.random.random() < 0.5)

    def _clocks(
        self, batch: Batch, ticket: int, at: datetime, priority: Priority, is_open: bool
    ) -> list[tuple[int, int | None, datetime]]:
        """Of each target: how it went, its business minutes, its due time."""
        ends: list[tuple[int, int | None, datetime]] = []
        for kind, target in zip(SlaTargetKind, TARGETS[priority], strict=True):
            self.ids["sla_clock"] += 1
            is_late = self.random.random() < LATE_SHARE
            minutes = int(target * (1 + self.random.random() * 2 if is_late else self.random.random() ** 2)) + 1
            due = at + timedelta(minutes=target)
            is_unmet = is_open and (kind is SlaTargetKind.RESOLVE or self.now - at < timedelta(minutes=minutes))
            is_breached = minutes > target if not is_unmet else due < self.now
            met = None if is_unmet else minutes
            state = MISSED if is_breached else RUNNING if is_unmet else KEPT
            ends.append((state, met, due))
            own = _text(at + timedelta(minutes=minutes)) if met else None
            breached = _text(due) if is_breached else None
            batch.clocks.append(
                (self.ids["sla_clock"], ticket, kind.value, self.calendar, target, _text(at), _text(due), own,
                 breached, met, 0)
            )  # fmt: skip
            if is_unmet and not is_breached:
                for share in SHARES:
                    moment = _text(at + timedelta(minutes=target * share / 100))
                    batch.reminders.append((self.ids["sla_clock"], share, moment, _text(at)))
        return ends


def open_tickets(count: int) -> None:
    """So many more that are open, filed just now, with reminders that are not due: what the job must pass by."""
    place = db.session.execute(sa.select(Unit.municipality_id, Unit.id).order_by(Unit.id.desc()).limit(1)).one()
    writer = _Writer(Places([place[0]], ["ZZZZ"], [[place[1]]], [1.0]))
    for start in range(0, count, BATCH):
        batch = writer.batch([writer.now] * min(BATCH, count - start))
        with transaction():
            for name, own in {
                "ticket": batch.tickets,
                "sla_clock": batch.clocks,
                "reminder": batch.reminders,
            }.items():
                _write(name, TABLES[name], own)
    analyze()


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


def _moments(count: int, random: Random) -> Iterator[datetime]:
    """Aware, in order, up to now."""
    now, zone = clock.now(), settings().zone
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    drawn = Counter(random.choices(days, weights=[BY_WEEKDAY[day.weekday()] for day in days], k=count))
    for day in days:
        hours = random.choices(range(24), weights=BY_HOUR, k=drawn[day])
        for minute in sorted(hour * 60 + random.randrange(60) for hour in hours):
            at = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone).astimezone(UTC)
            yield min(at, now - timedelta(minutes=1))


def _codes() -> Iterator[str]:
    return (f"{a}{b}{c}" for a in ascii_uppercase for b in ascii_uppercase for c in ascii_uppercase)


def _last_id(table: str) -> int:
    return db.session.scalar(sa.text(f"SELECT max(id) FROM {table}")) or 0


def _text(at: datetime | None) -> str | None:
    """As SQLite keeps it; PostgreSQL reads it too."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if at else None


def _write(table: str, columns: str, rows: Iterable[Row]) -> None:
    """COPY on PostgreSQL, past SQLAlchemy on both; in the caller's transaction."""
    connection = db.session.connection().connection
    cursor: Any = connection.cursor()
    if db.engine.dialect.name == "sqlite":
        places = ", ".join("?" for _ in columns.split(","))
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
        return
    cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        copy.write("".join(map(_line, rows)))


def _line(row: Row) -> str:
    """No text here has a tab, a line break or a backslash."""
    return "\t".join("\\N" if value is None else str(value) for value in row) + "\n"


def _drop_triggers() -> None:
    """They would note every row; what is loaded is counted as it is loaded."""
    on = {"sqlite": "", "postgresql": " ON {table}"}[db.engine.dialect.name]
    with transaction():
        for table, triggers in TRIGGERS.items():
            for name, _moment, _whose in triggers:
                db.session.execute(sa.text(f"DROP TRIGGER {name}" + on.format(table=table)))


def _make_triggers() -> None:
    for table in TRIGGERS:
        for statement in trigger_statements(table, db.engine.dialect.name):
            db.session.connection().exec_driver_sql(statement)
    if db.engine.dialect.name == "postgresql":
        for table in ("ticket", "sla_clock"):
            sequence = sa.func.pg_get_serial_sequence(table, "id")
            db.session.execute(sa.select(sa.func.setval(sequence, max(_last_id(table), 1))))


def today() -> date:
    return clock.now().astimezone(settings().zone).date()
