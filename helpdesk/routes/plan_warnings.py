"""Warnings about the duty as pages show them (templates/plan/_warnings.html)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for

from helpdesk import clock, warning_words
from helpdesk.config import settings
from helpdesk.models import User
from helpdesk.models.codes import RoleName, WarningKind
from helpdesk.oncall.roster import Span
from helpdesk.oncall.warning_letters import NEAR, mark_of
from helpdesk.oncall.warnings import AHEAD, PlanWarning, warnings
from helpdesk.phone import hide_middle
from helpdesk.routes import plan_links
from helpdesk.sentences import _

ICONS = {WarningKind.UNCOVERED: "urgent", WarningKind.UNREACHABLE: "phone"}


@dataclass(frozen=True)
class Way:
    """A link to where it is solved."""

    href: str
    text: str


@dataclass(frozen=True)
class Shown:
    """`is_near`: today or tomorrow."""

    starts_at: datetime
    says: str
    does: str
    icon: str
    is_near: bool
    way: Way | None


def _change(warning: PlanWarning) -> Way:
    span = Span(warning.starts_at, warning.ends_at)
    return Way(plan_links.change(warning.schedules[0], span), _("Name somebody for these hours"))


def _stand_in(warning: PlanWarning) -> Way:
    span = Span(warning.starts_at, warning.ends_at)
    return Way(plan_links.change(warning.schedules[0], span, warning.people[0]), _("Name somebody for these hours"))


def _person(warning: PlanWarning) -> Way:
    return Way(url_for("people.show", user_id=warning.people[0].id), warning.people[0].name)


def _absences(_warning: PlanWarning) -> Way:
    return Way(url_for("cover.index", _anchor="absent"), _("Absences and swaps"))


def _layers(warning: PlanWarning) -> Way:
    schedule = warning.schedules[0]
    return Way(url_for("schedules.show", schedule_id=schedule.id), _("Change the rotation"))


# Where a manager solves it.
WAYS: dict[WarningKind, Callable[[PlanWarning], Way]] = {
    WarningKind.UNCOVERED: _change,
    WarningKind.UNREACHABLE: _person,
    WarningKind.COVER_OPEN: _stand_in,
    WarningKind.TWO_ABSENT: _absences,
    WarningKind.TWO_DUTIES: _stand_in,
    WarningKind.ALONE: _layers,
}


def plan_warnings(reader: User) -> list[Shown]:
    """Those of the next 14 days, the nearest first. Whole numbers of others are for managers."""
    now = clock.now()
    today = now.astimezone(settings().zone).date()
    return [
        Shown(
            each.starts_at,
            warning_words.says(params := _for(reader, each)),
            warning_words.does(params),
            ICONS.get(each.kind, "person"),
            mark_of(each, today) == NEAR,
            WAYS[each.kind](each) if reader.is_a(RoleName.MANAGER) else None,
        )
        for each in warnings(now, now + AHEAD)
    ]


def _for(reader: User, warning: PlanWarning) -> dict[str, Any]:
    params = warning.params()
    if "problem" in params and not reader.is_a(RoleName.MANAGER):
        params["problem"] |= {"value": hide_middle(params["problem"]["value"])}
    return params
