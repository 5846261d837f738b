"""Of the demo world: somebody gives a duty away, somebody will be absent, two have agreed on a swap."""

from datetime import timedelta

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence, Override, Schedule, Swap, User
from helpdesk.models.codes import SwapState
from helpdesk.oncall.schedule import Shift, planned_shifts

WEEK = timedelta(days=7)


def make_cover(schedule: Schedule, administrators: list[User]) -> None:
    """Rows only: the letters about them were read long ago."""
    first, second, third, fourth = administrators
    now = clock.now()
    coming = planned_shifts(schedule, now + timedelta(days=2), now + timedelta(days=2) + 2 * WEEK)[1:]
    _offered(schedule, _next(coming, second), note="Wesele siostry")
    _agreed(schedule, _next(coming, third), taker=first)
    away = _next(coming, fourth)
    absence = Absence(
        user=fourth, starts_at=away.starts_at, ends_at=away.ends_at, note="urlop", created_by_id=fourth.id
    )
    db.session.add(absence)
    db.session.flush()
    _offered(schedule, away, absence_id=absence.id, note="urlop")


def _next(coming: list[Shift], user: User) -> Shift:
    return next(shift for shift in coming if shift.user is user)


def _offered(schedule: Schedule, shift: Shift, **columns: object) -> None:
    swap = Swap(
        schedule=schedule, offered_by=shift.user, starts_at=shift.starts_at, ends_at=shift.ends_at, **columns
    )
    db.session.add(swap)


def _agreed(schedule: Schedule, shift: Shift, *, taker: User) -> None:
    answer = {"state": SwapState.ACCEPTED, "answered_at": clock.now(), "answered_by": taker}
    span = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
    swap = Swap(schedule=schedule, offered_by=shift.user, offered_to=taker, **span, **answer)
    db.session.add(swap)
    db.session.add(Override(schedule=schedule, user=taker, instead_of=shift.user, swap=swap, **span))
