"""How many alerts run with a policy: counted by the database, however many there are."""

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import EscalationPolicy
from helpdesk.models.codes import AckVia, Category
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.policies import running_alerts
from helpdesk.transaction import transaction
from tests.drafts import opened


def test_those_that_run_and_are_for_it_are_counted_in_one_question(cast):
    with transaction():
        other = EscalationPolicy(name="Inne", category=Category.OTHER, municipality_id=cast.modrzewie.id)
        db.session.add(other)
    taken, _waits, _other = opened(cast), opened(cast), opened(cast, category=Category.OTHER)
    with transaction():
        acknowledge(taken, cast.anna, AckVia.PAGE)
    policy, asked = cast.policy, []
    assert policy.id != other.id
    sa.event.listen(db.engine, "before_cursor_execute", note := lambda *about: asked.append(about[2]))
    assert (running_alerts(policy), running_alerts(other)) == (1, 1)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 2
