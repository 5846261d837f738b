"""The first who says "I have it" has it; everybody who was disturbed learns so, and nobody else is."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.jobs import advance_escalations
from helpdesk.models import Notification, Ticket, User
from helpdesk.models.codes import (
    AckVia,
    AttemptState,
    Channel,
    EscalationState,
    EventKind,
    NotificationEvent,
    SlaTargetKind,
    TicketStatus,
)
from helpdesk.oncall.acknowledgement import acknowledge, pass_on
from helpdesk.oncall.escalation import open_escalation
from helpdesk.oncall.running_alerts import running
from helpdesk.outbox import move
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import SYSTEM, of_reporter
from helpdesk.tickets.lifecycle import reopen, resolve
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts, opened


@pytest.fixture
def ticket(cast):
    return opened(cast)


def takes(user, ticket, via=AckVia.SMS):
    with transaction():
        return acknowledge(ticket, user, via)


def all_sent():
    with transaction():
        for attempt in attempts():
            move(attempt.id, AttemptState.ACCEPTED)


def told(event=NotificationEvent.TAKEN):
    db.session.rollback()
    query = sa.select(Notification).where(Notification.event == event, Notification.channel == Channel.SMS)
    return [notification.user_id for notification in db.session.scalars(query.order_by(Notification.id))]


def test_the_first_answer_takes_the_ticket(cast, ticket):
    assert takes(cast.anna, ticket).is_first
    assert (ticket.acknowledged_by, ticket.assignee) == (cast.anna, cast.anna)
    assert ticket.status is TicketStatus.ACKNOWLEDGED


def test_the_second_answer_does_not_take_the_ticket_over(cast, ticket):
    takes(cast.anna, ticket)
    second = takes(cast.beata, ticket)
    assert (second.is_first, second.holder) == (False, cast.anna)
    assert [e.kind for e in ticket.events].count(EventKind.ACKNOWLEDGED) == 1


def test_of_two_answers_at_the_same_moment_one_is_first(app, cast, ticket):
    number, people = ticket.id, [cast.anna.id, cast.beata.id]

    def answer(user_id):
        result = takes(db.session.get(User, user_id), db.session.get(Ticket, number))
        return result.is_first, result.holder.id

    answers = at_once(app, *[lambda each=each: answer(each) for each in people])
    assert sorted(first for first, _ in answers) == [False, True]
    assert len({holder for _, holder in answers}) == 1


def test_the_alert_ends_and_what_waits_is_cancelled(cast, ticket):
    alert = running(ticket)
    takes(cast.anna, ticket, AckVia.VOICE)
    assert (alert.state, alert.acknowledged_via) == (EscalationState.ACKNOWLEDGED, AckVia.VOICE)
    assert {a.state for a in attempts(to=cast.anna)} == {AttemptState.CANCELLED}
    clock.advance(timedelta(hours=1))
    advance_escalations()
    assert attempts(to=cast.beata) == []


def test_the_clock_is_met(cast, ticket):
    takes(cast.anna, ticket)
    assert clocks_of(ticket)[SlaTargetKind.ACKNOWLEDGE].met_at == clock.now()


def test_those_who_were_alerted_are_told_and_nobody_else(cast, ticket):
    clock.advance(timedelta(minutes=5))
    advance_escalations()
    all_sent()
    takes(cast.beata, ticket)
    assert told() == [cast.anna.id]


def test_who_was_not_reached_yet_is_not_told(cast, ticket):
    takes(cast.beata, ticket)
    assert told() == []


def test_the_reporter_learns_who_has_it(cast, ticket):
    takes(cast.anna, ticket)
    assert told(NotificationEvent.TAKEN_REPORTER) == [cast.jan.id]


def test_after_a_reopening_only_those_of_the_new_alert_are_told(cast, ticket):
    all_sent()
    takes(cast.beata, ticket)
    with transaction():
        resolve(ticket, SYSTEM)
        reopen(ticket, of_reporter(ticket))
    assert told() == [cast.anna.id]
    takes(cast.celina, ticket)
    assert told() == [cast.anna.id]


@pytest.fixture
def stray(cast, ticket):
    """An alert that rings although Beata has the ticket."""
    takes(cast.beata, ticket)
    with transaction():
        alert = open_escalation(ticket)
    all_sent()
    return alert


def test_an_alert_of_a_ticket_that_somebody_has_ends_with_the_next_answer(cast, ticket, stray):
    answer = takes(cast.celina, ticket)
    assert (answer.is_first, answer.holder) == (False, cast.beata)
    assert stray.state is EscalationState.CLOSED
    clock.advance(timedelta(hours=1))
    advance_escalations()
    assert attempts(to=cast.celina) == []


def test_whose_answer_ends_such_an_alert_is_not_told_again_and_the_others_once(cast, ticket, stray):
    clock.advance(timedelta(minutes=5))
    advance_escalations()
    all_sent()
    takes(cast.celina, ticket)
    takes(cast.celina, ticket)
    assert told() == [cast.anna.id]
    assert told(NotificationEvent.TAKEN_REPORTER) == [cast.jan.id]


def test_a_ticket_that_was_finished_before_cannot_be_taken(cast, ticket):
    with transaction():
        resolve(ticket, SYSTEM)
    with pytest.raises(NotAllowed, match="not_open"):
        takes(cast.anna, ticket)


def test_passing_on_after_somebody_took_it_does_nothing(cast, ticket):
    takes(cast.anna, ticket)
    with transaction():
        assert not pass_on(ticket, cast.anna, AckVia.SMS)
    assert ticket.acknowledged_by is cast.anna


def test_passing_on_stands_on_the_timeline(cast, ticket):
    with transaction():
        pass_on(ticket, cast.anna, AckVia.SMS)
    assert ticket.events[-1].kind is EventKind.PASSED_ON
    assert ticket.acknowledged_at is None
