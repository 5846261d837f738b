"""What people write on a ticket, and what follows from it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Notification
from helpdesk.models.codes import EventKind, MessageKind, NotificationEvent, SlaTargetKind, TicketStatus
from helpdesk.oncall.running_alerts import running
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import add_note, reply, write_as_reporter
from helpdesk.tickets.lifecycle import assign, resolve, wait_for_unit
from helpdesk.transaction import transaction
from tests.drafts import opened


@pytest.fixture
def ticket(cast):
    return opened(cast, priority="normal")


def told(event):
    query = sa.select(Notification.user_id).where(Notification.event == event).distinct()
    return list(db.session.scalars(query))


def test_the_first_answer_of_staff_takes_the_ticket_and_meets_the_clocks(cast, ticket):
    with transaction():
        reply(ticket, of_user(cast.anna), "Już patrzę.")
    clocks = clocks_of(ticket)
    assert ticket.status is TicketStatus.IN_PROGRESS
    assert ticket.acknowledged_by is cast.anna
    assert ticket.first_response_at == clock.now()
    assert clocks[SlaTargetKind.FIRST_RESPONSE].met_at and clocks[SlaTargetKind.ACKNOWLEDGE].met_at
    assert clocks[SlaTargetKind.RESOLVE].met_at is None
    assert told(NotificationEvent.REPLY) == [cast.jan.id]


def test_an_answer_ends_the_alert(cast):
    ticket = opened(cast)
    with transaction():
        reply(ticket, of_user(cast.beata), "Już patrzę.")
    assert running(ticket) is None


def test_a_second_answer_is_not_the_first_response(cast, ticket):
    with transaction():
        reply(ticket, of_user(cast.anna), "Już patrzę.")
    first = ticket.first_response_at
    clock.advance(timedelta(hours=1))
    with transaction():
        reply(ticket, of_user(cast.beata), "Gotowe.")
    assert ticket.first_response_at == first
    assert ticket.acknowledged_by is cast.anna


def test_a_finished_ticket_takes_no_answer(cast, ticket):
    with transaction():
        resolve(ticket, of_user(cast.anna))
    with pytest.raises(NotAllowed, match="not_open"), transaction():
        reply(ticket, of_user(cast.anna), "Jeszcze jedno.")


def test_a_note_is_no_answer_and_the_reporter_is_not_told(cast, ticket):
    with transaction():
        note = add_note(ticket, of_user(cast.anna), "Znam tę osobę.")
    assert note.kind is MessageKind.INTERNAL
    assert not ticket.events[-1].is_public
    assert ticket.first_response_at is None
    assert told(NotificationEvent.REPLY) == []


def test_the_reporters_answer_lets_a_waiting_ticket_go_on(cast, ticket):
    with transaction():
        wait_for_unit(ticket, of_user(cast.anna))
        write_as_reporter(ticket, "Oto zrzut ekranu.")
    assert ticket.status is TicketStatus.IN_PROGRESS
    assert clocks_of(ticket)[SlaTargetKind.RESOLVE].due_at is not None
    assert told(NotificationEvent.REPORTER_WROTE) == [cast.anna.id]


def test_writing_again_does_not_move_the_deadline(cast, ticket):
    due_at = ticket.next_due_at
    clock.advance(timedelta(hours=1))
    with transaction():
        write_as_reporter(ticket, "I co?")
    assert ticket.next_due_at == due_at


def test_writing_on_a_finished_ticket_reopens_it(cast, ticket):
    with transaction():
        resolve(ticket, of_user(cast.anna))
        write_as_reporter(ticket, "Nadal nie działa.")
    assert ticket.is_open
    assert ticket.events[-1].kind is EventKind.REOPENED


def test_who_had_an_urgent_ticket_is_told_though_it_alerts_again(cast):
    ticket = opened(cast)
    with transaction():
        resolve(ticket, of_user(cast.anna))
        write_as_reporter(ticket, "Nadal nie działa.")
    assert running(ticket) is not None
    assert told(NotificationEvent.REPORTER_WROTE) == [cast.anna.id]


def test_nobody_is_told_of_a_message_on_a_ticket_that_nobody_has(cast, ticket):
    with transaction():
        write_as_reporter(ticket, "I co?")
    assert told(NotificationEvent.REPORTER_WROTE) == []


def test_the_one_to_whom_it_was_handed_is_told(cast, ticket):
    with transaction():
        assign(ticket, cast.beata, of_user(cast.anna))
        write_as_reporter(ticket, "I co?")
    assert told(NotificationEvent.REPORTER_WROTE) == [cast.beata.id]
