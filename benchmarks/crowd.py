"""Many rows in little time: open urgent tickets whose alerts run, people with phones, notices that wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import (
    Attempt,
    Clock,
    Escalation,
    Notification,
    Ticket,
    Unit,
    User,
)
from helpdesk.models.codes import Category, Channel, Lane, NotificationEvent, Priority
from helpdesk.oncall import escalation
from helpdesk.outbox import Letter
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.tokens import new_attempt_id
from helpdesk.transaction import transaction

BATCH = 1_000
COPY = "COPY-2026-"  # what the numbers of copied tickets begin with


def file_ticket(priority: Priority, *, reporter: Reporter | None = None) -> Ticket:
    """The first unit of the demo world files a ticket. Runs inside the caller's transaction."""
    return open_ticket(
        TicketDraft(
            unit=db.session.scalars(sa.select(Unit).order_by(Unit.id).limit(1)).one(),
            category=Category.HELD_POST,
            priority=priority,
            summary="Ostrzeżenie nie ukazało się",
            reporter=reporter or Reporter("Jan Testowy"),
        )
    )


def phone(number: int) -> str:
    """One of a country code that nobody has."""
    return f"+999{number:08d}"


def open_alerts(count: int) -> None:
    """So many urgent tickets with clocks and reminders, whose alerts run; the next step of the first comes in an
    hour. Copies of one that was filed (whose own alert is over), so that nothing of them waits in the outbox."""
    with transaction():
        model = file_ticket(Priority.URGENT)
    for start in range(0, count, BATCH):
        with transaction():
            in_an_hour = clock.now() + timedelta(hours=1, seconds=start)
            _copy_ticket(model, range(start, min(start + BATCH, count)), in_an_hour)
    with transaction():
        escalation.end(model)
    db.session.expunge_all()


def _copy_ticket(model: Ticket, numbers: range, next_step_at: datetime) -> None:
    """The ticket with its alert, steps, clocks and reminders, once for each number."""
    last = db.session.scalar(sa.select(sa.func.max(Ticket.id)))
    counted = sa.select(sa.literal(numbers.start).label("n")).cte("counted", recursive=True)
    counted = counted.union_all(sa.select(counted.c.n + 1).where(counted.c.n < numbers.stop - 1))
    _copy(model, {"number": sa.literal(COPY) + sa.cast(counted.c.n, sa.String)})
    alert = db.session.scalars(sa.select(Escalation).filter_by(ticket_id=model.id)).one()
    _copy(alert, {"ticket_id": Ticket.id, "next_step_at": sa.literal(next_step_at)}, Ticket.id > last)
    for step in alert.steps:
        _copy(step, {"escalation_id": Escalation.id}, Escalation.ticket_id > last)
    for row in model.clocks:
        _copy(row, {"ticket_id": Ticket.id}, Ticket.id > last)
        for reminder in row.reminders:
            _copy(reminder, {"clock_id": Clock.id}, Clock.ticket_id > last, Clock.kind == row.kind)


def _copy(row: Any, changes: Mapping[str, Any], *where: sa.ColumnElement[bool]) -> None:
    """INSERT … SELECT: the row again, with other values in some columns, once for each row that these come from."""
    columns = [column for column in row.__table__.columns if column.name != "id"]
    values = [changes.get(c.name, sa.literal(getattr(row, c.name), c.type)) for c in columns]
    db.session.execute(sa.insert(row.__table__).from_select(columns, sa.select(*values).where(*where)))


@dataclass(frozen=True)
class Alerted:
    """A person, and an open alert of which they do not know yet."""

    user_id: int
    phone: str
    ticket_id: int
    escalation_id: int


def alerted_people(count: int) -> list[Alerted]:
    """So many new people, each with a phone and an open alert of their own."""
    open_alerts(count)
    with transaction():
        people = [
            User(name=f"Osoba {n}", email=f"osoba{n}@load.test", fs_uniquifier=f"load-{n}") for n in range(count)
        ]
        db.session.add_all(people)
        db.session.flush()
        alerts = db.session.execute(
            sa.select(Escalation.ticket_id, Escalation.id)
            .join(Ticket)
            .where(Ticket.number.startswith(COPY))
            .order_by(Escalation.id)
        )
        return [
            Alerted(person.id, phone(n), *alert)
            for n, (person, alert) in enumerate(zip(people, alerts.all(), strict=True))
        ]


def alert_letter(alerted: Alerted, *, run: int = 0) -> Letter:
    """The first step's SMS, as the escalation writes it; `run` tells repetitions apart."""
    return Letter(
        event=NotificationEvent.ALERT,
        channel=Channel.SMS,
        address=alerted.phone,
        dedupe_key=f"alert:{alerted.escalation_id}:{run}:0:{alerted.user_id}:sms",
        lane=Lane.ALERT,
        user_id=alerted.user_id,
        ticket_id=alerted.ticket_id,
        escalation_id=alerted.escalation_id,
        step_position=0,
    )


def enqueue_notices(count: int, *, first: int = 0) -> None:
    """So many notices of one normal ticket, SMS and mail by turns, each to another number or address."""
    with transaction():
        ticket_id = file_ticket(Priority.NORMAL).id
    for start in range(first, first + count, BATCH):
        with transaction():
            for n in range(start, min(start + BATCH, first + count)):
                outbox.enqueue(_notice(ticket_id, n))


def insert_notices(count: int, *, first: int = 0) -> None:
    """The same, past the outbox's door: a hundred thousand in seconds."""
    with transaction():
        ticket_id = file_ticket(Priority.NORMAL).id
    for start in range(first, first + count, BATCH):
        letters = [_notice(ticket_id, n) for n in range(start, min(start + BATCH, first + count))]
        with transaction():
            returning = sa.insert(Notification).returning(Notification.id, sort_by_parameter_order=True)
            ids = db.session.scalars(returning, [_columns(letter, _OF_NOTIFICATION) for letter in letters]).all()
            keys = [{"id": new_attempt_id(), "notification_id": id_} for id_ in ids]
            rows = [key | _columns(letter, _OF_ATTEMPT) for key, letter in zip(keys, letters, strict=True)]
            db.session.execute(sa.insert(Attempt), rows)


_OF_NOTIFICATION = ("dedupe_key", "event", "channel", "address", "ticket_id")
_OF_ATTEMPT = ("channel", "address", "lane")


def _columns(letter: Letter, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in names}


def _notice(ticket_id: int, n: int) -> Letter:
    channel = (Channel.SMS, Channel.EMAIL)[n % 2]
    return Letter(
        event=NotificationEvent.NEW_TICKET,
        channel=channel,
        address=phone(n) if channel is Channel.SMS else f"osoba{n}@load.test",
        dedupe_key=f"load:{n}",
        lane=Lane.NOTICE,
        ticket_id=ticket_id,
    )
