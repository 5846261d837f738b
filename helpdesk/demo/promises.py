"""The rules of the demo world: calendars, SLA policies, the duty rotation, the escalation policy."""

from datetime import datetime, time, timedelta

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import (
    Calendar,
    DutyShift,
    DutyTest,
    EscalationPolicy,
    PolicyStep,
    Rotation,
    RotationMember,
    Schedule,
    SlaPolicy,
    SlaTarget,
    User,
)
from helpdesk.models.codes import Category, Priority, RotationKind, SlaTargetKind, StepTarget
from helpdesk.oncall import duty_test
from helpdesk.oncall.schedule import planned_shifts

SCHEDULE = "Dyżur administratorów"
STANDARD, EXTENDED = "Pakiet 1", "Pakiet 1 – krótsze terminy"
PAST = timedelta(days=90)
_ALWAYS, _OFFICE = "Całodobowo", "Godziny pracy (pn.–pt. 8–16)"
_ACK, _ANSWER, _DONE = SlaTargetKind.ACKNOWLEDGE, SlaTargetKind.FIRST_RESPONSE, SlaTargetKind.RESOLVE
_URGENT, _NORMAL = Priority.URGENT, Priority.NORMAL

Promise = tuple[SlaTargetKind, Priority, Category | None, int, str]
# target, priority, category (None: all), minutes of the calendar's time
_PROMISES: dict[str, tuple[Promise, ...]] = {
    STANDARD: (
        (_ACK, _URGENT, None, 15, _ALWAYS),
        (_ANSWER, _URGENT, None, 60, _ALWAYS),
        (_DONE, _URGENT, None, 240, _ALWAYS),
        (_ACK, _NORMAL, None, 240, _OFFICE),
        (_ANSWER, _NORMAL, None, 480, _OFFICE),
        (_DONE, _NORMAL, None, 960, _OFFICE),
        (_DONE, _NORMAL, Category.HATE_SPEECH, 480, _OFFICE),
        (_DONE, _NORMAL, Category.PROFILE_PERMISSION, 2400, _OFFICE),
    ),
    EXTENDED: (
        (_ACK, _URGENT, None, 10, _ALWAYS),
        (_ANSWER, _URGENT, None, 30, _ALWAYS),
        (_DONE, _URGENT, None, 180, _ALWAYS),
        (_ACK, _NORMAL, None, 180, _OFFICE),
        (_ANSWER, _NORMAL, None, 360, _OFFICE),
        (_DONE, _NORMAL, None, 720, _OFFICE),
    ),
}
_STEPS = (StepTarget.ON_CALL, StepTarget.NEXT_ON_CALL, StepTarget.ADMINISTRATORS, StepTarget.MANAGERS)
_HAND_OVER = time(8, 0)
_ROTATION_AGE = timedelta(days=100)  # older than any demo ticket; a multiple of four shifts


def make_policies() -> dict[str, SlaPolicy]:
    """The SLA policies by name; "Pakiet 1" is the default one."""
    week = {str(weekday): [["08:00", "16:00"]] for weekday in range(5)}
    calendars = {
        _ALWAYS: Calendar(name=_ALWAYS, always_open=True, polish_holidays=False),
        _OFFICE: Calendar(name=_OFFICE, weekly_hours=week, polish_holidays=True, exceptions=_short_eve()),
    }
    policies = {
        name: SlaPolicy(name=name, is_default=name == STANDARD, targets=_targets(promises, calendars))
        for name, promises in _PROMISES.items()
    }
    db.session.add_all(policies.values())
    db.session.flush()
    return policies


def _short_eve() -> dict[str, list[list[str]]]:
    """On the last day of the year the office closes at noon."""
    year = clock.now().astimezone(settings().zone).year
    return {f"{year}-12-31": [["08:00", "12:00"]]}


def _targets(promises: tuple[Promise, ...], calendars: dict[str, Calendar]) -> list[SlaTarget]:
    return [
        SlaTarget(kind=kind, priority=priority, category=category, minutes=minutes, calendar=calendars[calendar])
        for kind, priority, category, minutes, calendar in promises
    ]


def make_schedule(administrators: list[User]) -> Schedule:
    """A daily rotation handed over at 08:00 local time; the first administrator has today's shift."""
    zone = settings().zone
    first_day = (clock.now().astimezone(zone) - _ROTATION_AGE).date()
    members = [RotationMember(position=place, user=user) for place, user in enumerate(administrators)]
    rotation = Rotation(
        kind=RotationKind.DAILY,
        starts_at=datetime.combine(first_day, _HAND_OVER, zone),
        shift_length=1,
        members=members,
    )
    schedule = Schedule(name=SCHEDULE, time_zone=settings().default_time_zone, rotations=[rotation])
    db.session.add(schedule)
    db.session.flush()
    return schedule


def record_past(schedule: Schedule) -> None:
    """Who was on duty in the past months, as the plan has it."""
    now = clock.now()
    for shift in planned_shifts(schedule, now - PAST, now):
        span = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
        db.session.add(DutyShift(schedule_id=schedule.id, user_id=shift.user.id, **span))
    schedule.recorded_until = now


def make_test_alert() -> None:
    """The last weekly test alert was confirmed a minute later."""
    at = duty_test.last_moment(clock.now())
    if at is not None and duty_test.of_week(at) is None:
        user, confirmed_at = duty_test.whom(at), min(at + timedelta(seconds=70), clock.now())
        db.session.add(DutyTest(week=duty_test.week_of(at), user=user, created_at=at, confirmed_at=confirmed_at))


def make_escalation_policy(schedule: Schedule) -> EscalationPolicy:
    """On duty, three minutes later whoever is next, then all administrators, then the manager."""
    steps = [
        PolicyStep(
            position=position,
            target=target,
            channels=["sms", "voice"],
            channel_gap_seconds=30,
            minutes=3,
            schedule_id=schedule.id if target in (StepTarget.ON_CALL, StepTarget.NEXT_ON_CALL) else None,
        )
        for position, target in enumerate(_STEPS)
    ]
    policy = EscalationPolicy(name="Domyślna ścieżka", steps=steps)
    db.session.add(policy)
    db.session.flush()
    return policy
