"""Who is shown which entry of the menu, and where a person's own work starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.models import User
from helpdesk.models.codes import STAFF, RoleName


@dataclass(frozen=True)
class Entry:
    """A place in the menu."""

    endpoint: str
    label: LazyString
    roles: tuple[RoleName, ...]
    is_for: Callable[[User], bool] = lambda _user: True


@dataclass(frozen=True)
class Link:
    """An entry with its address, as the page shows it."""

    href: str
    label: LazyString
    is_here: bool


MANAGER = (RoleName.MANAGER,)
MENU = (
    Entry("dashboard.index", _l("Overview"), STAFF),
    Entry("desk.index", _l("Tickets"), (*STAFF, RoleName.COORDINATOR)),
    Entry("duty.now", _l("My duty"), (RoleName.ADMINISTRATOR,)),
    Entry("units.index", _l("Units"), (*STAFF, RoleName.COORDINATOR)),
    Entry("units.show", _l("My unit"), (RoleName.REPORTER,), lambda user: len(user.units) == 1),
    Entry("units.index", _l("My units"), (RoleName.REPORTER,), lambda user: len(user.units) > 1),
    Entry("health.index", _l("System"), MANAGER),
)
# The first that the person has and that exists is where the main page leads to.
STARTS = (
    (RoleName.MANAGER, ("dashboard.index", "desk.index")),
    (RoleName.ADMINISTRATOR, ("desk.index",)),
    (RoleName.COORDINATOR, ("units.index", "desk.index")),
)


def menu(user: User) -> list[Link]:
    """The entries for the person's roles; those whose page does not exist are left out."""
    entries = [e for e in MENU if any(user.is_a(role) for role in e.roles) and e.is_for(user)]
    links = [(address(entry.endpoint, user), entry) for entry in entries]
    return [Link(href, entry.label, request.endpoint == entry.endpoint) for href, entry in links if href]


def start_of(user: User) -> str | None:
    """The address of the page where the person's work starts; None when there is none for them."""
    for role, endpoints in STARTS:
        if user.is_a(role):
            found = [href for href in (address(endpoint, user) for endpoint in endpoints) if href]
            if found:
                return found[0]
    return menu(user)[0].href if menu(user) else None


def address(endpoint: str, user: User) -> str | None:
    """Where `endpoint` is for this person; None when there is no such page or it is not for them."""
    if endpoint not in current_app.view_functions:
        return None
    wanted = next(current_app.url_map.iter_rules(endpoint)).arguments
    values: dict[str, Any] = {name: OWN[name](user) for name in wanted if name in OWN}
    if values.keys() != wanted or None in values.values():
        return None
    return url_for(endpoint, **values)


OWN: dict[str, Callable[[User], int | None]] = {
    "unit_id": lambda user: user.units[0].id if user.units else None,
    "municipality_id": lambda user: user.municipality_id,
}
