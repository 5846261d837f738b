"""The words of the plan: days, hours and reasons, in the reader's language and the schedule's time zone."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_date

from helpdesk.oncall.agenda import Day, Kind, Line, Reason, Why
from helpdesk.oncall.roster import Span
from helpdesk.sentences import _, span

DAY = timedelta(days=1)


def day_name(day: date) -> str:
    """ "Wednesday 11 March" """
    return str(format_date(day, "EEEE d MMMM"))


def weekday(day: date) -> str:
    return str(format_date(day, "EEEE"))


def month_name(day: date) -> str:
    return str(format_date(day, "LLLL y"))


def week_name(first: date, last: date) -> str:
    """ "9 March – 15 March 2026" """
    return f"{format_date(first, 'd MMMM')} – {format_date(last, 'd MMMM y')}"


def week_key(day: date) -> str:
    """As the address of a week says it: "2026-W11"."""
    year, number, _weekday = day.isocalendar()
    return f"{year}-W{number:02}"


def month_key(day: date) -> str:
    return f"{day:%Y-%m}"


def hours(part: Span, day: Day, zone: ZoneInfo) -> str:
    """ "08:00–24:00": what the clocks show, cut to the day."""
    return (
        f"{_clock(part.starts_at, zone)}–{'24:00' if part.ends_at == day.ends_at else _clock(part.ends_at, zone)}"
    )


def moment(at: datetime, zone: ZoneInfo) -> str:
    """ "Thu 12 March, 08:00" """
    local = at.astimezone(zone)
    return f"{format_date(local.date(), 'EEE d MMMM')}, {local:%H:%M}"


def clock_change(day: Day) -> str:
    """What is special about the day's length; empty for a day of 24 hours."""
    if day.length < DAY:
        return _("the clocks go forward: this day lasts %(span)s", span=span_in_hours(day.length))
    if day.length > DAY:
        return _("the clocks go back: this day lasts %(span)s", span=span_in_hours(day.length))
    return ""


def span_in_hours(length: timedelta) -> str:
    """Never in days: "25 h", "12 h 30 min"."""
    minutes = int(length.total_seconds()) // 60
    parts = (_("%(count)s h", count=minutes // 60), _("%(count)s min", count=minutes % 60))
    return " ".join(part for part, count in zip(parts, (minutes // 60, minutes % 60), strict=True) if count)


def goes_on(line: Line, day: Day, zone: ZoneInfo) -> str:
    """Where the shift of a line ends that goes beyond the day it begins on; its real length."""
    if line.whole is None or line.whole.starts_at != line.starts_at or line.whole.ends_at <= day.ends_at:
        return ""
    whole = line.whole.ends_at - line.whole.starts_at
    length = span_in_hours(whole) if whole <= 2 * DAY else span(whole)
    return _("until %(time)s, %(span)s in all", time=moment(line.whole.ends_at, zone), span=length)


def nobody(line: Line, day: Day, zone: ZoneInfo, now: datetime) -> str:
    """A gap, loudly."""
    when = hours(line, day, zone)
    if line.kind is Kind.NOT_RECORDED:
        return _("not recorded %(hours)s", hours=when)
    if line.ends_at <= now:
        return _("nobody was on duty %(hours)s", hours=when)
    return _("nobody on duty %(hours)s", hours=when)


def reason(found: Reason, line: Line, day: Day, zone: ZoneInfo) -> str:
    """Why it is not as the layers say; with the hours when it is so for a part of the line."""
    text = REASONS[found.why](found.other)
    if (found.starts_at, found.ends_at) != (line.starts_at, line.ends_at):
        text = f"{hours(found, day, zone)} {text}"
    return f"{text}: {found.note}" if found.note else text


def _instead(other: str) -> str:
    return _("instead of %(who)s", who=other) if other else _("comes in by a change of the plan")


def _swap(other: str) -> str:
    return _("swapped with %(who)s", who=other) if other else _("swapped")


REASONS: dict[Why, Callable[[str], str]] = {
    Why.INSTEAD: _instead,
    Why.SWAP: _swap,
    Why.ADDED: lambda _other: _("in addition"),
    Why.TEMPORARY: lambda other: _("temporary plan “%(name)s”", name=other),
    Why.ABSENT: lambda other: _("%(who)s is absent", who=other),
    Why.TAKEN_OFF: lambda other: _("%(who)s was taken off", who=other),
}


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"
