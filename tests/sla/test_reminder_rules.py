"""The rules of a policy: at which shares whom to remind, and how; how often a breach is said again."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import send_reminders
from helpdesk.models import Notification, NotifyRule, ReminderRule, SlaPolicy
from helpdesk.models.codes import (
    Channel,
    ClockCause,
    EventKind,
    NotificationEvent,
    Priority,
    ReminderRecipient,
    SlaTargetKind,
)
from helpdesk.sla.clock import clocks_of, pause, resume
from helpdesk.sla.reminder_rules import Rule, ways_to
from helpdesk.sla.reminders import follow_rules
from helpdesk.sla.retargeting import adopt
from helpdesk.tickets.actor import SYSTEM, of_user
from helpdesk.tickets.lifecycle import assign, change_priority
from helpdesk.transaction import transaction
from tests.drafts import opened
from tests.hours import does

ACKNOWLEDGE, RESOLVE = SlaTargetKind.ACKNOWLEDGE, SlaTargetKind.RESOLVE
HOLDER, MANAGERS = ReminderRecipient.HOLDER, ReminderRecipient.MANAGERS
ADMINISTRATORS, ON_CALL = ReminderRecipient.ADMINISTRATORS, ReminderRecipient.ON_CALL


@pytest.fixture
def policy(cast):
    return db.session.query(SlaPolicy).one()


def rule(policy, share, *recipients, priority=Priority.URGENT, channels=("email", "sms")):
    with transaction():
        policy.reminder_rules.append(
            ReminderRule(priority=priority, share=share, recipients=list(recipients), channels=list(channels))
        )


def goes_by(**time):
    clock.advance(timedelta(**time))
    send_reminders()
    db.session.rollback()


def told(*events):
    """Who heard what over which channel, oldest first."""
    wanted = events or (NotificationEvent.REMINDER, NotificationEvent.BREACH)
    query = sa.select(Notification).where(Notification.event.in_(wanted)).order_by(Notification.id)
    return [(n.user.name.split()[0], n.params["share"], n.channel) for n in db.session.scalars(query)]


def shares(ticket, kind=ACKNOWLEDGE):
    return [reminder.share for reminder in clocks_of(ticket)[kind].reminders]


def test_without_rules_a_clock_has_the_usual_shares(cast):
    assert shares(opened(cast)) == [50, 75, 90, 100]


def test_the_rules_of_the_priority_make_the_shares_and_a_breach_is_always_noticed(cast, policy):
    rule(policy, 60, HOLDER)
    assert shares(opened(cast)) == [60, 100]
    assert shares(opened(cast, priority=Priority.NORMAL)) == [50, 75, 90, 100]


@pytest.mark.parametrize(
    ("recipient", "names"),
    [
        (HOLDER, ["Dorota"]),
        (ON_CALL, ["Anna"]),
        (ADMINISTRATORS, ["Anna", "Beata", "Celina", "Dorota"]),
        (MANAGERS, ["Marek"]),
    ],
)
def test_the_rule_names_who_is_reminded(cast, policy, recipient, names):
    rule(policy, 60, recipient, channels=["email"])
    ticket = opened(cast)
    does(assign, ticket, cast.dorota, of_user(cast.anna))
    goes_by(minutes=10)
    assert told() == [(name, 60, Channel.EMAIL) for name in names]


def test_the_rule_names_the_channels_and_nobody_is_called(cast, policy):
    rule(policy, 60, HOLDER, channels=["sms", "voice"])
    opened(cast)
    goes_by(minutes=10)
    assert told() == [("Anna", 60, Channel.SMS)]


def test_recipients_are_read_at_the_moment_of_reminding(cast, policy):
    rule(policy, 60, HOLDER, channels=["email"])
    opened(cast)
    with transaction():
        policy.reminder_rules[0].recipients = [MANAGERS]
    goes_by(minutes=10)
    assert told() == [("Marek", 60, Channel.EMAIL)]


def test_of_a_normal_ticket_a_person_hears_over_what_they_have_chosen_of_the_rule(cast, policy):
    ticket = opened(cast, priority=Priority.NORMAL)
    with transaction():
        db.session.add(NotifyRule(user_id=cast.anna.id, priority=Priority.NORMAL, channel=Channel.SMS, minutes=0))
    assert ways_to(cast.anna, ticket, Rule((HOLDER,))) == [Channel.SMS]
    assert ways_to(cast.anna, ticket, Rule((HOLDER,), (Channel.EMAIL,))) == [Channel.EMAIL]


def test_a_breach_that_no_rule_tells_of_is_written_down_all_the_same(cast, policy):
    rule(policy, 60, HOLDER)
    ticket = opened(cast)
    goes_by(minutes=15)
    assert clocks_of(ticket)[ACKNOWLEDGE].breached_at == clock.now()
    assert [e.kind for e in ticket.events].count(EventKind.BREACHED) == 1
    assert told(NotificationEvent.BREACH) == []


def test_an_edit_of_the_shares_adds_what_is_missing_and_drops_what_is_gone(cast, policy):
    row = clocks_of(opened(cast))[ACKNOWLEDGE]
    rule(policy, 80, HOLDER)
    does(follow_rules, row)
    assert [(r.share, r.due_at) for r in row.reminders if r.share < 100] == [
        (80, row.started_at + timedelta(minutes=12))
    ]


def test_open_tickets_take_the_edited_shares(cast, policy):
    ticket = opened(cast)
    rule(policy, 80, HOLDER)
    does(adopt, ticket, ClockCause.POLICY, SYSTEM)
    assert shares(ticket) == shares(ticket, RESOLVE) == [80, 100]


def test_another_priority_brings_its_own_shares(cast, policy):
    rule(policy, 80, HOLDER, priority=Priority.NORMAL)
    ticket = opened(cast)
    does(change_priority, ticket, Priority.NORMAL, of_user(cast.anna), "za miesiąc")
    assert shares(ticket, RESOLVE) == [80, 100]


def test_a_share_that_is_past_when_it_is_added_is_not_told_of(cast, policy):
    row = clocks_of(opened(cast))[ACKNOWLEDGE]
    clock.advance(timedelta(minutes=13))
    rule(policy, 80, HOLDER)
    does(follow_rules, row)
    goes_by(seconds=1)
    assert told() == []


def test_what_was_told_stays_when_its_share_goes(cast, policy):
    ticket = opened(cast)
    goes_by(minutes=8)
    rule(policy, 80, HOLDER)
    does(follow_rules, clocks_of(ticket)[ACKNOWLEDGE])
    assert shares(ticket) == [50, 80, 100]


def test_a_breach_is_said_again_as_often_as_the_policy_wants_and_no_more(cast, policy):
    with transaction():
        policy.again_urgent, policy.again_at_most = 30, 2
    rule(policy, 100, MANAGERS, channels=["email"])
    ticket = opened(cast)
    for _ in range(16):
        goes_by(minutes=15)
        with transaction():
            for kind in (SlaTargetKind.FIRST_RESPONSE, RESOLVE):
                clocks_of(ticket)[kind].met_at = clocks_of(ticket)[kind].met_at or clock.now()
    assert len(told(NotificationEvent.BREACH)) == 3
    assert clocks_of(ticket)[ACKNOWLEDGE].said_again == 2


def test_a_pause_after_the_breach_tells_nobody_twice(cast, policy):
    rule(policy, 100, MANAGERS, channels=["email"])
    ticket = opened(cast)
    goes_by(minutes=15)
    for _ in range(3):
        does(pause, ticket, SYSTEM)
        clock.advance(timedelta(minutes=5))
        does(resume, ticket, SYSTEM)
        goes_by(minutes=1)
    assert len(told(NotificationEvent.BREACH)) == 1
