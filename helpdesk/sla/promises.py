"""What is promised for a ticket: its contract, the policy, the target of each kind."""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Contract, SlaPolicy, SlaTarget, Ticket
from helpdesk.models.codes import SlaTargetKind


def valid_contract(municipality_id: int) -> Contract | None:
    """The contract of the municipality that is valid today (locally), the newest of several."""
    today = clock.now().astimezone(settings().zone).date()
    query = (
        sa.select(Contract)
        .where(
            Contract.municipality_id == municipality_id,
            Contract.valid_from <= today,
            sa.or_(Contract.valid_to.is_(None), Contract.valid_to >= today),
        )
        .order_by(Contract.valid_from.desc(), Contract.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


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
