"""Quiet hours: notices wait until morning. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.sla.calendar import first_instant, last_instant


def after_quiet_hours(at: datetime, quiet: tuple[time, time], zone: ZoneInfo) -> datetime:
    """`at` itself outside the quiet hours, else their end in UTC. `quiet` is local and may span midnight."""
    start, end = quiet
    local = at.astimezone(zone)
    clock_time = local.time()
    if start <= end:
        is_quiet, next_day = start <= clock_time < end, False
    else:
        is_quiet, next_day = clock_time >= start or clock_time < end, clock_time >= start
    if not is_quiet:
        return at
    day = local.date() + timedelta(days=1 if next_day else 0)
    # An end that the clocks skip is the first instant after the gap; one that they repeat may lie behind us.
    over = first_instant(datetime.combine(day, end), zone)
    return over if over > at else last_instant(datetime.combine(day, end), zone)
