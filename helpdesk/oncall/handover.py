"""The duty changes hands while alerts run: whoever comes on duty is alerted too.

Whoever was alerted before stays responsible until somebody acknowledges; nobody is alerted twice by one step.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Escalation, EscalationStep, Notification, Schedule, User
from helpdesk.models.codes import StepTarget
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.escalation import alert_too
from helpdesk.oncall.further_people import IS_OPEN
from helpdesk.oncall.sending import is_of_the_step

# An alert whose step was taken just before the change may be committed after we looked: so long we look again.
LATECOMERS = timedelta(seconds=30)


def changed() -> list[int]:
    """The ids of the schedules whose people on duty are others than running alerts know, or were until just now."""
    return [schedule.id for schedule in duty.all_schedules() if _has_changed(schedule)]


def untold(schedule_ids: Iterable[int]) -> list[tuple[int, int]]:
    """(schedule, alert) wherever the present step has not alerted somebody who is on duty now."""
    found: list[tuple[int, int]] = []
    for schedule in map(partial(db.session.get_one, Schedule), schedule_ids):
        missing = [~_is_alerted(user) for user in duty.on_call(schedule, clock.now())]
        alerts = _alerts_for(schedule).where(sa.or_(sa.false(), *missing)).with_only_columns(Escalation.id)
        found += [(schedule.id, alert_id) for alert_id in db.session.scalars(alerts)]
    return found


def tell(schedule_and_alert: tuple[int, int]) -> None:
    """One alert: while it is held, nothing of it is sent."""
    schedule_id, alert_id = schedule_and_alert
    _tell(db.session.get_one(Schedule, schedule_id), Escalation.id == alert_id)


def note(schedule_id: int) -> None:
    """All alerts know who is on duty now; a crash before this leaves the change to be found again."""
    schedule = db.session.get_one(Schedule, schedule_id)
    hold_schedule(schedule)
    ids = [user.id for user in duty.on_call(schedule, clock.now())]
    if schedule.on_duty != ids:
        schedule.on_duty, schedule.on_duty_since = ids, clock.now()


def tell_newly_on_duty(schedule: Schedule) -> None:
    """Every alert at a step for this duty alerts also who is on duty now and was not alerted by that step. To be
    called by whatever changes the plan for now; a change that nobody called for is found within seconds."""
    _tell(schedule)
    note(schedule.id)


def _tell(schedule: Schedule, *where: sa.ColumnElement[bool]) -> None:
    hold_schedule(schedule)
    people = duty.on_call(schedule, clock.now())
    held = _alerts_for(schedule).where(*where).with_for_update(of=Escalation)
    for alert in db.session.scalars(held.execution_options(populate_existing=True)).all() if people else ():
        alert_too(alert, people)


def _is_alerted(user: User) -> sa.ColumnElement[bool]:
    theirs = sa.select(1).where(
        Notification.escalation_id == Escalation.id, Notification.user_id == user.id, is_of_the_step()
    )
    return sa.exists(theirs.correlate(Escalation))


def hold_schedule(schedule: Schedule) -> None:
    """Lock the schedule until the transaction ends, before any alert: of two who change its plan at the same moment
    the second sees what the first did. Not against foreign keys to it."""
    db.session.refresh(schedule, with_for_update={"key_share": True, "of": Schedule})


def _has_changed(schedule: Schedule) -> bool:
    now, since = clock.now(), schedule.on_duty_since
    if since is None or since > now - LATECOMERS:
        return True
    return schedule.on_duty != [user.id for user in duty.on_call(schedule, now)]


def _alerts_for(schedule: Schedule) -> sa.Select[tuple[Escalation]]:
    """The open alerts that are at a step for whoever the schedule says."""
    is_main = schedule is duty.main_schedule()
    its_duty = EscalationStep.schedule_id == schedule.id
    return (
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
    )
