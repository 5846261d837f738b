"""The evidence is taken when nothing is left to be done, and not in the instant between two things."""

from chaos.evidence import AHEAD, STOPPING, unsettled
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
    assert unsettled() == len([a for a in attempts() if a.due_at <= clock.now() + AHEAD]) > 0
    fail_all()
    assert unsettled() == 0


def test_an_alert_whose_next_step_comes_now_is_not_settled(cast):
    alert = running(opened(cast))
    fail_all()
    with transaction():
        in_vain.hasten(alert)
    assert unsettled() == 1


def test_an_alert_whose_next_step_comes_while_the_workers_are_ended_is_not_settled(cast):
    alert = running(opened(cast))
    fail_all()
    clock.freeze(alert.next_step_at - STOPPING)
    assert unsettled() == 1
