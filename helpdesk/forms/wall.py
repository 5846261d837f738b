"""What the clocks on the wall show, as people type it, and the instants that they mean.

Of a time that the clocks show twice the first is a beginning and the last an end; one that they skip is the first
instant after the gap.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.sla.calendar import first_instant, last_instant


def instant_of(wall: datetime, time_zone: str) -> datetime:
    """The first instant at which the clocks show it; a beginning."""
    return first_instant(wall, ZoneInfo(time_zone))


def end_of(wall: datetime, time_zone: str) -> datetime:
    """The last instant at which the clocks show it; an end."""
    return last_instant(wall, ZoneInfo(time_zone))


def wall_of(at: datetime, time_zone: str) -> datetime:
    """What the clocks show, naive, in whole minutes: rounded up, so that a moment still lies ahead."""
    up = at + timedelta(seconds=59, microseconds=999_999)
    return up.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None, second=0, microsecond=0)


def read_wall(text: str | None, time_zone: str) -> datetime | None:
    """An instant (ISO) as the clocks show it; without a zone it is what they show. None for what is no time."""
    try:
        at = datetime.fromisoformat(text or "")
        return at if at.tzinfo is None else wall_of(at, time_zone)
    except (ValueError, OverflowError):
        return None
