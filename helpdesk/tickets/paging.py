"""A page of a list, and the key that continues it: the place of its last ticket in the order, never an offset."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.base import read_id
from helpdesk.models import Ticket


@dataclass(frozen=True)
class Page:
    """`next_key` continues the list; empty on its last page. `searched_back_to`: the text was looked for in tickets
    filed since then, in earlier ones not yet."""

    tickets: Sequence[Ticket]
    next_key: str
    searched_back_to: datetime | None = None


def page_of(found: list[Ticket], size: int, key: Callable[[Ticket], tuple[datetime | None, int]]) -> Page:
    tickets = found[:size]
    return Page(tickets, write_key(*key(tickets[-1])) if len(found) > size else "")


def write_key(at: datetime | None, last_id: int) -> str:
    return f"{at.isoformat() if at else ''}_{last_id}"


def read_key(text: str) -> tuple[datetime | None, int]:
    """(None, 0) for a text that is no key of ours."""
    at, _, number = text.rpartition("_")
    last_id = read_id(number)
    if last_id is None:
        return None, 0
    try:
        instant = datetime.fromisoformat(at) if at else None
    except ValueError:
        return None, 0
    if instant and instant.tzinfo is None:
        return None, 0
    return instant, last_id
