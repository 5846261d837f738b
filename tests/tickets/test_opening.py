"""One transaction that holds all that follows from a new ticket, or nothing."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NoContract
from helpdesk.extensions import db
from helpdesk.models import Clock, Contract, Escalation, Notification, Ticket, TicketCounter, Unit
from helpdesk.models.codes import Channel, EventKind, NotificationEvent, Priority, SlaTargetKind, TicketStatus
from helpdesk.sla.promises import valid_contract
from helpdesk.tickets.opening import Reporter, open_ticket
from helpdesk.transaction import transaction
from tests.drafts import at_once, attempts, draft, opened


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def events(event):
    query = sa.select(Notification).where(Notification.event == event).order_by(Notification.id)
    return list(db.session.scalars(query))


def test_all_that_follows_is_there_at_once(cast):
    ticket = opened(cast)
    assert (ticket.number, ticket.status) == ("MOD-2026-0001", TicketStatus.NEW)
    assert [event.kind for event in ticket.events] == [EventKind.OPENED, EventKind.ALERTED]
    assert {row.kind for row in ticket.clocks} == set(SlaTargetKind)
    assert ticket.next_due_at == clock.now() + timedelta(minutes=15)
    assert len(attempts(to=cast.anna)) == 2


def test_a_failure_at_the_very_end_leaves_nothing(cast):
    with pytest.raises(RuntimeError), transaction():
        open_ticket(draft(cast))
        raise RuntimeError
    for model in (Ticket, TicketCounter, Clock, Escalation, Notification):
        assert count(model) == 0


def test_the_same_form_makes_one_ticket(cast):
    first = opened(cast, submission_key="form-1")
    assert opened(cast, submission_key="form-1") is first
    assert opened(cast).number == "MOD-2026-0002"


def test_two_clicks_at_the_same_moment_make_one_ticket(app, cast):
    form, unit_id = draft(cast, submission_key="form-1"), cast.osp.id

    def click():
        with transaction():
            return open_ticket(replace(form, unit=db.session.get(Unit, unit_id))).number

    assert at_once(app, *[click] * 4) == ["MOD-2026-0001"] * 4
    assert count(Ticket) == 1


def test_without_a_contract_nothing_is_opened(cast):
    with transaction():
        db.session.execute(sa.delete(Contract))
    with pytest.raises(NoContract):
        opened(cast)
    assert count(TicketCounter) == 0


@pytest.mark.parametrize(("utc", "is_valid"), [(22, False), (23, True)])
def test_a_contract_begins_at_local_midnight(cast, utc, is_valid):
    clock.freeze(clock.now().replace(hour=utc))
    with transaction():
        db.session.execute(sa.update(Contract).values(valid_from=date(2026, 3, 12)))
    assert (valid_contract(cast.modrzewie.id) is not None) is is_valid


def test_a_normal_ticket_alerts_nobody(cast):
    opened(cast, priority=Priority.NORMAL)
    assert count(Escalation) == 0
    told = [(n.user_id, n.channel) for n in events(NotificationEvent.NEW_TICKET)]
    assert (cast.anna.id, Channel.SMS) in told
    assert [n for n in told if n[1] is Channel.SMS] == [(cast.anna.id, Channel.SMS)]


def test_a_normal_ticket_without_administrators_goes_to_the_managers(cast):
    with transaction():
        for user in (cast.anna, cast.beata, cast.celina, cast.dorota):
            user.active = False
    opened(cast, priority=Priority.NORMAL)
    assert {n.user_id for n in events(NotificationEvent.NEW_TICKET)} == {cast.marek.id}


@pytest.mark.parametrize(
    ("phone", "email", "channels"),
    [
        ("+48500000001", "jan@modrzewie.test", {Channel.SMS, Channel.EMAIL}),
        ("+48500000001", "", {Channel.SMS}),
        ("+48221000000", "jan@modrzewie.test", {Channel.EMAIL}),  # a landline reads no SMS
        ("+48221000000", "", set()),
    ],
)
def test_the_reporter_of_an_urgent_ticket_gets_a_receipt_wherever_it_can_be_read(cast, phone, email, channels):
    opened(cast, reporter=Reporter("Jan", phone, email))
    assert {n.channel for n in events(NotificationEvent.RECEIPT)} == channels


def test_the_reporter_of_a_normal_ticket_with_a_mailbox_gets_no_sms(cast):
    opened(cast, priority=Priority.NORMAL)
    assert [n.channel for n in events(NotificationEvent.RECEIPT)] == [Channel.EMAIL]
