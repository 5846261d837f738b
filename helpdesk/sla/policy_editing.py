"""Policies as managers keep them: targets, reminders, which one is the default, which contract has which."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa

from helpdesk.errors import NotFound, refuse
from helpdesk.extensions import db
from helpdesk.models import Calendar, Contract, ReminderRule, SlaPolicy, SlaTarget, Ticket, User
from helpdesk.models.codes import Category, ClockCause, Priority, SlaTargetKind
from helpdesk.sla.calendars import newest
from helpdesk.sla.editing import Facts, note, plain, require_opens, require_seen
from helpdesk.sla.following import Edit, ask_to_follow
from helpdesk.sla.promises import follows_one_of
from helpdesk.tickets.actor import of_user
from helpdesk.users import require_manager


@dataclass(frozen=True)
class TargetDraft:
    """What is promised; category None: to all that have no promise of their own."""

    priority: Priority
    kind: SlaTargetKind
    category: Category | None
    minutes: int
    calendar_id: int

    @property
    def key(self) -> tuple[Priority, SlaTargetKind, Category | None]:
        return self.priority, self.kind, self.category


@dataclass(frozen=True)
class RuleDraft:
    """At `share` per cent of the time; codes as in the table."""

    priority: Priority
    share: int
    recipients: Sequence[str]
    channels: Sequence[str]


@dataclass(frozen=True)
class PolicyDraft:
    name: str
    targets: Sequence[TargetDraft]
    rules: Sequence[RuleDraft] = ()
    acknowledgement_answers: bool = False
    again_urgent: int = 120
    again_normal: int = 1440
    again_at_most: int = 10


def all_policies() -> Sequence[SlaPolicy]:
    """The default first, then by name."""
    return db.session.scalars(sa.select(SlaPolicy).order_by(SlaPolicy.is_default.desc(), SlaPolicy.name)).all()


def find_policy(policy_id: int) -> SlaPolicy:
    """Raises NotFound."""
    policy = db.session.get(SlaPolicy, policy_id)
    if policy is None:
        raise NotFound("not_found")
    return policy


def draft_of(policy: SlaPolicy) -> PolicyDraft:
    targets = [TargetDraft(t.priority, t.kind, t.category, t.minutes, t.calendar_id) for t in policy.targets]
    rules = [RuleDraft(r.priority, r.share, tuple(r.recipients), tuple(r.channels)) for r in policy.reminder_rules]
    return PolicyDraft(
        policy.name,
        tuple(sorted(targets, key=str)),
        tuple(sorted(rules, key=lambda rule: (rule.priority, rule.share))),
        policy.acknowledgement_answers,
        policy.again_urgent,
        policy.again_normal,
        policy.again_at_most,
    )


def facts_of(draft: PolicyDraft) -> Facts:
    """All that the policy says, for the record of changes."""
    targets = sorted(draft.targets, key=str)
    rules = sorted(draft.rules, key=lambda rule: (rule.priority, rule.share))
    return plain(asdict(replace(draft, targets=targets, rules=rules)))


def add_policy(draft: PolicyDraft, by: User) -> SlaPolicy:
    """A policy that no contract has yet.

    Raises:
        NotAllowed: "not_manager", "name_in_use", "no_targets", "target_twice", "share_twice", "never_open".
    """
    require_manager(by)
    _check(draft, None)
    policy = SlaPolicy(name=draft.name)
    db.session.add(policy)
    _write(policy, draft)
    note("sla_policy_added", _subject(policy), by, None, facts_of(draft))
    return policy


def change_policy(policy: SlaPolicy, draft: PolicyDraft, seen: str, by: User) -> Edit | None:
    """Open tickets follow; None where neither a promise nor a reminder changes. `seen`: the
    version that the editor began with.

    Raises:
        NotAllowed: as `add_policy`, and "changed_meanwhile".
    """
    require_manager(by)
    db.session.refresh(policy, with_for_update={"of": SlaPolicy})
    before, after = facts_of(draft_of(policy)), facts_of(draft)
    require_seen(seen, before)
    _check(draft, policy)
    if before == after:
        return None
    _write(policy, draft)
    note("sla_policy_changed", _subject(policy), by, before, after)
    is_for_tickets = any(before[part] != after[part] for part in ("targets", "rules"))
    return _followed(by, follows_one_of([policy.id])) if is_for_tickets else None


def make_default(policy: SlaPolicy, by: User) -> Edit | None:
    """It serves municipalities whose contract names no policy.

    Raises:
        NotAllowed: "not_manager".
    """
    require_manager(by)
    former = db.session.scalars(sa.select(SlaPolicy).filter_by(is_default=True).with_for_update(of=SlaPolicy)).all()
    if policy in former:
        return None
    for each in former:
        each.is_default = False
    policy.is_default = True
    db.session.flush()
    note(
        "sla_default_changed", _subject(policy), by, {"policies": [p.id for p in former]}, {"policies": [policy.id]}
    )
    return _followed(by, follows_one_of([policy.id]))


def delete_policy(policy: SlaPolicy, by: User) -> None:
    """Promises that were made stay as they are: every clock has its own copy.

    Raises:
        NotAllowed: "not_manager", "sla_policy_default", "sla_policy_in_use" while a contract names it.
    """
    require_manager(by)
    db.session.refresh(policy, with_for_update={"of": SlaPolicy})
    named = sa.select(Contract.id).where(Contract.sla_policy_id == policy.id).limit(1)
    is_named = db.session.scalar(named) is not None
    refuse({"sla_policy_default": policy.is_default, "sla_policy_in_use": is_named})
    note("sla_policy_deleted", _subject(policy), by, facts_of(draft_of(policy)), None)
    for table in (SlaTarget, ReminderRule):
        db.session.execute(sa.delete(table).where(table.policy_id == policy.id))
    db.session.execute(sa.delete(SlaPolicy).where(SlaPolicy.id == policy.id))


def assign(contract: Contract, policy_id: int | None, by: User) -> Edit | None:
    """The contract's tickets follow the policy; None: the default one.

    Raises:
        NotAllowed: "not_manager".
        NotFound: there is no such policy.
    """
    require_manager(by)
    if policy_id is not None:
        find_policy(policy_id)
    before = contract.sla_policy_id
    if before == policy_id:
        return None
    contract.sla_policy_id = policy_id
    db.session.flush()
    note("contract_policy_changed", f"contract:{contract.id}", by, {"policy": before}, {"policy": policy_id})
    return _followed(by, Ticket.municipality_id == contract.municipality_id)


def contracts_by_policy() -> dict[int | None, int]:
    """How many contracts, valid or not, have which policy; None: the default one."""
    query = sa.select(Contract.sla_policy_id, sa.func.count()).group_by(Contract.sla_policy_id)
    return dict(db.session.execute(query).tuples().all())


def _followed(by: User, touches: sa.ColumnElement[bool]) -> Edit:
    edit = Edit(ClockCause.POLICY, of_user(by), touches)
    ask_to_follow(edit)
    return edit


def _write(policy: SlaPolicy, draft: PolicyDraft) -> None:
    policy.name, policy.acknowledgement_answers = draft.name, draft.acknowledgement_answers
    policy.again_urgent, policy.again_normal = draft.again_urgent, draft.again_normal
    policy.again_at_most = draft.again_at_most
    db.session.flush()
    for old in [*policy.targets, *policy.reminder_rules]:
        db.session.delete(old)
    db.session.flush()  # the old rows are gone before the new ones take their place
    for target in draft.targets:
        calendar = newest(db.session.get_one(Calendar, target.calendar_id))
        db.session.add(SlaTarget(policy_id=policy.id, **asdict(target) | {"calendar_id": calendar.id}))
    db.session.add_all(ReminderRule(policy_id=policy.id, **_lists(rule)) for rule in draft.rules)
    db.session.flush()
    db.session.expire(policy)


def _lists(rule: RuleDraft) -> Facts:
    return asdict(rule) | {"recipients": list(rule.recipients), "channels": list(rule.channels)}


def _check(draft: PolicyDraft, policy: SlaPolicy | None) -> None:
    same_name = sa.select(SlaPolicy.id).where(
        SlaPolicy.name == draft.name, SlaPolicy.id != (policy.id if policy else 0)
    )
    keys = [target.key for target in draft.targets]
    shares = [(rule.priority, rule.share) for rule in draft.rules]
    refuse(
        {
            "name_in_use": db.session.scalar(same_name) is not None,
            "no_targets": not keys,
            "target_twice": len(set(keys)) < len(keys),
            "share_twice": len(set(shares)) < len(shares),
        }
    )
    for target in draft.targets:
        require_opens(db.session.get_one(Calendar, target.calendar_id), target.minutes)


def _subject(policy: SlaPolicy) -> str:
    return f"sla_policy:{policy.id}"
