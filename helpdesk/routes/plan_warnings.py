"""Warnings about the duty as pages show them (templates/plan/_warnings.html)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk import clock, warning_words
from helpdesk.config import settings
from helpdesk.models import User
from helpdesk.models.codes import RoleName, WarningKind
from helpdesk.oncall.warning_letters import NEAR, mark_of
from helpdesk.oncall.warnings import AHEAD, PlanWarning, warnings
from helpdesk.phone import hide_middle

ICONS = {WarningKind.UNCOVERED: "urgent", WarningKind.UNREACHABLE: "phone"}


@dataclass(frozen=True)
class Shown:
    """`is_near`: today or tomorrow."""

    starts_at: datetime
    says: str
    does: str
    icon: str
    is_near: bool


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
        )
        for each in warnings(now, now + AHEAD)
    ]


def _for(reader: User, warning: PlanWarning) -> dict[str, Any]:
    params = warning.params()
    if "problem" in params and not reader.is_a(RoleName.MANAGER):
        params["problem"] |= {"value": hide_middle(params["problem"]["value"])}
    return params
