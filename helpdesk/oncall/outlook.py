"""The plan of a schedule as pages show it: its days, and who is on duty now and next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import DutyShift, Override, Schedule
from helpdesk.oncall.agenda import Day, Plan, days
from helpdesk.oncall.roster import Span
from helpdesk.oncall.schedule import Shift, by_layers, next_shift, plan_rows, public_holidays, shifts
from helpdesk.oncall.spans import local_day

AROUND = timedelta(days=8)  # so that a week's shift at the edge of a page is known from end to end
NEAR = timedelta(days=14)


@dataclass(frozen=True)
class Outlook:
    """`now` are those on duty, whoever has the duty first; with nobody on duty `free_until` says for how long: None
    when nobody follows in sight. A shift that ends with NEAR may be longer."""

    schedule: Schedule
    now: list[Shift]
    next: Shift | None
    free_until: datetime | None


def now_and_next(schedule: Schedule, at: datetime) -> Outlook:
    ahead = shifts(schedule, at, at + NEAR)
    now = [shift for shift in ahead if shift.starts_at == at]
    there = {shift.user.id for shift in now}
    following = next((shift for shift in ahead if shift.user.id not in there), None) or next_shift(schedule, at)
    first = min((shift.starts_at for shift in ahead), default=following.starts_at if following else None)
    return Outlook(schedule, now, following, None if now else first)


def agenda(schedule: Schedule, first: date, last: date) -> list[Day]:
    """The local days of the schedule's zone from `first` to `last`, both included."""
    zone = ZoneInfo(schedule.time_zone)
    shown = Span(local_day(first, zone).starts_at, local_day(last, zone).ends_at)
    known = Span(shown.starts_at - AROUND, shown.ends_at + AROUND)
    overrides, temporaries, absences = plan_rows(schedule, shown.starts_at, shown.ends_at)
    found = shifts(schedule, known.starts_at, known.ends_at)
    plan = Plan(
        known=known,
        zone=zone,
        shifts=found,
        by_layers=by_layers(schedule, shown.starts_at, shown.ends_at),
        names=_names(schedule, found, overrides),
        overrides=overrides,
        temporaries=temporaries,
        absences=absences,
        holidays=public_holidays(schedule.time_zone, shown.starts_at, shown.ends_at),
        recorded_from=_recorded_from(schedule),
    )
    return days(plan, first, last)


def _names(schedule: Schedule, found: list[Shift], overrides: list[Override]) -> dict[int, str]:
    """Of everybody who has to do with the schedule."""
    members = [member.user for row in schedule.rotations for member in row.members]
    replaced = [row.instead_of for row in overrides if row.instead_of]
    return {user.id: user.name for user in (*members, *replaced, *(shift.user for shift in found))}


def _recorded_from(schedule: Schedule) -> datetime | None:
    """Where the history begins; the end of it where nothing was written down yet; None without a history."""
    if schedule.recorded_until is None:
        return None
    first = sa.select(sa.func.min(DutyShift.starts_at)).filter_by(schedule_id=schedule.id)
    return db.session.scalar(first) or schedule.recorded_until
