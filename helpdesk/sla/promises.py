"""What is promised for a ticket: its contract, the policy, the target of each kind."""

from collections.abc import Collection

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Contract, SlaPolicy, SlaTarget, Ticket
from helpdesk.models.codes import SlaTargetKind

_NEWEST = (Contract.valid_from.desc(), Contract.id.desc())


def valid_contract(municipality_id: int) -> Contract | None:
    """The contract of the municipality that is valid today (locally), the newest of several."""
    query = sa.select(Contract).where(Contract.municipality_id == municipality_id, is_valid_today())
    return db.session.scalars(query.order_by(*_NEWEST).limit(1)).first()


def is_valid_today() -> sa.ColumnElement[bool]:
    """Of a contract, locally."""
    today = clock.now().astimezone(settings().zone).date()
    return sa.and_(Contract.valid_from <= today, sa.or_(Contract.valid_to.is_(None), Contract.valid_to >= today))


def follows_one_of(policy_ids: Collection[int]) -> sa.ColumnElement[bool]:
    """Of a ticket, in SQL: whether its policy, as `policy_for` finds it, is one of these."""
    own = sa.select(Contract.sla_policy_id).where(
        Contract.municipality_id == Ticket.municipality_id, is_valid_today()
    )
    default = sa.select(SlaPolicy.id).filter_by(is_default=True).limit(1).scalar_subquery()
    newest = own.order_by(*_NEWEST).limit(1).correlate(Ticket).scalar_subquery()
    return sa.func.coalesce(newest, default).in_(policy_ids)


def policy_for(ticket: Ticket) -> SlaPolicy | None:
    """The policy of the municipality's contract valid today, else the default one."""
    contract = valid_contract(ticket.municipality_id)
    if contract is not None and contract.sla_policy_id is not None:
        return db.session.get(SlaPolicy, contract.sla_policy_id)
    return db.session.scalars(sa.select(SlaPolicy).filter_by(is_default=True)).first()


def targets_for(ticket: Ticket) -> dict[SlaTargetKind, SlaTarget]:
    """The target per kind: the category's own, else the one for all categories."""
    policy = policy_for(ticket)
    fitting = [t for t in (policy.targets if policy else []) if t.priority == ticket.priority]
    general = {t.kind: t for t in fitting if t.category is None}
    return general | {t.kind: t for t in fitting if t.category == ticket.category}
