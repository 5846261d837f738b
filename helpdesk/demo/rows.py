"""Stories become rows, many at once, and the ticket numbers go on where they stopped."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk.config import settings
from helpdesk.demo.story import Row
from helpdesk.demo.telling import Story
from helpdesk.extensions import db
from helpdesk.models import Clock, ClockPause, Message, Reminder, Ticket, TicketCounter, TimelineEvent

Counters = Counter[tuple[int, int]]  # (municipality id, local year) → last number


def insert_stories(stories: Iterable[Story]) -> list[int]:
    """Insert the tickets in the order of their filing, keep the number counters in step; the tickets' ids.

    Runs inside the caller's transaction.
    """
    told = sorted(stories, key=lambda story: story.ticket["created_at"])
    if not told:
        return []
    counters, zone = _counters(), settings().zone
    ids = _insert(Ticket, [{**story.ticket, "number": _next_number(story, counters, zone)} for story in told])
    _keep(counters)
    _insert_talk(ids, told)
    _insert_clocks(ids, told)
    return ids


def _next_number(story: Story, counters: Counters, zone: ZoneInfo) -> str:
    created: datetime = story.ticket["created_at"]
    key = story.ticket["municipality_id"], created.astimezone(zone).year
    counters[key] += 1
    return f"{story.code}-{key[1]}-{counters[key]:04d}"


def _counters() -> Counters:
    rows = db.session.scalars(sa.select(TicketCounter))
    return Counter({(row.municipality_id, row.year): row.last for row in rows})


def _keep(counters: Counters) -> None:
    for (municipality_id, year), last in counters.items():
        db.session.merge(TicketCounter(municipality_id=municipality_id, year=year, last=last))
    db.session.flush()


def _insert_talk(ids: Sequence[int], told: Sequence[Story]) -> None:
    """Messages first: the events name them by their ids."""
    said = [{**row, "ticket_id": id_} for id_, story in zip(ids, told, strict=True) for row in story.messages]
    message_ids = iter(_insert(Message, said))
    events: list[Row] = []
    for ticket_id, story in zip(ids, told, strict=True):
        own = [next(message_ids) for _message in story.messages]
        events += [_event_of(row, ticket_id, own) for row in story.events]
    _insert_all(TimelineEvent, events)


def _event_of(row: Row, ticket_id: int, message_ids: list[int]) -> Row:
    place = row["message"]
    data = row["data"] if place is None else {**row["data"], "message_id": message_ids[place]}
    columns = {name: value for name, value in row.items() if name != "message"}
    return {**columns, "data": data, "ticket_id": ticket_id}


def _insert_clocks(ids: Sequence[int], told: Sequence[Story]) -> None:
    clocks = [(id_, row) for id_, story in zip(ids, told, strict=True) for row in story.clocks]
    clock_ids = _insert(Clock, [{**_own_columns(row), "ticket_id": id_} for id_, row in clocks])
    rows = [row for _id, row in clocks]
    _insert_all(ClockPause, _pauses(clock_ids, rows))
    _insert_all(Reminder, _reminders(clock_ids, rows))


def _own_columns(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("pauses", "reminders")}


def _pauses(clock_ids: Sequence[int], rows: Sequence[Row]) -> Iterator[Row]:
    for clock_id, row in zip(clock_ids, rows, strict=True):
        for start, end in row["pauses"]:
            yield {"clock_id": clock_id, "starts_at": start, "ends_at": end}


def _reminders(clock_ids: Sequence[int], rows: Sequence[Row]) -> Iterator[Row]:
    for clock_id, row in zip(clock_ids, rows, strict=True):
        for reminder in row["reminders"]:
            yield {**reminder, "clock_id": clock_id}


def _insert(model: Any, rows: Sequence[Row]) -> list[int]:
    """The ids given to the rows, in their order."""
    ids = _new_ids(model, len(rows))
    _insert_all(model, ({**row, "id": id_} for id_, row in zip(ids, rows, strict=True)))
    return ids


def _new_ids(model: Any, count: int) -> list[int]:
    """Asked for beforehand: the databases give generated ids back one row at a time or in no order."""
    if db.engine.dialect.name == "postgresql":
        taken = sa.func.nextval(sa.func.pg_get_serial_sequence(model.__tablename__, "id"))
        return list(db.session.scalars(sa.select(taken).select_from(sa.func.generate_series(1, count))))
    last = db.session.scalar(sa.select(sa.func.max(model.id))) or 0  # the write lock is ours
    return list(range(last + 1, last + 1 + count))


def _insert_all(model: Any, rows: Iterable[Row]) -> None:
    given = list(rows)
    if given:
        db.session.execute(sa.insert(model.__table__), given)
