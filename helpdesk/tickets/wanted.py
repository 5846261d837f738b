"""What somebody is looking for in the lists of tickets."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.models.codes import OPEN_STATUSES, Category, Priority, SlaTargetKind, TicketStatus


class Span(StrEnum):
    """Several states at once."""

    OPEN = "open"
    FINISHED = "finished"
    ALL = "all"


class DueIn(StrEnum):
    """How near the next promised time of an open ticket is."""

    LATE = "late"
    SOON = "soon"  # within SOON


class Outcome(StrEnum):
    """What became of one SLA target of a ticket."""

    MET = "met"  # in time
    LATE = "late"  # met after its time
    BREACHED = "breached"  # its time passed, met since or not
    RUNNING = "running"  # neither met nor overdue so far


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody is looking for. `since` and `until` (aware) frame the creation: [since, until)."""

    status: Span | TicketStatus = Span.OPEN
    priority: Priority | None = None
    category: Category | None = None
    municipality_id: int | None = None
    unit_id: int | None = None
    assignee_id: int | None = None
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    target: SlaTargetKind | None = None
    outcome: Outcome | None = None
    due: DueIn | None = None
    reopened: bool = False
    by_end: bool = False  # resolved ones; `since` and `until` frame their end
    hours: tuple[tuple[datetime, datetime], ...] = ()  # filed in one of these spans

    @property
    def is_open_only(self) -> bool:
        return self.status is Span.OPEN or self.status in OPEN_STATUSES
