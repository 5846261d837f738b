"""A test of one's own alert: rings for real, for nobody else."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import DutyTest, NotifyRule
from helpdesk.models.codes import Channel, Priority
from helpdesk.oncall import duty_test, own_test
from helpdesk.oncall.contacts import mark_broken
from helpdesk.transaction import transaction
from tests.drafts import attempts


def begun(user) -> DutyTest:
    with transaction():
        return own_test.start(user)


def test_it_comes_as_an_alert_would_to_that_person_and_to_nobody_else(cast):
    begun(cast.beata)
    now = clock.now()
    found = [(a.channel, a.due_at - now, a.address) for a in attempts()]
    number = cast.beata.contacts[0].value
    assert found == [(Channel.SMS, timedelta(), number), (Channel.VOICE, timedelta(seconds=30), number)]


def test_own_rules_count(cast):
    with transaction():
        rule = NotifyRule(user_id=cast.beata.id, priority=Priority.URGENT, channel=Channel.VOICE, minutes=1)
        db.session.add(rule)
    begun(cast.beata)
    assert [(a.channel, a.due_at - clock.now()) for a in attempts()] == [(Channel.VOICE, timedelta(minutes=1))]


def test_a_fourth_within_the_hour_is_refused(cast):
    for _ in range(3):
        begun(cast.beata)
    with pytest.raises(NotAllowed, match="too_many_tests"):
        begun(cast.beata)
    begun(cast.celina)
    clock.advance(timedelta(minutes=61))
    begun(cast.beata)


def test_whom_nothing_reaches_learns_it_at_once(cast):
    with transaction():
        mark_broken(cast.beata.contacts[0], "30005")
    with pytest.raises(NotAllowed, match="no_way"):
        begun(cast.beata)


def test_the_weekly_test_and_its_managers_know_nothing_of_it(cast):
    test = begun(cast.beata)
    clock.advance(timedelta(days=2))
    assert (duty_test.overdue(), duty_test.last_outcome()) == ([], None)
    assert test.missed_at is None


def test_the_newest_confirmed_test_of_each_is_known(cast):
    with transaction():
        duty_test.confirm(begun(cast.beata))
    begun(cast.celina)
    assert list(own_test.last_confirmed()) == [cast.beata.id]
