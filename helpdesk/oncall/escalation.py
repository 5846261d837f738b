"""An alert escalates step by step until a human being acknowledges; it cannot end in silence.

The steps are frozen when the alert starts. After the last step it starts again. A step with nobody to reach is
noted and skipped at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import (
    Attempt,
    Escalation,
    EscalationPolicy,
    EscalationStep,
    Notification,
    Schedule,
    Ticket,
    User,
)
from helpdesk.models.codes import (
    AttemptState,
    Channel,
    EscalationState,
    EventKind,
    Lane,
    NotificationEvent,
    RoleName,
    StepTarget,
)
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import address_of, can_be_reached, people_with
from helpdesk.outbox import Letter
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record
from helpdesk.transaction import changed_rows

ALL_CHANNELS = [Channel.SMS.value, Channel.VOICE.value]
# With nobody to reach in any step: how soon to look again.
EMPTY_ROUND = timedelta(minutes=2)
UNDER_WAY = (AttemptState.DUE, AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.SENT, AttemptState.UNKNOWN)


@dataclass(frozen=True)
class Plan:
    """A step before it is frozen."""

    target: StepTarget
    channels: list[str]
    minutes: int = 5
    channel_gap_seconds: int = 30
    schedule_id: int | None = None
    user_id: int | None = None


def open_escalation(ticket: Ticket) -> Escalation:
    """Start the alert of a ticket and its first step; one that runs already is returned as it is."""
    running_one = running(ticket)
    if running_one is not None:
        return running_one
    now = clock.now()
    escalation = Escalation(ticket=ticket, opened_at=now, next_step_at=now, steps=_freeze(ticket))
    db.session.add(escalation)
    db.session.flush()
    _advance(escalation)
    return escalation


def running(ticket: Ticket) -> Escalation | None:
    return db.session.scalar(sa.select(Escalation).filter_by(ticket_id=ticket.id, state=EscalationState.OPEN))


def advance_due(limit: int = 50) -> int:
    """Take the next step of every alert whose time has come; how many. A missed run is caught up by the next."""
    query = (
        sa.select(Escalation)
        .where(Escalation.state == EscalationState.OPEN, Escalation.next_step_at <= clock.now())
        .order_by(Escalation.next_step_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = list(db.session.scalars(query))
    for escalation in due:
        _advance(escalation)
    return len(due)


def unanswered() -> list[Escalation]:
    """Alerts that went through all their steps and still nobody has acknowledged; oldest first."""
    query = (
        sa.select(Escalation)
        .where(Escalation.state == EscalationState.OPEN)
        .order_by(Escalation.opened_at)
        .limit(50)
    )
    return [e for e in db.session.scalars(query) if e.round > 0 or e.position >= len(e.steps) - 1]


def not_reached(attempt: Attempt) -> None:
    """An attempt of an alert did not reach its person: the next channel of the same person now; after the last
    one, when nobody of the step can still answer, the next step now."""
    notification = attempt.notification
    escalation = notification.escalation
    if escalation is None or escalation.state is not EscalationState.OPEN:
        return
    if notification.step_position != escalation.position:
        return
    others = [other for other in _attempts_of_step(escalation) if other.id != attempt.id]
    waiting = [o for o in others if o.state is AttemptState.DUE and o.notification.user_id == notification.user_id]
    if waiting:
        outbox.bring_forward(waiting)
    elif not any(other.state in UNDER_WAY for other in others):
        hasten(escalation)


def hasten(escalation: Escalation) -> None:
    """Make the next step due now."""
    escalation.next_step_at = min(escalation.next_step_at or clock.now(), clock.now())


def end(ticket: Ticket) -> None:
    """The alert is not needed any more (resolved, no longer urgent); what waits to be sent is cancelled."""
    changed_rows(
        sa.update(Escalation)
        .where(Escalation.ticket_id == ticket.id, Escalation.state == EscalationState.OPEN)
        .values(state=EscalationState.CLOSED, closed_at=clock.now(), next_step_at=None)
    )
    outbox.cancel_for_ticket(ticket.id, (NotificationEvent.ALERT,))


def recipients(step: EscalationStep, at: datetime) -> list[User]:
    """The people whom the step names at that instant and who can be reached over one of its channels."""
    return [user for user in _named(step, at) if can_be_reached(user, step.channel_list())]


def _named(step: EscalationStep, at: datetime) -> list[User]:
    schedule = _schedule_of(step)
    match step.target:
        case StepTarget.ON_CALL:
            user = duty.who_is_on_call(schedule, at) if schedule else None
            return [user] if user else []
        case StepTarget.NEXT_ON_CALL:
            shift = duty.next_shift(schedule, at) if schedule else None
            return [shift.user] if shift else []
        case StepTarget.USER:
            user = db.session.get(User, step.user_id)
            return [user] if user else []
        case StepTarget.ADMINISTRATORS:
            return people_with(RoleName.ADMINISTRATOR)
        case StepTarget.MANAGERS:
            return people_with(RoleName.MANAGER)


def _schedule_of(step: EscalationStep) -> Schedule | None:
    if step.schedule_id is not None:
        return db.session.get(Schedule, step.schedule_id)
    return duty.main_schedule()


def _freeze(ticket: Ticket) -> list[EscalationStep]:
    return [
        EscalationStep(
            position=position,
            target=plan.target,
            channels=list(plan.channels),
            channel_gap_seconds=plan.channel_gap_seconds,
            minutes=plan.minutes,
            schedule_id=plan.schedule_id,
            user_id=plan.user_id,
        )
        for position, plan in enumerate(plans_for(ticket))
    ]


def plans_for(ticket: Ticket) -> list[Plan]:
    """The steps of the ticket's policy; whatever it says, all administrators and the managers come last."""
    policy = _policy_for(ticket)
    plans = [
        Plan(s.target, s.channels, s.minutes, s.channel_gap_seconds, s.schedule_id, s.user_id)
        for s in (policy.steps if policy else [])
    ] or [Plan(StepTarget.ON_CALL, ALL_CHANNELS)]
    named = {plan.target for plan in plans}
    last = (StepTarget.ADMINISTRATORS, StepTarget.MANAGERS)
    return plans + [Plan(target, ALL_CHANNELS) for target in last if target not in named]


def _policy_for(ticket: Ticket) -> EscalationPolicy | None:
    query = (
        sa.select(EscalationPolicy)
        .where(
            sa.or_(
                EscalationPolicy.municipality_id == ticket.municipality_id,
                EscalationPolicy.municipality_id.is_(None),
            )
        )
        .order_by(EscalationPolicy.municipality_id.is_(None), EscalationPolicy.id)
        .limit(1)
    )
    return db.session.scalars(query).first()


def _advance(escalation: Escalation) -> None:
    """1. go to the next step, 2. skip and note empty ones, 3. alert, 4. set the time of the step after it."""
    now = clock.now()
    for _ in range(len(escalation.steps)):
        _move_on(escalation)
        step = escalation.steps[escalation.position]
        people = recipients(step, now)
        if people:
            _alert(escalation, step, people)
            escalation.next_step_at = now + timedelta(minutes=step.minutes)
            return
        record(
            escalation.ticket, EventKind.STEP_EMPTY, SYSTEM, step=escalation.position + 1, target=step.target.value
        )
    escalation.next_step_at = now + EMPTY_ROUND


def _move_on(escalation: Escalation) -> None:
    escalation.position += 1
    if escalation.position >= len(escalation.steps):
        escalation.position = 0
        escalation.round += 1


def _alert(escalation: Escalation, step: EscalationStep, people: list[User]) -> None:
    for user in people:
        for order, channel in enumerate(c for c in step.channel_list() if address_of(user, c)):
            _alert_person(escalation, step, user, channel, order)
    record(
        escalation.ticket,
        EventKind.ALERTED,
        SYSTEM,
        step=step.position + 1,
        round=escalation.round + 1,
        channels=step.channels,
        names=[user.name for user in people],
    )


def _alert_person(
    escalation: Escalation, step: EscalationStep, user: User, channel: Channel, order: int
) -> Notification:
    now = clock.now()
    return outbox.enqueue(
        Letter(
            event=NotificationEvent.ALERT,
            channel=channel,
            address=address_of(user, channel) or "",
            dedupe_key=f"alert:{escalation.id}:{escalation.round}:{step.position}:{user.id}:{channel}",
            locale=user.locale,
            lane=Lane.ALERT,
            user_id=user.id,
            ticket_id=escalation.ticket_id,
            escalation_id=escalation.id,
            step_position=step.position,
            due_at=now + timedelta(seconds=order * step.channel_gap_seconds),
        )
    )


def _attempts_of_step(escalation: Escalation) -> list[Attempt]:
    query = (
        sa.select(Attempt)
        .join(Notification)
        .where(
            Notification.escalation_id == escalation.id,
            Notification.step_position == escalation.position,
            Notification.dedupe_key.like(f"alert:{escalation.id}:{escalation.round}:%"),
        )
    )
    return list(db.session.scalars(query))
