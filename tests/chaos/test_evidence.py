"""The evidence is taken when nothing is left to be done, and not in the instant between two things."""

from datetime import timedelta

from chaos.evidence import AHEAD, unsettled
from helpdesk import clock, outbox
from helpdesk.models.codes import AttemptState
from helpdesk.oncall import in_vain
from helpdesk.oncall.running_alerts import running
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened


def fail_all():
    with transaction():
        for attempt in attempts():
            outbox.move(attempt.id, AttemptState.FAILED)


def test_what_is_due_soon_is_not_settled(cast):
    opened(cast)
    assert unsettled(clock.now()) == len([a for a in attempts() if a.due_at <= clock.now() + AHEAD]) > 0
    fail_all()
    assert unsettled(clock.now()) == 0


def test_an_alert_whose_next_step_should_have_come_is_not_settled(cast):
    alert = running(opened(cast))
    fail_all()
    with transaction():
        in_vain.hasten(alert)
    assert unsettled(clock.now()) == 1
    assert unsettled(clock.now() - timedelta(seconds=1)) == 0
