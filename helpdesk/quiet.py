"""Quiet hours: notices wait until morning; everybody may have hours of their own."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.config import settings
from helpdesk.models import User
from helpdesk.oncall.spans import is_between
from helpdesk.sla.calendar import first_instant, last_instant


def quiet_hours_of(user: User) -> tuple[time, time]:
    """Local, may span midnight: the person's own, else those of the house."""
    if user.quiet_from is None or user.quiet_until is None:
        return settings().quiet_hours
    return user.quiet_from, user.quiet_until


def when_awake(user: User, at: datetime) -> datetime:
    """`at` itself, or when the person's quiet hours around it are over."""
    return after_quiet_hours(at, quiet_hours_of(user), settings().zone)


def after_quiet_hours(at: datetime, quiet: tuple[time, time], zone: ZoneInfo) -> datetime:
    """Pure: `at` itself outside the quiet hours, else their end in UTC. `quiet` is local and may span midnight."""
    start, end = quiet
    local = at.astimezone(zone)
    if not is_between(local.time(), start, end):
        return at
    ends_tomorrow = end < start <= local.time()
    day = local.date() + timedelta(days=1 if ends_tomorrow else 0)
    # An end that the clocks skip is the first instant after the gap; one that they repeat may lie behind us.
    over = first_instant(datetime.combine(day, end), zone)
    return over if over > at else last_instant(datetime.combine(day, end), zone)
