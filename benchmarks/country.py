"""All of Poland for a year: 2,479 municipalities, 75,000 units, as many tickets as wanted, loaded fast.

Each ticket has its three clocks and its first and last event, open ones their reminders.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate, islice
from random import Random
from string import ascii_uppercase
from time import monotonic

import sqlalchemy as sa

from benchmarks.copying import bare_tables, past_rules, write_rows
from benchmarks.drawing import BATCH, DAYS, Batch, Places, Writer, batches, last_id
from benchmarks.stage import analyze
from benchmarks.sums import sum_up
from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import (
    Clock,
    CountedTicket,
    FigureDue,
    Municipality,
    Reminder,
    Ticket,
    TicketCounter,
    Unit,
)
from helpdesk.models.codes import UnitKind
from helpdesk.models.sla import UNNOTED
from helpdesk.reports.counting import fold, is_any_due
from helpdesk.transaction import transaction

MUNICIPALITIES, UNITS = 2_479, 75_000

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


def load_country() -> "Country":
    """The places; the database holds the demo's people and policies."""
    return Country(load_places(Random(1)))


@dataclass
class Country:
    """A country that gets ever more tickets, each time spread over the whole year."""

    places: Places
    tickets: int = 0

    def grow(self, tickets: int) -> list[str]:
        """So many tickets in all; how long it took, in words."""
        start, more = monotonic(), tickets - self.tickets
        with bare_tables(TABLES):
            for batch in batches(more, self.places):
                _write_batch(batch)
        self.tickets = tickets
        with transaction():
            _number_on(self.places)
        loaded = monotonic()
        analyze()
        summaries = sum_up()
        analyze()
        return [
            f"{len(self.places.ids):,} municipalities, {sum(map(len, self.places.units)):,} units, {more:,} tickets"
            f" of {DAYS} days in {loaded - start:.0f} s",
            f"{summaries:,} summaries in {monotonic() - loaded:.0f} s",
        ]


def _write_batch(batch: Batch) -> None:
    rows = (batch.tickets, batch.clocks, batch.events, batch.reminders, batch.counted)
    with transaction():
        for (table, columns), own in zip(TABLES.items(), rows, strict=True):
            write_rows(table, columns, own)


def _number_on(places: Places) -> None:
    """The numbers that were given, and the ids."""
    year = clock.now().year
    db.session.execute(sa.delete(TicketCounter).where(TicketCounter.municipality_id.in_(places.ids)))
    rows = [{"municipality_id": id_, "year": year, "last": last} for id_, last in places.numbers.items()]
    db.session.execute(sa.insert(TicketCounter), rows)
    if db.engine.dialect.name == "postgresql":
        for table in ("ticket", "sla_clock"):
            sequence = sa.func.pg_get_serial_sequence(table, "id")
            db.session.execute(sa.select(sa.func.setval(sequence, max(last_id(table), 1))))


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


@contextmanager
def open_tickets(count: int) -> Iterator[None]:
    """So many more that are open, filed just now, with reminders that are not due: what the job must pass by."""
    place = db.session.execute(sa.select(Unit.municipality_id, Unit.id).order_by(Unit.id.desc()).limit(1)).one()
    writer = Writer(Places([place[0]], ["ZZZZ"], [[place[1]]], [1.0]))
    tickets, clocks = writer.ticket, writer.clock
    for start in range(0, count, BATCH):
        batch = writer.batch([writer.now] * min(BATCH, count - start))
        with transaction():
            write_rows("ticket", TABLES["ticket"], batch.tickets)
            write_rows("sla_clock", TABLES["sla_clock"], batch.clocks)
            write_rows("reminder", TABLES["reminder"], batch.reminders)
    analyze()
    yield
    with transaction():
        past_rules()
        db.session.execute(sa.delete(Reminder).where(Reminder.clock_id > clocks))
        db.session.execute(sa.delete(Clock).where(Clock.id > clocks))
        db.session.execute(sa.delete(Ticket).where(Ticket.id > tickets))
        db.session.execute(sa.delete(FigureDue).where(FigureDue.ticket_id > tickets))


def catch_up() -> None:
    """What the worker does every few seconds: promises that have run out are noted, changes folded."""
    with transaction():
        late = sa.update(Clock).where(sa.text(UNNOTED), Clock.due_at < clock.now())
        db.session.execute(late.values(breached_at=Clock.due_at), execution_options={"synchronize_session": False})
    while is_any_due():
        with transaction():
            fold()


def _codes() -> Iterator[str]:
    return (f"{a}{b}{c}" for a in ascii_uppercase for b in ascii_uppercase for c in ascii_uppercase)
