"""What the address of the dashboard asks for, and the addresses that lead on from a figure to its tickets."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from helpdesk import clock
from helpdesk.base import read_id
from helpdesk.config import settings
from helpdesk.forms.desk import BY_END, code_or_none
from helpdesk.models.codes import Category, Priority, SlaTargetKind
from helpdesk.reports.figures import Dimension, Filters
from helpdesk.reports.period import Period, PeriodKind, read_period
from helpdesk.routes.desk_list import Place, read_place, unit_within
from helpdesk.tickets.wanted import Outcome, Span


@dataclass(frozen=True)
class Choice:
    """The period, the filters and the target whose figures the charts and tables show."""

    period: Period
    filters: Filters
    target: SlaTargetKind
    place: Place

    def parameters(self) -> dict[str, Any]:
        """For an address of this page; url_for leaves None out."""
        return {**self.unfiltered(), **self._filters()}

    def unfiltered(self) -> dict[str, Any]:
        """The same without filters."""
        is_custom = self.period.kind is PeriodKind.CUSTOM
        is_month = self.period.kind is PeriodKind.MONTH
        return {
            "period": self.period.kind.value,
            "month": self.period.first.isoformat()[:7] if is_month else None,
            "since": self.period.first.isoformat() if is_custom else None,
            "until": self.period.last.isoformat() if is_custom else None,
            "target": self.target.value,
        }

    def tickets(self, dimension: Dimension | None = None, key: str = "", **more: Any) -> str:
        """The desk with the tickets behind a figure: those of the period, the filters and one group."""
        group = {dimension.value: key or "none"} if dimension else {}
        return f"{self._desk}?{urlencode(self._asked | group | more)}"

    @cached_property
    def _desk(self) -> str:
        """Worked out once: a page has hundreds of addresses of the desk."""
        return url_for("desk.index")

    @cached_property
    def _asked(self) -> dict[str, Any]:
        days = {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}
        chosen = {name: value for name, value in self._filters().items() if value is not None}
        return {"status": Span.ALL.value, **days, **chosen}

    def missed(self, target: SlaTargetKind, dimension: Dimension | None = None, key: str = "") -> str:
        """The same, only those whose promise was broken."""
        return self.tickets(dimension, key, target=target.value, outcome=Outcome.BREACHED.value)

    def reopened(self) -> str:
        return self.tickets(reopened="yes")

    def resolved(self) -> str:
        return self.tickets(by=BY_END)

    def urgent(self) -> str:
        return self.tickets(None, "", priority=Priority.URGENT.value)

    def _filters(self) -> dict[str, Any]:
        chosen = self.filters
        return {
            "municipality": chosen.municipality_id,
            "unit": chosen.unit_id,
            "category": chosen.category.value if chosen.category else None,
            "priority": chosen.priority.value if chosen.priority else None,
            "administrator": chosen.administrator_id,
        }


def read_choice(args: Mapping[str, str]) -> Choice:
    """Whatever cannot be read is left out; the last 30 days and the time to resolve unless it says otherwise."""
    place = read_place(args.get("municipality", ""))
    filters = Filters(
        municipality_id=place.id,
        unit_id=unit_within(read_id(args.get("unit")), place),
        category=code_or_none(Category, args.get("category")),
        priority=code_or_none(Priority, args.get("priority")),
        administrator_id=read_id(args.get("administrator")) or None,
    )
    period = read_period(args, now=clock.now(), zone=settings().zone)
    target = code_or_none(SlaTargetKind, args.get("target")) or SlaTargetKind.RESOLVE
    return Choice(period, filters, target, place)
