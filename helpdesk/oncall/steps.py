"""What an alert will do, worked out when it starts: its policy's steps and a last resort."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import EscalationPolicy, EscalationStep, Group, PolicyStep, Ticket
from helpdesk.models.codes import Category, Channel, StepTarget

PHONE = [Channel.SMS.value, Channel.VOICE.value]
LAST_RESORT = (StepTarget.ADMINISTRATORS, StepTarget.MANAGERS)


@dataclass(frozen=True)
class Scope:
    """What of a ticket decides which policy counts; None: nothing is known, only policies that do not ask count."""

    municipality_id: int | None
    group_id: int | None
    category: Category | None


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
    repeats: int = 1


def scope_of(ticket: Ticket) -> Scope:
    return Scope(ticket.municipality_id, ticket.group_id, ticket.category)


def policy_for(scope: Scope, *, without: int | None = None) -> EscalationPolicy | None:
    """The policy that names most: group and category, group, municipality and category, municipality, category,
    nothing. None of them names what the ticket has not; of equals the first one made. `without`: as if the policy
    of that id were not there."""
    return db.session.get(EscalationPolicy, found) if (found := db.session.scalar(choice(scope, without))) else None


def choice(scope: Any, without: int | None = None) -> sa.Select[tuple[int]]:
    """The question for its id; the parts of `scope` are values, or columns of the tickets that are asked about."""
    policy, group, place = EscalationPolicy, EscalationPolicy.group_id, EscalationPolicy.municipality_id
    in_place = sa.exists().where(Group.id == group, Group.municipality_id == scope.municipality_id)
    own_group = in_place.correlate_except(Group)
    return (
        sa.select(policy.id)
        .where(
            sa.or_(place.is_(None), place == scope.municipality_id),
            sa.or_(group.is_(None), sa.and_(group == scope.group_id, own_group)),
            sa.or_(policy.category.is_(None), policy.category == scope.category),
            *([policy.id != without] if without is not None else []),
        )
        .order_by(group.is_(None), sa.and_(group.is_(None), place.is_(None)), policy.category.is_(None), policy.id)
        .limit(1)
    )


def frozen_steps(plans: Iterable[Plan]) -> list[EscalationStep]:
    """The steps of an alert as they stay, whatever becomes of the policy."""
    return [EscalationStep(position=position, **columns_of(plan)) for position, plan in enumerate(plans)]


def columns_of(plan: Plan) -> dict[str, Any]:
    """What the step of a policy and that of an alert have in common."""
    return {
        "target": plan.target,
        "channels": list(plan.channels),
        "channel_gap_seconds": plan.channel_gap_seconds,
        "minutes": plan.minutes,
        "schedule_id": plan.schedule_id,
        "user_id": plan.user_id,
        "user_ids": list(plan.user_ids),
    }


def plans_of(policy: EscalationPolicy | None) -> list[Plan]:
    """The steps of an alert under the policy, the last resort with them."""
    return with_last_resort([plan_of(step) for step in policy.steps] if policy else [])


def with_last_resort(steps: Sequence[Plan]) -> list[Plan]:
    """The steps, each as often as it repeats; without any, whoever is on duty. Whatever they say, administrators
    and managers come last, and by mail too: should SMS and calls both be dead, that is left."""
    plans = [step for step in steps for _repeat in range(step.repeats)] or [Plan(StepTarget.ON_CALL, PHONE)]
    named = {plan.target for plan in plans if set(plan.channels) & set(PHONE)}
    missing = [Plan(target, PHONE) for target in LAST_RESORT if target not in named]
    mailed = {plan.target for plan in plans if Channel.EMAIL in plan.channels}
    in_need = set(LAST_RESORT) - mailed
    return [_with_mail(plan) if plan.target in in_need else plan for plan in (*plans, *missing)]


def plan_of(step: PolicyStep) -> Plan:
    return Plan(
        step.target,
        step.channels,
        step.minutes,
        step.channel_gap_seconds,
        step.schedule_id,
        step.user_id,
        tuple(step.user_ids),
        step.repeats,
    )


def _with_mail(plan: Plan) -> Plan:
    return replace(plan, channels=[*plan.channels, Channel.EMAIL.value])
