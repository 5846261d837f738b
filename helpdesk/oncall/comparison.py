"""Two plans of one schedule side by side. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Generic, TypeVar

from helpdesk.oncall.roster import Stint

Person = TypeVar("Person")


@dataclass(frozen=True)
class Line(Generic[Person]):
    """Who is on duty in [starts_at, ends_at) by the one plan and by the other."""

    starts_at: datetime
    ends_at: datetime
    before: tuple[Person, ...]
    after: tuple[Person, ...]

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def compared(
    before: Sequence[Stint[Person]], after: Sequence[Stint[Person]], since: datetime, until: datetime
) -> list[Line[Person]]:
    """The span [since, until) in lines, a new one wherever one of the plans changes."""
    ends = {at for stint in (*before, *after) for at in (stint.starts_at, stint.ends_at) if since < at < until}
    lines: list[Line[Person]] = []
    for start, end in pairwise(sorted({since, until, *ends})):
        line = Line(start, end, _there(before, start), _there(after, start))
        lines.append(line)
    return lines


def _there(stints: Iterable[Stint[Person]], at: datetime) -> tuple[Person, ...]:
    return tuple(stint.person for stint in stints if stint.covers(at))
