"""Everything that can happen to an alert, at the same moment: nobody waits crosswise, the end is one and clear."""

import threading
import time
from datetime import timedelta

import pytest

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.inbound import calls
from helpdesk.jobs import advance_escalations
from helpdesk.models import Attempt, Escalation, Ticket, User
from helpdesk.models.codes import AckVia, AttemptState, Channel, EscalationState, EventKind, Priority
from helpdesk.notify import held_up, outcome
from helpdesk.notify.worker import ALL, URGENT
from helpdesk.oncall import acknowledgement
from helpdesk.oncall.acknowledgement import acknowledge, pass_on
from helpdesk.oncall.running_alerts import hold, running
from helpdesk.tickets.actor import of_reporter, of_user
from helpdesk.tickets.conversation import write_as_reporter
from helpdesk.tickets.lifecycle import change_priority, close, reopen, resolve
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts, opened

POSTGRESQL = pytest.mark.parametrize("app", ["postgresql"], indirect=True)  # SQLite has one writer at a time


def report(attempt_id, state, code=""):
    with transaction():
        outcome.reported(attempt_id, state, sid=None, status=state, code=code)


def claims():
    for channel in (Channel.SMS, Channel.VOICE):
        with transaction():
            outbox.claim(channel, ALL, "worker")


@pytest.mark.parametrize("round_", range(4))
def test_answers_failures_and_steps_at_the_same_moment(app, cast, round_):
    ticket = opened(cast)
    clock.advance(timedelta(minutes=5))
    advance_escalations()
    ids = [attempt.id for attempt in attempts() if attempt.notification.escalation_id]
    with transaction():
        for attempt_id in ids:
            outbox.move(attempt_id, AttemptState.SENT)
    call = next(a.id for a in attempts(channel=Channel.VOICE, to=cast.anna))
    ticket_id, anna, beata = ticket.id, cast.anna.id, cast.beata.id
    clock.advance(timedelta(minutes=5))

    def answer():
        with transaction():
            acknowledge(db.session.get(Ticket, ticket_id), db.session.get(User, beata), AckVia.SMS)

    def digit():
        with transaction():
            calls.alert_digit(db.session.get(Attempt, call), "1")

    def passes():
        with transaction():
            pass_on(db.session.get(Ticket, ticket_id), db.session.get(User, anna), AckVia.SMS)

    failures = [lambda each=each: report(each, AttemptState.UNDELIVERED, "30003") for each in ids]
    at_once(app, answer, digit, passes, advance_escalations, claims, *failures)
    db.session.rollback()
    assert db.session.get(Ticket, ticket_id).acknowledged_by_id in (anna, beata)
    assert db.session.query(Escalation).one().state is EscalationState.ACKNOWLEDGED
    clock.advance(timedelta(hours=1))
    claims()
    assert not [
        a
        for a in attempts()
        if a.state is AttemptState.SENDING and a.sending_at == clock.now() and a.notification.escalation_id
    ]


def test_who_passes_it_on_waits_for_a_failure_that_holds_the_alert(app, cast):
    ticket_id, anna = opened(cast).id, cast.anna.id
    sms, call = (attempt.id for attempt in attempts(to=cast.anna))
    with transaction():
        outbox.move(sms, AttemptState.SENT)
    is_held = threading.Event()

    def fails():
        with transaction():
            hold([sms])
            is_held.set()
            time.sleep(0.3)
            outcome.reported(sms, AttemptState.UNDELIVERED, sid=None, status="undelivered", code="30003")

    def passes():
        is_held.wait(10)
        with transaction():
            return pass_on(db.session.get(Ticket, ticket_id), db.session.get(User, anna), AckVia.SMS)

    assert at_once(app, fails, passes)[1]
    assert db.session.get(Attempt, call).state is AttemptState.CANCELLED


@POSTGRESQL
def test_who_makes_a_ticket_urgent_sees_who_takes_it_at_that_moment(app, cast):
    ticket_id, beata, dorota = opened(cast, priority=Priority.NORMAL).id, cast.beata.id, cast.dorota.id
    is_read, is_taken = threading.Event(), threading.Event()

    def hastens():
        with transaction():
            ticket = db.session.get_one(Ticket, ticket_id)
            is_read.set()
            assert is_taken.wait(10)
            change_priority(ticket, Priority.URGENT, of_user(db.session.get_one(User, dorota)))

    def takes():
        is_read.wait(10)
        with transaction():
            acknowledge(db.session.get_one(Ticket, ticket_id), db.session.get_one(User, beata), AckVia.PAGE)
        is_taken.set()

    at_once(app, hastens, takes)
    ticket = db.session.get_one(Ticket, ticket_id)
    assert (ticket.is_urgent, ticket.acknowledged_by_id) == (True, beata)
    assert running(ticket) is None


@POSTGRESQL
def test_who_takes_all_and_a_report_about_all_do_not_wait_for_each_other_crosswise(app, cast, monkeypatch):
    first, second = opened(cast), opened(cast)
    with transaction():  # its alert is now the younger one, its ticket the older
        resolve(first, of_user(cast.dorota))
        reopen(first, of_reporter(first))
    with transaction():
        carrier = outbox.claim(Channel.SMS, URGENT, "worker")
    ids, beata = [first.id, second.id], cast.beata.id
    has_one, take = threading.Event(), acknowledgement.acknowledge

    def take_slowly(*about):
        taken = take(*about)
        has_one.set()
        time.sleep(0.1)
        return taken

    monkeypatch.setattr(acknowledgement, "acknowledge", take_slowly)

    def takes_all():
        with transaction():
            tickets = [db.session.get_one(Ticket, each) for each in ids]
            acknowledgement.acknowledge_all(tickets, db.session.get_one(User, beata), AckVia.SMS)

    def reports():
        has_one.wait(10)
        report(carrier, AttemptState.SENT)

    at_once(app, takes_all, reports)
    db.session.rollback()
    assert {db.session.get_one(Ticket, each).acknowledged_by_id for each in ids} == {beata}


@POSTGRESQL
def test_two_schedulers_close_a_ticket_once(app, cast):
    ticket = opened(cast)
    with transaction():
        resolve(ticket, of_user(cast.dorota))
    ticket_id, both_have_read = ticket.id, threading.Barrier(2)

    def closes():
        with transaction():
            db.session.get_one(Ticket, ticket_id)
            both_have_read.wait(10)
            close(ticket_id)

    at_once(app, closes, closes)
    kinds = [event.kind for event in db.session.get_one(Ticket, ticket_id).events]
    assert kinds.count(EventKind.CLOSED) == 1


@POSTGRESQL
def test_a_ticket_that_is_closed_while_its_reporter_writes_is_open_afterwards(app, cast):
    ticket = opened(cast)
    with transaction():
        resolve(ticket, of_user(cast.dorota))
    ticket_id, has_read, is_closed = ticket.id, threading.Event(), threading.Event()

    def writes():
        with transaction():
            known = db.session.get_one(Ticket, ticket_id)
            has_read.set()
            is_closed.wait(10)
            write_as_reporter(known, "Nadal nie działa")

    def closes():
        has_read.wait(10)
        with transaction():
            close(ticket_id)
        is_closed.set()

    at_once(app, writes, closes)
    db.session.rollback()
    reopened = db.session.get_one(Ticket, ticket_id)
    assert reopened.is_open and reopened.closed_at is None


@POSTGRESQL
def test_an_acknowledgement_waits_for_the_second_look_of_a_worker_that_was_held_up(app, cast, monkeypatch):
    ticket_id, anna = opened(cast).id, cast.anna.id
    with transaction():
        attempt_id = outbox.claim(Channel.SMS, URGENT, "worker")
    is_looking, order, look = threading.Event(), [], held_up._cancel_if_moot

    def look_slowly(attempt_id):
        found = look(attempt_id)
        is_looking.set()
        time.sleep(0.2)
        return found

    monkeypatch.setattr(held_up, "_cancel_if_moot", look_slowly)

    def looks():
        held_up.may_send(attempt_id, "worker", clock.now() - timedelta(seconds=5))
        order.append("may be sent")

    def takes():
        is_looking.wait(10)
        with transaction():
            ticket = db.session.get_one(Ticket, ticket_id)
            acknowledgement.acknowledge(ticket, db.session.get_one(User, anna), AckVia.SMS)
        order.append("taken")

    at_once(app, looks, takes)
    assert order == ["may be sent", "taken"]
