"""An acknowledgement that expires, while something else happens to the ticket."""

import threading
import time
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Escalation, Ticket, User
from helpdesk.models.codes import AckVia, Priority, TicketStatus
from helpdesk.oncall import expiry
from helpdesk.oncall.acknowledgement import acknowledge, pass_on
from helpdesk.oncall.running_alerts import running
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import SYSTEM, of_user
from helpdesk.tickets.conversation import add_note
from helpdesk.tickets.lifecycle import change_priority, resolve, wait_for_unit
from helpdesk.transaction import transaction
from tests.drafts import at_once, opened

POSTGRESQL = pytest.mark.parametrize("app", ["postgresql"], indirect=True)  # SQLite has one writer at a time


def look_after(at=None):
    clock.advance(timedelta(minutes=at or 0))
    for alert_id in expiry.due():
        with transaction():
            expiry.look_after(alert_id)


@pytest.fixture
def asked(cast):
    """Anna has it, and is asked whether she still does."""
    with transaction():
        cast.policy.ack_minutes = 30
    ticket = opened(cast)
    with transaction():
        acknowledge(ticket, cast.anna, AckVia.SMS)
    look_after(31)
    assert expiry.is_asked(ticket, cast.anna)
    return ticket


FINISHED = {
    "resolved": lambda ticket, by: resolve(ticket, by),
    "normal": lambda ticket, by: change_priority(ticket, Priority.NORMAL, by, "to nic pilnego"),
}


@pytest.mark.parametrize("how", FINISHED)
def test_two_to_a_question_that_is_moot_alerts_nobody(cast, asked, how):
    with transaction():
        FINISHED[how](asked, of_user(cast.anna))
        before = asked.status
    with transaction():
        assert not pass_on(asked, cast.anna, AckVia.SMS)
    assert (asked.status, asked.acknowledged_by, running(asked)) == (before, cast.anna, None)


def test_a_ticket_that_waits_is_given_back_with_its_clocks_running(cast, asked):
    with transaction():
        wait_for_unit(asked, of_user(cast.anna))
    with transaction():
        assert pass_on(asked, cast.anna, AckVia.SMS)
    assert asked.status is TicketStatus.NEW
    assert all(row.paused_at is None for row in clocks_of(asked).values())


def test_what_the_house_itself_notes_is_no_work(cast, asked):
    with transaction():
        add_note(asked, SYSTEM, "Na linii alarmowej zostawiono wiadomość")
    look_after(11)
    assert asked.acknowledged_by is None


@POSTGRESQL
@pytest.mark.parametrize("answer", [acknowledge, pass_on])
def test_an_answer_while_the_ticket_is_given_back_counts_in_the_new_alert(app, cast, asked, answer):
    ticket_id, anna = asked.id, cast.anna.id
    clock.advance(timedelta(minutes=11))
    [alert_id] = expiry.due()
    is_given_back = threading.Event()

    def expires():
        with transaction():
            expiry.look_after(alert_id)
            db.session.flush()
            is_given_back.set()
            time.sleep(0.3)

    def answers():
        is_given_back.wait(10)
        with transaction():
            return answer(db.session.get_one(Ticket, ticket_id), db.session.get_one(User, anna), AckVia.SMS)

    assert at_once(app, expires, answers)[1]
    assert db.session.query(Escalation).count() == 2


@POSTGRESQL
def test_who_gives_it_back_and_who_joins_in_do_not_wait_for_each_other_crosswise(app, cast, monkeypatch):
    with transaction():
        cast.policy.ack_minutes, cast.policy.acks_wanted = 30, 3
    ticket = opened(cast)
    with transaction():
        acknowledge(ticket, cast.anna, AckVia.SMS)
    look_after(31)
    ticket_id, anna, beata = ticket.id, cast.anna.id, cast.beata.id
    has_begun, give_back = threading.Event(), expiry._give_back

    def give_back_slowly(*about, **more):
        has_begun.set()
        time.sleep(0.2)
        give_back(*about, **more)

    monkeypatch.setattr(expiry, "_give_back", give_back_slowly)

    def passes():
        with transaction():
            pass_on(db.session.get_one(Ticket, ticket_id), db.session.get_one(User, anna), AckVia.SMS)

    def joins():
        has_begun.wait(10)
        with transaction():
            acknowledge(db.session.get_one(Ticket, ticket_id), db.session.get_one(User, beata), AckVia.SMS)

    at_once(app, passes, joins)
    db.session.rollback()
    assert db.session.get_one(Ticket, ticket_id).acknowledged_by_id == beata
