"""Keep the old promise or take the new one: a pure decision, so that no click ever makes a ticket late."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto


class Change(Enum):
    """What was done to the promise."""

    RAISED = auto()  # it became urgent
    LOWERED = auto()  # it became normal
    TARGET = auto()  # other minutes or another calendar: by category, unit or policy
    HOURS = auto()  # the calendar's hours or closed days were edited, the minutes stay
    BACK = auto()  # there was no such target for a while


class Choice(Enum):
    KEPT = auto()  # the old promise, whole
    FROM_START = auto()  # the new one, from the start
    FROM_NOW = auto()  # the new one, from the change


@dataclass(frozen=True)
class Dues:
    """When the ticket would be due: by the old promise, by the new one counted from the start and from now. The
    far future where no due time exists."""

    old: datetime
    from_start: datetime
    from_now: datetime
    now: datetime


def choose(change: Change, dues: Dues) -> Choice:
    return _CHOOSE[change](dues)


def _raised(dues: Dues) -> Choice:
    """Due is the earlier of the old due time and now + the new target."""
    return Choice.FROM_NOW if dues.from_now < dues.old else Choice.KEPT


def _lowered(dues: Dues) -> Choice:
    """Nothing is due earlier because it became less urgent."""
    return Choice.FROM_START if dues.from_start > dues.old else Choice.KEPT


def _target(dues: Dues) -> Choice:
    """A looser target counts from the start, a stricter one from now."""
    return Choice.FROM_START if dues.from_start >= dues.old else _raised(dues)


def _hours(dues: Dues) -> Choice:
    """The same count on the new hours, unless that would be late and the old one was not."""
    return Choice.KEPT if dues.from_start < dues.now <= dues.old else Choice.FROM_START


def _back(dues: Dues) -> Choice:
    return Choice.FROM_START if dues.from_start >= dues.now else Choice.FROM_NOW


_CHOOSE: dict[Change, Callable[[Dues], Choice]] = {
    Change.RAISED: _raised,
    Change.LOWERED: _lowered,
    Change.TARGET: _target,
    Change.HOURS: _hours,
    Change.BACK: _back,
}
