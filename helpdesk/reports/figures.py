"""What the measures give: plain values, ready to be shown."""

from dataclasses import dataclass
from enum import StrEnum

from helpdesk.models.codes import Category, Priority, TicketStatus
from helpdesk.reports.period import Period


class Dimension(StrEnum):
    MUNICIPALITY = "municipality"
    UNIT = "unit"
    CATEGORY = "category"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """None: all of them. The administrator is whoever the ticket is assigned to."""

    municipality_id: int | None = None
    unit_id: int | None = None
    category: Category | None = None
    priority: Priority | None = None
    administrator_id: int | None = None


EVERYTHING = Filters()


@dataclass(frozen=True)
class OpenCount:
    """Open tickets of one state and priority: how many, without acknowledgement, overdue, due within SOON."""

    status: TicketStatus
    priority: Priority
    tickets: int
    unacknowledged: int
    late: int
    soon: int


@dataclass(frozen=True)
class Flow:
    """`filed` in the period; of them urgent and reopened; `resolved` counts those solved in it, whenever filed."""

    filed: int
    urgent: int
    reopened: int
    resolved: int


@dataclass(frozen=True)
class Measure:
    """How a target went for a group of tickets; minutes are None where nothing was met."""

    filed: int = 0
    kept: int = 0
    missed: int = 0
    median: int | None = None
    p90: int | None = None

    @property
    def share(self) -> float | None:
        """Kept among kept and missed, 0 to 1; None while there is neither."""
        decided = self.kept + self.missed
        return self.kept / decided if decided else None


@dataclass(frozen=True)
class GroupRow:
    """`key` is an id or a code, empty for tickets of nobody; `name` is empty for codes and for nobody."""

    key: str
    name: str
    measure: Measure


@dataclass(frozen=True)
class TrendPoint:
    part: Period
    filed: int
    resolved: int
    kept: int
    missed: int
