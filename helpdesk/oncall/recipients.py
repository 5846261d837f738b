"""Whom a step of an alert names at an instant."""

from datetime import datetime

from helpdesk.extensions import db
from helpdesk.models import EscalationStep, Schedule, User
from helpdesk.models.codes import RoleName, StepTarget
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import can_be_reached, people_with


def recipients(step: EscalationStep, at: datetime) -> list[User]:
    """The people whom the step names at that instant and who can be reached over one of its channels."""
    return [user for user in named(step, at) if can_be_reached(user, step.channel_list())]


def named(step: EscalationStep, at: datetime) -> list[User]:
    """Everybody whom the step names at that instant."""
    schedule = _schedule_of(step)
    match step.target:
        case StepTarget.ON_CALL:
            return duty.on_call(schedule, at) if schedule else []
        case StepTarget.NEXT_ON_CALL:
            shift = duty.next_shift(schedule, at) if schedule else None
            return [shift.user] if shift else []
        case StepTarget.USER:
            user = db.session.get(User, step.user_id) if step.user_id else None
            return [user] if user else []
        case StepTarget.PEOPLE:
            return [user for user_id in step.user_ids if (user := db.session.get(User, user_id))]
        case StepTarget.ADMINISTRATORS:
            return people_with(RoleName.ADMINISTRATOR)
        case StepTarget.MANAGERS:
            return people_with(RoleName.MANAGER)


def _schedule_of(step: EscalationStep) -> Schedule | None:
    if step.schedule_id is not None:
        return db.session.get(Schedule, step.schedule_id)
    return duty.main_schedule()
