"""Reminders: each share once, one per clock after a downtime, and again at a bounded pace once it is late."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import send_reminders
from helpdesk.models import Notification
from helpdesk.models.codes import Channel, EventKind, NotificationEvent, SlaTargetKind
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import of_reporter, of_user
from helpdesk.tickets.lifecycle import assign, reopen, resolve, wait_for_unit
from helpdesk.transaction import transaction
from tests.drafts import at_once, opened

ACKNOWLEDGE = SlaTargetKind.ACKNOWLEDGE


@pytest.fixture
def ticket(cast):
    """To be acknowledged in 15 minutes, answered in 60, resolved in 240, round the clock."""
    return opened(cast)


def goes_by(**time):
    clock.advance(timedelta(**time))
    send_reminders()
    db.session.rollback()


def mails(event=NotificationEvent.REMINDER, target=ACKNOWLEDGE):
    query = sa.select(Notification).where(Notification.event == event, Notification.channel == Channel.EMAIL)
    found = db.session.scalars(query.order_by(Notification.id))
    return [(n.params["share"], n.user_id) for n in found if n.params["target"] == target]


def test_nothing_is_said_before_half_of_the_time_is_used(ticket):
    goes_by(minutes=7)
    assert mails() == []


def test_whoever_is_on_duty_is_reminded_of_each_share_once(cast, ticket):
    for _ in range(14):
        goes_by(minutes=1)
    assert mails() == [(50, cast.anna.id), (75, cast.anna.id), (90, cast.anna.id)]


def test_an_hour_of_downtime_brings_one_message_about_all_targets_of_the_ticket(cast, ticket):
    goes_by(hours=1, minutes=10)
    said = db.session.scalars(
        sa.select(Notification.params).where(
            Notification.user_id == cast.anna.id,
            Notification.channel == Channel.EMAIL,
            Notification.event.in_((NotificationEvent.REMINDER, NotificationEvent.BREACH)),
        )
    ).all()
    late = [(each["target"], each["share"]) for params in said for each in (params, *params["also"])]
    assert len(said) == 1
    assert late == [("acknowledge", 100), ("first_response", 100)]


def test_two_runs_at_the_same_moment_remind_once(app, cast, ticket):
    clock.advance(timedelta(minutes=8))
    at_once(app, send_reminders, send_reminders)
    assert mails() == [(50, cast.anna.id)]


def test_who_has_the_ticket_is_reminded(cast, ticket):
    with transaction():
        assign(ticket, cast.dorota, of_user(cast.anna))
    goes_by(minutes=8)
    assert mails() == [(50, cast.dorota.id)]


def test_a_holder_who_has_left_is_not(cast, ticket):
    with transaction():
        assign(ticket, cast.dorota, of_user(cast.anna))
        cast.dorota.active = False
    goes_by(minutes=8)
    assert mails() == [(50, cast.anna.id)]


def test_with_nobody_on_duty_the_managers_are_reminded(cast, ticket):
    with transaction():
        cast.schedule.rotations[0].members.clear()
    goes_by(minutes=8)
    assert mails() == [(50, cast.marek.id)]


def test_a_breach_is_told_to_the_managers_too(cast, ticket):
    goes_by(minutes=15)
    assert [user for _, user in mails(NotificationEvent.BREACH)] == [cast.anna.id, cast.marek.id]
    assert clocks_of(ticket)[ACKNOWLEDGE].breached_at == clock.now()


def test_a_breach_stands_on_the_timeline_once_and_is_said_again_at_a_bounded_pace(cast, ticket):
    for _ in range(5):
        goes_by(hours=1)
    times_told = [user for _, user in mails(NotificationEvent.BREACH)].count(cast.marek.id)
    breaches = [e for e in ticket.events if e.kind is EventKind.BREACHED and e.data["target"] == "acknowledge"]
    assert (times_told, len(breaches)) == (3, 1)


def test_a_met_target_is_not_reminded_of(cast, ticket):
    with transaction():
        resolve(ticket, of_user(cast.anna))
    goes_by(hours=5)
    assert mails() == []


def test_a_waiting_ticket_is_not_reminded_of(cast, ticket):
    with transaction():
        wait_for_unit(ticket, of_user(cast.anna))
    goes_by(hours=5)
    assert mails(target=SlaTargetKind.RESOLVE) == []


def test_a_reopened_ticket_is_late_again_aloud(cast, ticket):
    with transaction():
        resolve(ticket, of_user(cast.anna))
    goes_by(hours=5)
    with transaction():
        reopen(ticket, of_reporter(ticket))
    goes_by(hours=4)
    assert mails(NotificationEvent.BREACH, SlaTargetKind.RESOLVE)
