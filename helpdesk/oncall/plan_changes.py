"""What every change of a plan does: who may, from when at the earliest, who is told, what is kept of it."""

from datetime import datetime, timedelta
from typing import Any

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Schedule, User
from helpdesk.oncall.handover import hold_schedule, tell_newly_on_duty
from helpdesk.oncall.swaps import withdraw_needless
from helpdesk.users import require_manager

JUST_NOW = timedelta(hours=1)  # a moment that passed while the form was filled in means now


def hold_as_manager(schedule: Schedule, by: User) -> None:
    """Nobody else changes the plan, or writes down what was, until the end of the transaction.

    Raises:
        NotAllowed: "not_manager".
    """
    require_manager(by)
    hold_schedule(schedule)


def earliest(schedule: Schedule) -> datetime:
    """What lies before is history."""
    now = clock.now()
    return max(now, schedule.recorded_until or now)


def begins(schedule: Schedule, at: datetime) -> datetime:
    """`at`, or now where it has just passed.

    Raises:
        NotAllowed: "in_the_past".
    """
    now = earliest(schedule)
    if at < now - JUST_NOW:
        raise NotAllowed("in_the_past")
    return max(at, now)


def changed(schedule: Schedule, by: User) -> None:
    """Every change of a plan comes through here once it is in the session: whoever is on duty now because of it is
    told of the alerts that run, and what is offered of duty that its giver has no more is withdrawn."""
    db.session.flush()
    db.session.expire(schedule, ["rotations"])
    withdraw_needless(schedule, by)
    tell_newly_on_duty(schedule)


def keep(schedule: Schedule, by: User, action: str, **data: Any) -> None:
    """An entry of the audit about the schedule."""
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=f"schedule:{schedule.id}", data=data))
