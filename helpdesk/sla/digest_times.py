"""When what can wait for a digest goes out. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from helpdesk.sla.calendar import first_instant
from helpdesk.sla.calendars import ClosedDays

# What must be acted on sooner than that after the next digest does not wait for it; a breach waits no longer.
HOUR = timedelta(hours=1)
_SATURDAY = 5
_DAY = timedelta(days=1)
_LONGEST_REST = 14  # days in a row on which nobody works, and more
_HOLIDAYS = ClosedDays((), "PL")


@dataclass(frozen=True)
class DigestTimes:
    """`times` of a working day, local, in order: Monday to Friday but for Polish public holidays."""

    times: tuple[time, ...]
    zone: ZoneInfo

    def next_after(self, at: datetime) -> datetime:
        """The first digest time that is not before `at` (aware); UTC."""
        today = at.astimezone(self.zone).date()
        days = (today + n * _DAY for n in range(_LONGEST_REST))
        moments = (self._moment(day, time_) for day in days if _is_working(day) for time_ in self.times)
        return next(moment for moment in moments if moment >= at)

    def for_reminder(self, at: datetime, deadline: datetime | None) -> datetime:
        """Of a reminder that came `at`: the next digest, or `at` once where little time would be left then."""
        regular = self.next_after(at)
        return at if deadline is not None and deadline < regular + HOUR else regular

    def for_breach(self, at: datetime, *, is_open: bool) -> datetime:
        """Of a breach: the next digest; in business hours within the hour."""
        regular = self.next_after(at)
        return min(regular, at + HOUR) if is_open else regular

    def _moment(self, day: date, at: time) -> datetime:
        return first_instant(datetime.combine(day, at), self.zone)


def _is_working(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _HOLIDAYS
