"""Who is shown which entry of the menu, and where a person's own work starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.models import User
from helpdesk.models.codes import STAFF, RoleName


@dataclass(frozen=True)
class Entry:
    """A place in the menu; `values` are what its address needs besides the endpoint."""

    endpoint: str
    label: LazyString
    roles: tuple[RoleName, ...]
    is_for: Callable[[User], bool] = lambda _user: True
    values: Callable[[User], dict[str, Any]] = lambda _user: {}


@dataclass(frozen=True)
class Link:
    """An entry with its address, as the page shows it."""

    href: str
    label: LazyString
    is_here: bool


def _own_unit(user: User) -> dict[str, Any]:
    return {"unit_id": user.units[0].id}


MENU = (
    Entry("dashboard.index", _l("Overview"), STAFF),
    Entry("desk.index", _l("Tickets"), (*STAFF, RoleName.COORDINATOR)),
    Entry("duty.now", _l("My duty"), (RoleName.ADMINISTRATOR,)),
    Entry("plan.index", _l("On-call"), STAFF),
    Entry("units.index", _l("Units"), (*STAFF, RoleName.COORDINATOR)),
    Entry("units.show", _l("My unit"), (RoleName.REPORTER,), lambda user: len(user.units) == 1, _own_unit),
    Entry("units.index", _l("My units"), (RoleName.REPORTER,), lambda user: len(user.units) > 1),
    Entry("reports.start", _l("Reports"), (RoleName.MANAGER, RoleName.COORDINATOR)),
    Entry("sla.index", _l("SLA"), (RoleName.MANAGER,)),
    Entry("people.index", _l("People"), (RoleName.MANAGER,)),
    Entry("health.index", _l("System"), (RoleName.MANAGER,)),
)
# The pages about the duty, on all of which they stand as tabs.
ON_CALL: tuple[Entry, ...] = (
    Entry("plan.index", _l("Plan"), STAFF),
    Entry("cover.index", _l("Absences and swaps"), STAFF),
    Entry("schedules.index", _l("Schedules"), STAFF),
    Entry("policies.index", _l("Escalation"), STAFF),
    Entry("load.index", _l("Load"), STAFF),
    Entry("feeds.index", _l("Calendars"), STAFF),
)
MENU_OF_ON_CALL = "plan.index"
# Pages that belong to a tab of another blueprint.
TAB_OF_BLUEPRINT = {"layers": "schedules.index", "temporary": "schedules.index"}
MENU_OF_BLUEPRINT = dict.fromkeys(("sla", "sla_contracts", "sla_calendars"), "sla.index")
# Where the main page leads to; for others to the first entry of their menu.
STARTS = {
    RoleName.MANAGER: "dashboard.index",
    RoleName.ADMINISTRATOR: "desk.index",
    RoleName.COORDINATOR: "units.index",
}


def menu(user: User) -> list[Link]:
    """The entries for the person's roles; the one of the duty stands for all of its pages."""
    here = MENU_OF_ON_CALL if _tab_here() else MENU_OF_BLUEPRINT.get(request.blueprint or "", request.endpoint)
    return _links(MENU, user, here)


def on_call_tabs(user: User) -> list[Link]:
    return _links(ON_CALL, user, _tab_here())


def _tab_here() -> str | None:
    """The tab of the page; of a page without one, the first tab of its blueprint."""
    tabs = [entry.endpoint for entry in ON_CALL]
    if request.endpoint in tabs:
        return request.endpoint
    own = next((tab for tab in tabs if tab.partition(".")[0] == request.blueprint), None)
    return own or TAB_OF_BLUEPRINT.get(request.blueprint or "")


def _links(all_entries: tuple[Entry, ...], user: User, here: str | None) -> list[Link]:
    entries = [e for e in all_entries if any(user.is_a(role) for role in e.roles) and e.is_for(user)]
    return [Link(url_for(e.endpoint, **e.values(user)), e.label, e.endpoint == here) for e in entries]


def start_of(user: User) -> str | None:
    """The address of the page where the person's work starts; None when there is none for them."""
    own = next((endpoint for role, endpoint in STARTS.items() if user.is_a(role)), None)
    if own is not None:
        return url_for(own)
    return next((link.href for link in menu(user)), None)
