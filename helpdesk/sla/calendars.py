"""The calendar of a table row, ready to compute; which calendar took the place of another."""

import json
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import holidays
import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Calendar
from helpdesk.sla.calendar import BusinessCalendar


def business_calendar(row: Calendar) -> BusinessCalendar:
    """Equal rows give the same object, which remembers the days it has worked out."""
    if row.always_open:
        return BusinessCalendar.always(row.time_zone)
    country = "PL" if row.polish_holidays else ""
    rest = [row.weekly_hours, row.closed_days, row.exceptions, row.worked_holidays or []]
    return _calendar(row.time_zone, json.dumps(rest, sort_keys=True), country)


def newest(row: Calendar) -> Calendar:
    """The calendar that took its place, and so on to the one in use."""
    while row.replaced_at is not None:
        later = db.session.scalars(sa.select(Calendar).filter_by(replaces_id=row.id).order_by(Calendar.id)).first()
        if later is None:
            break
        row = later
    return row


class ClosedDays:
    """Public holidays of a country (computed by the `holidays` library) but for those that are `worked`, and own
    closed days."""

    def __init__(self, own: Sequence[str], country: str, worked: Sequence[str] = ()) -> None:
        self.own = frozenset(own)
        self.public = holidays.country_holidays(country, language="pl") if country else {}
        self.worked = frozenset(worked)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and (day.isoformat() in self.own or self.public_name(day) is not None)

    def public_name(self, day: date) -> str | None:
        """The Polish name of the public holiday that is kept on that day. Two on one day: it is kept as long as one
        of them is."""
        names = self.public.get(day)
        kept = [name for name in names.split("; ") if name not in self.worked] if names else []
        return "; ".join(kept) or None


def closed_days(row: Calendar) -> ClosedDays:
    return ClosedDays(row.closed_days, "PL" if row.polish_holidays else "", row.worked_holidays or [])


def holiday_names(year: int) -> list[str]:
    """The Polish public holidays of the year in their order, as `worked_holidays` names them."""
    days = holidays.country_holidays("PL", language="pl", years=year)
    return list(dict.fromkeys(name for day in sorted(days) for name in days[day].split("; ")))


@lru_cache(maxsize=256)
def _calendar(time_zone: str, rest: str, country: str) -> BusinessCalendar:
    weekly_hours, own, exceptions, worked = json.loads(rest)
    return BusinessCalendar(
        time_zone,
        {int(day): [(a, b) for a, b in hours] for day, hours in weekly_hours.items()},
        holidays=ClosedDays(own, country, worked),
        exceptions={date.fromisoformat(d): [(a, b) for a, b in hours] for d, hours in exceptions.items()},
    )
