"""A ticket with simple promises."""

import pytest

from helpdesk.extensions import db
from helpdesk.models import SlaPolicy
from helpdesk.models.codes import Priority, SlaTargetKind
from helpdesk.sla.clock import clocks_of
from helpdesk.transaction import transaction
from tests.drafts import opened

URGENT, NORMAL = Priority.URGENT, Priority.NORMAL
RESOLVE = SlaTargetKind.RESOLVE


@pytest.fixture
def promises(cast):
    """Normal: 8 office hours; urgent: 2 hours round the clock."""
    policy = db.session.query(SlaPolicy).one()
    minutes = {NORMAL: 480, URGENT: 120}
    with transaction():
        for target in policy.targets:
            if target.kind is RESOLVE:
                target.minutes = minutes[target.priority]
    return policy


@pytest.fixture
def ticket(cast, promises):
    return opened(cast, priority=NORMAL)


@pytest.fixture
def row(ticket):
    return clocks_of(ticket)[RESOLVE]
