"""Escalation policies as managers keep them: add, change, delete. A running alert has its own frozen copy."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Escalation, EscalationPolicy, Group, PolicyStep, Ticket, User
from helpdesk.oncall.further_people import IS_OPEN
from helpdesk.oncall.recipients import ways_of
from helpdesk.oncall.steps import Plan, Scope, choice, columns_of, plan_of, policy_for
from helpdesk.users import require_manager

MOST_STEPS = 12


@dataclass(frozen=True)
class Draft:
    """A policy as it is typed. `scope` says which tickets it is for; None in it: all of them."""

    name: str
    scope: Scope
    steps: Sequence[Plan] = field(default_factory=tuple)
    acks_wanted: int = 1
    ack_minutes: int | None = None


def all_policies() -> Sequence[EscalationPolicy]:
    """The default first, then by what they are for."""
    policy = EscalationPolicy
    order = (
        policy.municipality_id.is_not(None),
        policy.municipality_id,
        policy.group_id,
        policy.category,
        policy.id,
    )
    return db.session.scalars(sa.select(policy).order_by(*order)).all()


def find_policy(policy_id: int) -> EscalationPolicy:
    """The policy.

    Raises:
        NotFound: there is none.
    """
    policy = db.session.get(EscalationPolicy, policy_id)
    if policy is None:
        raise NotFound("policy_not_found")
    return policy


def draft_of(policy: EscalationPolicy) -> Draft:
    steps = tuple(plan_of(step) for step in policy.steps)
    return Draft(policy.name, named_by(policy), steps, policy.acks_wanted, policy.ack_minutes)


def named_by(policy: EscalationPolicy) -> Scope:
    """What the policy is for."""
    return Scope(policy.municipality_id, policy.group_id, policy.category)


def same_scope(scope: Scope, *, but: int | None) -> EscalationPolicy | None:
    """Another policy for exactly the same; `but` is the id of the one that is just being changed."""
    policy = EscalationPolicy
    query = sa.select(policy).where(
        policy.municipality_id.is_not_distinct_from(scope.municipality_id),
        policy.group_id.is_not_distinct_from(scope.group_id),
        policy.category.is_not_distinct_from(scope.category),
        policy.id != (but or 0),
    )
    return db.session.scalars(query.order_by(policy.id).limit(1)).first()


def counts_instead(policy: EscalationPolicy) -> EscalationPolicy | None:
    """What its tickets get once it is deleted; None: whoever is on duty, then the last resort."""
    return policy_for(named_by(policy), without=policy.id)


def running_alerts(policy: EscalationPolicy) -> int:
    """How many alerts run now that began with it, as far as it is still for their tickets."""
    chosen = choice(Ticket).correlate_except(EscalationPolicy).scalar_subquery()
    query = sa.select(sa.func.count()).select_from(Escalation).join(Ticket, Ticket.id == Escalation.ticket_id)
    return db.session.scalar(query.where(IS_OPEN, chosen == policy.id)) or 0


def unreachable(plan: Plan) -> list[User]:
    """Of the people whom the step names one by one, those whom nothing reaches."""
    people = [user for user_id in people_of(plan) if (user := db.session.get(User, user_id))]
    reached = ways_of(people, plan, clock.now())
    return [user for user in people if user not in reached]


def people_of(plan: Plan) -> tuple[int, ...]:
    return plan.user_ids or ((plan.user_id,) if plan.user_id else ())


def save(policy: EscalationPolicy | None, draft: Draft, by: User) -> EscalationPolicy:
    """Write the policy anew, or change it; what runs keeps its copy.

    Raises:
        NotAllowed: "not_manager", "no_steps", "scope_taken", or "not_found" for a group of another municipality.
    """
    require_manager(by)
    scope = _with_place_of_group(draft.scope)
    if not 1 <= len(draft.steps) <= MOST_STEPS:
        raise NotAllowed("no_steps")
    if same_scope(scope, but=policy.id if policy else None) is not None:
        raise NotAllowed("scope_taken")
    before = facts(policy) if policy else None
    target = policy or EscalationPolicy()
    target.name, target.acks_wanted, target.ack_minutes = draft.name, draft.acks_wanted, draft.ack_minutes
    target.municipality_id, target.group_id, target.category = scope.municipality_id, scope.group_id, scope.category
    target.steps = []
    db.session.add(target)
    db.session.flush()  # the old positions are free before the new steps take them
    target.steps = [_step(position, plan) for position, plan in enumerate(draft.steps)]
    db.session.flush()
    _note("policy_changed" if policy else "policy_added", target, by, before, facts(target))
    return target


def delete(policy: EscalationPolicy, by: User) -> None:
    """Alerts that run go on with their copy.

    Raises:
        NotAllowed: "not_manager".
    """
    require_manager(by)
    _note("policy_deleted", policy, by, facts(policy), None)
    db.session.delete(policy)


def facts(policy: EscalationPolicy) -> dict[str, Any]:
    """All that the policy says, for the record of who changed what."""
    draft = draft_of(policy)
    scope = asdict(draft.scope) | {"category": policy.category.value if policy.category else None}
    steps = [asdict(plan) | {"target": plan.target.value, "user_ids": list(plan.user_ids)} for plan in draft.steps]
    return {
        "name": draft.name,
        **scope,
        "acks_wanted": draft.acks_wanted,
        "ack_minutes": draft.ack_minutes,
        "steps": steps,
    }


def _with_place_of_group(scope: Scope) -> Scope:
    group = db.session.get(Group, scope.group_id) if scope.group_id else None
    if group is None:
        return Scope(scope.municipality_id, None, scope.category)
    if scope.municipality_id not in (None, group.municipality_id):
        raise NotAllowed("not_found")
    return Scope(group.municipality_id, group.id, scope.category)


def _step(position: int, plan: Plan) -> PolicyStep:
    return PolicyStep(position=position, repeats=plan.repeats, **columns_of(plan))


def _note(
    action: str, policy: EscalationPolicy, by: User, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    data = {"before": before, "after": after}
    db.session.add(AuditEntry(user_id=by.id, action=action, subject=f"escalation_policy:{policy.id}", data=data))
