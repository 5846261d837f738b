"""What an alert will do, worked out when it starts: its policy's steps and a last resort."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import EscalationPolicy, EscalationStep, PolicyStep, Ticket
from helpdesk.models.codes import Channel, StepTarget

PHONE = [Channel.SMS.value, Channel.VOICE.value]
LAST_RESORT = (StepTarget.ADMINISTRATORS, StepTarget.MANAGERS)


@dataclass(frozen=True)
class Plan:
    """A step before it is frozen."""

    target: StepTarget
    channels: list[str]
    minutes: int = 5
    channel_gap_seconds: int = 30
    schedule_id: int | None = None
    user_id: int | None = None
    user_ids: tuple[int, ...] = ()


def frozen_steps(ticket: Ticket) -> list[EscalationStep]:
    """The steps of an alert as they stay, whatever becomes of the policy."""
    return [
        EscalationStep(
            position=position,
            target=plan.target,
            channels=list(plan.channels),
            channel_gap_seconds=plan.channel_gap_seconds,
            minutes=plan.minutes,
            schedule_id=plan.schedule_id,
            user_id=plan.user_id,
            user_ids=list(plan.user_ids),
        )
        for position, plan in enumerate(plans_for(ticket))
    ]


def plans_for(ticket: Ticket) -> list[Plan]:
    """The steps of the ticket's policy; whatever it says, all administrators and the managers come last, and by
    mail too: should SMS and calls both be dead, that is left."""
    policy = _policy_for(ticket)
    plans = [_plan(step) for step in (policy.steps if policy else []) for _repeat in range(step.repeats)] or [
        Plan(StepTarget.ON_CALL, PHONE)
    ]
    named = {plan.target for plan in plans if set(plan.channels) & set(PHONE)}
    missing = [Plan(target, PHONE) for target in LAST_RESORT if target not in named]
    mailed = {plan.target for plan in plans if Channel.EMAIL in plan.channels}
    in_need = set(LAST_RESORT) - mailed
    return [_with_mail(plan) if plan.target in in_need else plan for plan in (*plans, *missing)]


def _plan(step: PolicyStep) -> Plan:
    return Plan(
        step.target,
        step.channels,
        step.minutes,
        step.channel_gap_seconds,
        step.schedule_id,
        step.user_id,
        tuple(step.user_ids),
    )


def _with_mail(plan: Plan) -> Plan:
    return replace(plan, channels=[*plan.channels, Channel.EMAIL.value])


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
