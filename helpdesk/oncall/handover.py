"""The duty changes hands while alerts run: whoever comes on duty is alerted too.

Whoever was alerted before stays responsible until somebody acknowledges; nobody is alerted twice by one step.
"""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Escalation, EscalationStep, Schedule
from helpdesk.models.codes import StepTarget
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.escalation import alert_too
from helpdesk.oncall.further_people import IS_OPEN

# An alert whose step was taken just before the change may be committed after we looked: so long we look again.
LATECOMERS = timedelta(seconds=30)


def changed() -> list[int]:
    """The ids of the schedules whose people on duty are others than running alerts know, or were until just now."""
    return [schedule.id for schedule in duty.all_schedules() if _has_changed(schedule)]


def tell(schedule_id: int) -> None:
    tell_newly_on_duty(db.session.get_one(Schedule, schedule_id))


def tell_newly_on_duty(schedule: Schedule) -> None:
    """Every alert at a step for this duty alerts also who is on duty now and was not alerted by that step. To be
    called by whatever changes the plan for now; a change that nobody called for is found within seconds."""
    hold_schedule(schedule)
    people = duty.on_call(schedule, clock.now())
    ids = [user.id for user in people]
    if schedule.on_duty != ids:
        schedule.on_duty, schedule.on_duty_since = ids, clock.now()
    for alert in _alerts_for(schedule) if people else ():
        alert_too(alert, people)


def hold_schedule(schedule: Schedule) -> None:
    """Lock the schedule until the transaction ends, before any alert: of two who change its plan at the same moment
    the second sees what the first did. Not against foreign keys to it."""
    db.session.refresh(schedule, with_for_update={"key_share": True, "of": Schedule})


def _has_changed(schedule: Schedule) -> bool:
    now, since = clock.now(), schedule.on_duty_since
    if since is None or since > now - LATECOMERS:
        return True
    return schedule.on_duty != [user.id for user in duty.on_call(schedule, now)]


def _alerts_for(schedule: Schedule) -> list[Escalation]:
    """The open alerts that are at a step for whoever the schedule says, held."""
    is_main = schedule is duty.main_schedule()
    its_duty = EscalationStep.schedule_id == schedule.id
    query = (
        sa.select(Escalation)
        .join(
            EscalationStep,
            sa.and_(EscalationStep.escalation_id == Escalation.id, EscalationStep.position == Escalation.position),
        )
        .where(
            IS_OPEN,
            EscalationStep.target == StepTarget.ON_CALL,
            sa.or_(its_duty, EscalationStep.schedule_id.is_(None)) if is_main else its_duty,
        )
        .order_by(Escalation.id)
        .with_for_update(of=Escalation)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))
