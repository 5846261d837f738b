"""The digest: reminders of normal tickets as one message to a person, without what has become moot."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.jobs import send_digests, send_reminders
from helpdesk.models import DigestItem, Notification, SlaPolicy
from helpdesk.models.codes import Channel, NotificationEvent, Priority, SlaTargetKind
from helpdesk.notify.render import render, render_sms
from helpdesk.sla import digest
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import of_reporter, of_user
from helpdesk.tickets.lifecycle import assign, reopen, resolve, wait_for_unit
from helpdesk.tickets.merging import merge
from helpdesk.transaction import transaction
from tests.drafts import at_once, opened
from tests.hours import at, does, local

RESOLVE = SlaTargetKind.RESOLVE
NORMAL = Priority.NORMAL


@pytest.fixture
def policy(cast):
    """Only the time to resolve counts: three working days, from Wednesday 10:00 to Monday 10:00."""
    policy = db.session.query(SlaPolicy).one()
    with transaction():
        for target in [t for t in policy.targets if t.kind is not RESOLVE]:
            db.session.delete(target)
    return policy


@pytest.fixture
def ticket(cast, policy):
    ticket = opened(cast, priority=NORMAL)
    does(assign, ticket, cast.dorota, of_user(cast.anna))
    return ticket


def run(*moments):
    for moment in moments:
        at(moment)
        send_reminders()
        send_digests()
        db.session.rollback()


def digests(channel=Channel.EMAIL):
    query = sa.select(Notification).filter_by(event=NotificationEvent.DIGEST, channel=channel)
    return list(db.session.scalars(query.order_by(Notification.id)))


def told(channel=Channel.EMAIL):
    """Whom the digests went to and which tickets they named."""
    return [(n.user.name.split()[0], [each["number"] for each in n.params["tickets"]]) for n in digests(channel)]


def test_a_reminder_of_a_normal_ticket_waits_for_the_next_digest(ticket):
    run("12 14:01", "13 07:59")
    assert digests() == []
    run("13 08:00")
    assert told() == [("Dorota", [ticket.number])]
    assert told(Channel.SMS) == [("Dorota", [ticket.number])]


def test_five_tickets_are_one_mail_and_one_sms(cast, ticket):
    tickets = [ticket, *(opened(cast, priority=NORMAL) for _ in range(4))]
    for each in tickets[1:]:
        does(assign, each, cast.dorota, of_user(cast.anna))
    run("12 14:01", "13 08:00", "13 08:01")
    assert told() == told(Channel.SMS) == [("Dorota", [each.number for each in tickets])]
    [sms] = digests(Channel.SMS)
    assert render_sms(sms).startswith("5 zgloszen blisko terminu: MOD-2026-0001, MOD-2026-0002, MOD-2026-0003")


def test_the_mail_says_deadline_what_is_left_who_has_it_and_where(cast, ticket):
    run("12 14:01", "13 08:00")
    [mail] = digests()
    text = render(mail, "txt")
    assert render(mail, "subject") == "1 zgłoszenie blisko terminu"
    assert "pon. 16 mar 2026, 10:00, zostało 10 godz. czasu pracy" in text
    assert "Dorota Testowa" in text
    assert f"http://helpdesk.test/desk/{ticket.number}" in text


def test_what_could_not_be_acted_on_after_the_next_digest_goes_at_once_and_takes_along_what_waits(cast, ticket):
    other = opened(cast, priority=NORMAL)
    does(assign, other, cast.dorota, of_user(cast.anna))
    with transaction():
        row = clocks_of(other)[RESOLVE]
        row.due_at, row.reminders[0].due_at = local("13 08:30"), local("12 15:00")
    run("12 14:01", "12 15:00", "13 08:00")
    assert told() == [("Dorota", [other.number, ticket.number])]


MOOT = {
    "resolved": lambda cast, ticket: does(resolve, ticket, of_user(cast.dorota)),
    "paused": lambda cast, ticket: does(wait_for_unit, ticket, of_user(cast.dorota)),
    "merged": lambda cast, ticket: does(merge, ticket, opened(cast, priority=NORMAL).number, cast.dorota),
}


@pytest.mark.parametrize("how", MOOT)
def test_what_has_become_moot_is_left_out_and_an_empty_digest_is_not_sent(cast, ticket, how):
    run("12 14:01")
    MOOT[how](cast, ticket)
    run("13 08:00")
    assert digests() == []
    assert db.session.query(DigestItem).count() == 0


def test_what_was_handed_over_goes_to_whoever_has_it_by_then(cast, ticket):
    run("12 14:01")
    does(assign, ticket, cast.celina, of_user(cast.dorota))
    run("13 08:00", "13 08:01")
    assert told() == [("Celina", [ticket.number])]


def test_what_nobody_has_goes_to_whoever_is_on_duty_by_then(cast, policy):
    ticket = opened(cast, priority=NORMAL)
    run("12 14:01", "13 08:00", "13 08:01")  # Beata until Friday, 8:00, then Celina
    assert told() == [("Celina", [ticket.number])]


def test_an_sms_waits_for_the_end_of_the_quiet_hours(cast, ticket):
    with transaction():
        clocks_of(ticket)[RESOLVE].reminders[3].due_at = local("11 23:00")
        clocks_of(ticket)[RESOLVE].calendar.always_open = True
    run("11 23:00", "12 00:00")
    assert len(digests()) == 2 and digests(Channel.SMS) == []


def test_a_breach_in_business_hours_is_told_within_the_hour(cast, ticket):
    run("16 08:00")
    before = len(digests())
    run("16 10:00", "16 10:59")
    assert len(digests()) == before
    run("16 11:00")
    assert [mail.params["late"] for mail in digests()[before:]] == [1, 1]  # Dorota and the manager


def test_a_breach_is_said_again_at_the_opening_not_at_night(cast, ticket, policy):
    with transaction():
        policy.again_normal = 12 * 60
    run("16 10:00")
    [breach] = [r for r in clocks_of(ticket)[RESOLVE].reminders if r.share == 100]
    assert breach.due_at == local("17 08:00")


def test_a_breach_nobody_handles_is_said_so_often_and_no_more(cast, ticket, policy):
    with transaction():
        policy.again_at_most = 3
    for day in range(16, 32):
        run(f"{day} 08:00", f"{day} 10:00", f"{day} 11:00", f"{day} 13:00")
    late = [n for n in digests() if n.params["late"] and n.user == cast.marek]
    assert len(late) == 4


def test_a_weekend_of_downtime_brings_one_digest(cast, ticket):
    run("15 12:00", "16 08:00", "16 08:01")
    assert told() == [("Dorota", [ticket.number])]


def test_a_reopened_ticket_that_is_late_again_is_told_again(cast, ticket):
    run("16 10:00", "16 11:00")
    does(resolve, ticket, of_user(cast.dorota))
    at("17 10:00")
    does(reopen, ticket, of_reporter(ticket))
    count = len([n for n in digests() if n.params["late"]])
    run("17 11:00", "17 12:00")
    assert len([n for n in digests() if n.params["late"]]) == 2 * count > 0


def test_two_schedulers_send_one_digest(app, cast, ticket):
    run("12 14:01")
    at("13 08:00")
    at_once(app, send_digests, send_digests)
    assert told() == [("Dorota", [ticket.number])]


def test_what_fails_half_way_is_sent_once_later(cast, ticket, monkeypatch):
    run("12 14:01")
    with monkeypatch.context() as patch:
        patch.setattr(digest.outbox, "enqueue", lambda _letter: 1 / 0)
        run("13 08:00")
    assert digests() == []
    run("13 08:01", "13 08:02")
    assert told() == [("Dorota", [ticket.number])]


def test_an_item_that_was_sent_is_forgotten_after_a_while(cast, ticket):
    run("12 14:01", "13 08:00")
    clock.advance(timedelta(days=100))
    with transaction():
        digest._forget(cast.dorota.id, clock.now())
    assert db.session.query(DigestItem).count() == 0
