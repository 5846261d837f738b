"""What the list of the desk shows: the filters of the address turned into a page of tickets."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.base import read_id
from helpdesk.errors import NotFound
from helpdesk.forms.desk import kept_fields, kept_parameters, read_days, read_wanted
from helpdesk.labels import label
from helpdesk.models import Municipality, Ticket, User
from helpdesk.models.codes import OPEN_STATUSES, Category, Priority, TicketStatus
from helpdesk.oncall.people import administrators_to_choose
from helpdesk.routes import filter_words
from helpdesk.sentences import _
from helpdesk.tickets import queries
from helpdesk.tickets.access import find_ticket, visible_to
from helpdesk.tickets.queries import NOBODY
from helpdesk.tickets.wanted import Span, Wanted

_NUMBER = re.compile(r"[A-Za-z]{1,4}-\d{4}-\d{4,}")
_NO_PLACE = 0
_OF_STAFF = {"municipality", "assignee", "administrator"}  # what only staff may look for
PLACE_CHARACTERS = 120  # that are read of what was typed
SPANS: dict[Span, LazyString] = {
    Span.OPEN: _l("All open"),
    Span.FINISHED: _l("Finished"),
    Span.ALL: _l("All tickets"),
}


@dataclass(frozen=True)
class Choice:
    """One of the states to look at, as a link; `count` is None where counting would cost too much."""

    href: str
    label: LazyString
    count: int | None
    is_here: bool


@dataclass(frozen=True)
class Place:
    """The municipality of the filter: what was typed, what was found, and why nothing was."""

    text: str = ""
    municipality: Municipality | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        return self.municipality.name if self.municipality else self.text

    @property
    def id(self) -> int | None:
        if self.problem:
            return _NO_PLACE
        return self.municipality.id if self.municipality else None


def ticket_named(text: str, user: User) -> Ticket | None:
    """The ticket whose whole number was typed into the search, in whatever state it is."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    try:
        return find_ticket(text.strip(), user)
    except NotFound:
        return None


def contents(args: Mapping[str, str], user: User) -> dict[str, Any]:
    """Everything that templates/desk/index.html needs, with a number of queries that does not depend on rows."""
    args = args if user.is_staff else _without(args, _OF_STAFF)
    place, visible = read_place(args.get("municipality", "")), visible_to(user)
    if unit_within(read_id(args.get("unit")), place) is None:
        args = _without(args, {"unit"})
    wanted = read_wanted(args, me=user.id, municipality_id=place.id)
    is_front = wanted == Wanted()
    turn = queries.due_page if wanted.is_open_only else queries.history_page
    listed = queries.except_alerts(visible) if is_front else visible
    page = turn(wanted, listed, after=args.get("after", ""))
    units = queries.units_to_choose(place.id, wanted.unit_id) if user.is_staff else user.units
    people = administrators_to_choose(wanted.assignee_id) if user.is_staff else []
    days = read_days(args, wanted.status)
    return {
        "page": page,
        "alerts": [] if args.get("after") else queries.unanswered_alerts(visible),
        "wanted": wanted,
        "is_front": is_front,
        "days": days,
        "place": place,
        "units": units,
        "people": people,
        "narrowed_to": filter_words.of_list(wanted, place.name, units, people),
        "days_in_words": filter_words.of_days(days, by_end=wanted.by_end),
        "kept": kept_fields(wanted),
        "me_id": user.id,
        "NOBODY": NOBODY,
        "categories": list(Category),
        "priorities": list(Priority),
        "choices": choices(args, wanted, queries.count_open(_if_open(args, user, place), visible)),
        "next_href": url_for("desk.index", **kept_parameters(args, after=page.next_key)) if page.next_key else "",
        "first_href": url_for("desk.index", **kept_parameters(args)) if args.get("after") else "",
        "without_days_href": url_for("desk.index", **kept_parameters(args, status=wanted.status.value, since="")),
        "unfiltered_href": url_for("desk.index", status=wanted.status.value, q=wanted.text or None),
        "everything_href": url_for("desk.index", **kept_parameters(args, status=Span.ALL.value, since="")),
    }


def read_place(text: str) -> Place:
    """By id (links of the dashboard), code, or name typed by hand."""
    text = text.strip()[:PLACE_CHARACTERS]
    if not text:
        return Place()
    found = queries.find_municipalities(text)
    if len(found) == 1:
        return Place(found[0].code, found[0])
    codes = ", ".join(place.code for place in found)
    several = _("There are several of that name; type the code: %(codes)s.", codes=codes)
    return Place(text, problem=several if found else _("There is no such municipality."))


def unit_within(unit_id: int | None, place: Place) -> int | None:
    """The unit of the filter; None where a municipality is chosen that it does not belong to."""
    if unit_id is None or place.municipality is None or queries.is_unit_of(unit_id, place.municipality.id):
        return unit_id
    return None


def choices(args: Mapping[str, str], wanted: Wanted, counts: dict[TicketStatus, int]) -> list[Choice]:
    """The states as links that keep the other filters."""
    known: dict[str, int] = {Span.OPEN: sum(counts.values())} if counts else {}
    known |= {status: counts[status] for status in counts}
    order: list[Span | TicketStatus] = [Span.OPEN, *OPEN_STATUSES, Span.FINISHED, Span.ALL]
    return [
        Choice(
            href=url_for("desk.index", **kept_parameters(args, status=state.value)),
            label=SPANS[state] if isinstance(state, Span) else label(state),
            count=known.get(state),
            is_here=state is wanted.status,
        )
        for state in order
    ]


def _without(args: Mapping[str, str], names: Set[str]) -> dict[str, str]:
    return {name: text for name, text in args.items() if name not in names}


def _if_open(args: Mapping[str, str], user: User, place: Place) -> Wanted:
    """The same filters on open tickets: what the links of the open states will show."""
    return read_wanted({**args, "status": Span.OPEN}, me=user.id, municipality_id=place.id)
