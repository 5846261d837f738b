"""Lists as Twilio gives them: newest first, filtered, paged by a token that survives new arrivals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from helpdesk.simulator.refusals import RefusalError

Query = Mapping[str, str]
DEFAULT_SIZE = 50
LARGEST_SIZE = 1000


@dataclass(frozen=True)
class Listing:
    """`key` names the list in the JSON; `path` is that of the list's URL."""

    key: str
    path: str


Item = TypeVar("Item")


def page(items: Sequence[tuple[str, Item]], query: Query, listing: Listing) -> dict[str, object]:
    """One page as JSON, from (sid, representation) pairs, newest first. Raises RefusalError (bad token)."""
    size = max(1, min(_whole(query, "PageSize", DEFAULT_SIZE), LARGEST_SIZE))
    number = _whole(query, "Page", 0)
    start = _start(items, query, number * size)
    shown = items[start : start + size]
    has_more = start + size < len(items)
    following = {"Page": str(number + 1), "PageToken": f"PA{shown[-1][0]}"} if has_more else {}
    return {
        listing.key: [representation for _, representation in shown],
        "page": number,
        "page_size": size,
        "start": start,
        "end": start + len(shown) - 1 if shown else 0,
        "uri": _uri(listing, query, {}),
        "first_page_uri": _uri(listing, _without_token(query), {"Page": "0"}),
        "previous_page_uri": None,
        "next_page_uri": _uri(listing, query, following) if has_more else None,
    }


def _whole(query: Query, name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not value.isdigit():
        raise RefusalError(20001, f"{name}={value}")
    return int(value)


def _start(items: Sequence[tuple[str, Item]], query: Query, offset: int) -> int:
    token = query.get("PageToken", "")
    if not token:
        return offset
    for index, (sid, _) in enumerate(items):
        if token == f"PA{sid}":
            return index + 1
    raise RefusalError(20001, f"PageToken={token}")


def _without_token(query: Query) -> dict[str, str]:
    return {name: value for name, value in query.items() if name != "PageToken"}


def _uri(listing: Listing, query: Query, changes: Query) -> str:
    return f"{listing.path}?{urlencode({**query, **changes})}"


def within(value: datetime | None, query: Query, name: str) -> bool:
    """Whether a moment fits `name`, `name<` and `name>` (both inclusive); None fits none of them.

    A bound is a date (the whole UTC day) or a UTC moment. Raises RefusalError for anything else.
    """
    return all(
        fits(value, *_bounds(query[name + sign])) for sign, fits in COMPARISONS.items() if query.get(name + sign)
    )


Comparison = Callable[[datetime | None, datetime, datetime], bool]
COMPARISONS: Mapping[str, Comparison] = {
    "": lambda value, first, last: value is not None and first <= value <= last,
    "<": lambda value, _first, last: value is not None and value <= last,
    ">": lambda value, first, _last: value is not None and value >= first,
}


def _bounds(text: str) -> tuple[datetime, datetime]:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RefusalError(20001, text) from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    span = timedelta(days=1) if len(text) == len("2026-01-01") else timedelta(seconds=1)
    return moment, moment + span - timedelta(microseconds=1)
