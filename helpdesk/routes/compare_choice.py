"""What the address of the comparison of municipalities asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.forms.desk import code_or_none
from helpdesk.models.codes import SlaTargetKind
from helpdesk.reports.compare import Order, PlaceRow, Sort, compare, ordered
from helpdesk.reports.monthly import later, month_period
from helpdesk.reports.period import Period
from helpdesk.sentences import _

FIRST_MONTH = date(2020, 1, 1)


@dataclass(frozen=True)
class Choice:
    """A month, a target and an order; `text` is part of a name. `problem` says what is wrong with `typed`."""

    first: date
    typed: str
    target: SlaTargetKind
    sort: Sort
    order: Order
    text: str = ""
    problem: str = ""

    @property
    def period(self) -> Period:
        return month_period(self.first, clock.now(), settings().zone)

    def rows(self) -> list[PlaceRow]:
        """All that are asked for, in order."""
        found = compare(self.period, self.target, clock.now())
        wanted = [row for row in found if self.text.casefold() in row.name.casefold()]
        return ordered(wanted, self.sort, self.order)

    def parameters(self, **more: Any) -> dict[str, Any]:
        """For an address of this page; url_for leaves None out."""
        chosen = {
            "month": f"{self.first:%Y-%m}",
            "target": self.target.value,
            "sort": self.sort.value,
            "order": self.order.value,
            "q": self.text or None,
        }
        return chosen | more

    def sorted_by(self, sort: Sort) -> "Choice":
        """By that column; by the one of now, the other way round."""
        other = {Order.UP: Order.DOWN, Order.DOWN: Order.UP}[self.order]
        return replace(self, sort=sort, order=other if sort is self.sort else _first_order(sort))


def read_choice(args: Mapping[str, str]) -> Choice:
    """Without a month the last one that is over; a month that cannot be shown gives it too, with the reason."""
    sort = code_or_none(Sort, args.get("sort")) or Sort.FILED
    first, problem = _month(args.get("month", "").strip())
    return Choice(
        first=first,
        typed=args.get("month", "").strip() or f"{first:%Y-%m}",
        target=code_or_none(SlaTargetKind, args.get("target")) or SlaTargetKind.FIRST_RESPONSE,
        sort=sort,
        order=code_or_none(Order, args.get("order")) or _first_order(sort),
        text=args.get("q", "").strip()[:80],
        problem=problem,
    )


def _first_order(sort: Sort) -> Order:
    return Order.UP if sort is Sort.NAME else Order.DOWN


def _month(typed: str) -> tuple[date, str]:
    this = clock.now().astimezone(settings().zone).date().replace(day=1)
    if not typed:
        return later(this, -1), ""
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return later(this, -1), _("This is no month. Write it as 2026-03.")
    if not FIRST_MONTH <= first <= this:
        return later(this, -1), _("Choose a month from 2020 up to this one.")
    return first, ""
