"""A person's own rules: over which channel after how long, by urgency and time of day. Pure.

Nobody can configure silence: `completed` adds the step's own channels where the rules alone would leave the phone
of a person quiet for too long.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from helpdesk.models.codes import Channel, Priority
from helpdesk.oncall.spans import is_between

Way = tuple[Channel, timedelta]  # over what, how long after the beginning
LATEST = timedelta(minutes=2)  # by then a phone has been tried
ON_THE_PHONE = (Channel.SMS, Channel.VOICE)


class Rule(Protocol):
    """A row of NotifyRule."""

    @property
    def priority(self) -> Priority: ...
    @property
    def channel(self) -> Channel: ...
    @property
    def minutes(self) -> int: ...
    @property
    def from_time(self) -> time | None: ...
    @property
    def until_time(self) -> time | None: ...


def ways(rules: Iterable[Rule], priority: Priority, at: datetime, zone: ZoneInfo) -> list[Way]:
    """What the rules say for that urgency at that instant, soonest first, each channel once; empty: nothing."""
    clock_time = at.astimezone(zone).time()
    meant = [rule for rule in rules if rule.priority is priority and _covers(rule, clock_time)]
    return earliest((rule.channel, timedelta(minutes=rule.minutes)) for rule in meant)


def of_step(channels: Sequence[Channel], gap: timedelta) -> list[Way]:
    """One after the other, as a step of an alert says."""
    return [(channel, order * gap) for order, channel in enumerate(channels)]


def earliest(found: Iterable[Way]) -> list[Way]:
    """Each channel once, soonest first."""
    soonest: dict[Channel, timedelta] = {}
    for channel, after in found:
        soonest[channel] = min(after, soonest.get(channel, after))
    return sorted(soonest.items(), key=lambda way: way[1])


def completed(own: Sequence[Way], step: Sequence[Way], lasts: timedelta) -> list[Way]:
    """The person's own ways in a step of that length; with those of the step where they are too little.

    Both hold only channels that the person has. Without own ways the step's are as they are.
    """
    in_time = [way for way in own if way[1] < lasts]
    if not in_time:
        return list(step)
    return in_time if is_prompt(in_time) else earliest([*in_time, *step])


def is_prompt(found: Iterable[Way]) -> bool:
    """A phone is tried early enough."""
    return any(channel in ON_THE_PHONE and after <= LATEST for channel, after in found)


def _covers(rule: Rule, clock_time: time) -> bool:
    if rule.from_time is None or rule.until_time is None:
        return True
    return is_between(clock_time, rule.from_time, rule.until_time)
