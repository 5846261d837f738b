"""Who is on duty in a rotation: pure arithmetic over local wall-clock time.

Shift n begins when the clocks on the wall first show start + n × length. A skipped wall time begins with
the first instant after the gap, so a shift inside the gap has no length and nobody notices it.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from helpdesk.sla.calendar import first_instant, require_utc

Participant = TypeVar("Participant")

_MONTHLY = "monthly"
_UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
KINDS = (*_UNITS, _MONTHLY)


@dataclass(frozen=True)
class Rotation(Generic[Participant]):
    """Participants taking turns for ever, in both directions of time.

    `kind` is one of KINDS, `shift_length` its number of hours, days, weeks or months per shift, and
    `participants[0]` is on duty from `start` (aware; its seconds are dropped). Hand-overs keep the local
    time of `start` in `time_zone`; hourly ones count the hours of the clock as well, so in spring one turn
    is skipped and in autumn one lasts an hour longer. A monthly hand-over on day 29 to 31 falls on the last
    day of shorter months.
    Raises ValueError for no participants, an unknown kind, a shift length below 1 or a naive start;
    ZoneInfoNotFoundError for the zone.
    """

    kind: str
    start: datetime
    time_zone: str
    shift_length: int
    participants: Sequence[Participant]

    def __post_init__(self) -> None:
        if not self.participants:
            raise ValueError("a rotation needs participants")
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of rotation: {self.kind!r}")
        if self.shift_length < 1:
            raise ValueError("a shift lasts at least one hour, day, week or month")
        require_utc(self.start)
        ZoneInfo(self.time_zone)

    def on_call(self, at: datetime) -> Participant:
        """Who is on duty at an aware instant. Raises ValueError for a naive one."""
        return self.participants[self.number(at) % len(self.participants)]

    def number(self, at: datetime) -> int:
        """Which shift it is at an aware instant; 0 is the one that begins at `start`."""
        return self._shift(require_utc(at))

    def next_handoff(self, at: datetime) -> datetime:
        """The first hand-over after an aware instant, in UTC."""
        return self._begins(self.number(at) + 1)

    def handoffs(self, since: datetime, until: datetime) -> list[datetime]:
        """The instants in [since, until) at which a shift begins, increasing, in UTC."""
        since = require_utc(since)
        return [begins for begins, _participant in self.turns(since, until) if begins >= since]

    def turns(self, since: datetime, until: datetime) -> list[tuple[datetime, Participant]]:
        """Who is on duty in [since, until): from when, in UTC, and who; the first turn may have begun before."""
        return list(self._turns(require_utc(since), require_utc(until)))

    def _turns(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, Participant]]:
        shift = self._shift(since)
        begins = self._begins(shift)
        while begins < until:
            following = self._begins(shift + 1)
            if begins < following:
                yield begins, self.participants[shift % len(self.participants)]
            shift, begins = shift + 1, following

    def _shift(self, at: datetime) -> int:
        """The last shift to begin by `at`: estimated on the wall clock, then corrected for a clock change."""
        shift = self._estimate(at.astimezone(self.zone).replace(tzinfo=None))
        while self._begins(shift) > at:
            shift -= 1
        while self._begins(shift + 1) <= at:
            shift += 1
        return shift

    def _estimate(self, wall: datetime) -> int:
        if self.kind == _MONTHLY:
            return (_months(wall) - _months(self._first_wall)) // self.shift_length
        return (wall - self._first_wall) // (_UNITS[self.kind] * self.shift_length)

    def _begins(self, shift: int) -> datetime:
        return first_instant(self._wall(shift), self.zone)

    def _wall(self, shift: int) -> datetime:
        """What the clock shows when a shift begins."""
        units = shift * self.shift_length
        if self.kind != _MONTHLY:
            return self._first_wall + units * _UNITS[self.kind]
        year, month = divmod(_months(self._first_wall) + units, 12)
        last_day = monthrange(year, month + 1)[1]
        return self._first_wall.replace(year=year, month=month + 1, day=min(self._first_wall.day, last_day))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone whose clocks count."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def _first_wall(self) -> datetime:
        return self.start.astimezone(self.zone).replace(tzinfo=None, fold=0, second=0, microsecond=0)


def _months(wall: datetime) -> int:
    return wall.year * 12 + wall.month - 1
