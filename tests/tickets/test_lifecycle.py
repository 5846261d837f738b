"""From hand to hand and from state to state."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Escalation, Notification, SlaPolicy, SlaTarget, Ticket
from helpdesk.models.codes import (
    AckVia,
    Category,
    EscalationState,
    EventKind,
    NotificationEvent,
    Priority,
    SlaTargetKind,
    TicketStatus,
)
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.running_alerts import running
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.actor import SYSTEM, of_reporter, of_user
from helpdesk.tickets.lifecycle import (
    assign,
    change_category,
    change_priority,
    reopen,
    resolve,
    resume,
    wait_for_unit,
)
from helpdesk.transaction import transaction
from tests.drafts import opened

URGENT, NORMAL = Priority.URGENT, Priority.NORMAL


@pytest.fixture
def ticket(cast):
    return opened(cast, priority=NORMAL)


@pytest.fixture
def urgent(cast):
    return opened(cast)


@pytest.fixture
def anna(cast):
    return of_user(cast.anna)


def does(action, *args, **kwargs):
    with transaction():
        action(*args, **kwargs)


def told(event):
    query = sa.select(Notification.user_id).where(Notification.event == event).distinct()
    return list(db.session.scalars(query))


def test_who_is_handed_a_ticket_is_told(cast, ticket, anna):
    does(assign, ticket, cast.beata, anna)
    does(assign, ticket, cast.beata, anna)
    assert ticket.assignee is cast.beata
    assert told(NotificationEvent.ASSIGNED) == [cast.beata.id]
    assert [e.kind for e in ticket.events].count(EventKind.ASSIGNED) == 1


def test_who_takes_a_ticket_for_themselves_is_not_told(cast, ticket, anna):
    does(assign, ticket, cast.anna, anna)
    assert told(NotificationEvent.ASSIGNED) == []


def test_a_ticket_is_handed_to_staff_only(cast, ticket, anna):
    with pytest.raises(NotAllowed, match="not_staff"):
        does(assign, ticket, cast.jan, anna)


def test_becoming_urgent_starts_the_alert(ticket, anna):
    does(change_priority, ticket, URGENT, anna)
    assert running(ticket) is not None


def test_a_ticket_that_somebody_has_becomes_urgent_quietly(ticket, anna):
    does(wait_for_unit, ticket, anna)
    does(change_priority, ticket, URGENT, anna)
    assert running(ticket) is None


@pytest.mark.parametrize("reason", ["", "  "])
def test_becoming_normal_wants_a_reason(urgent, anna, reason):
    with pytest.raises(NotAllowed, match="reason_required"):
        does(change_priority, urgent, NORMAL, anna, reason)
    assert running(urgent) is not None


def test_becoming_normal_ends_the_alert_and_tells_the_reporter(cast, urgent, anna):
    does(change_priority, urgent, NORMAL, anna, "To nie pożar")
    assert running(urgent) is None
    assert told(NotificationEvent.PRIORITY_LOWERED) == [cast.jan.id]
    assert cast.anna.id in told(NotificationEvent.NEW_TICKET)


def test_becoming_urgent_again_alerts_again(urgent, anna):
    does(change_priority, urgent, NORMAL, anna, "To nie pożar")
    does(change_priority, urgent, URGENT, anna)
    states = db.session.scalars(sa.select(Escalation.state).order_by(Escalation.id))
    assert list(states) == [EscalationState.CLOSED, EscalationState.OPEN]


def test_the_same_priority_changes_nothing(urgent, anna):
    before = len(urgent.events)
    does(change_priority, urgent, URGENT, anna)
    assert len(urgent.events) == before


def test_waiting_for_the_unit_pauses_the_clocks_and_shows_no_due(ticket, anna):
    does(wait_for_unit, ticket, anna)
    assert ticket.status is TicketStatus.WAITING
    assert ticket.next_due_at is None
    assert clocks_of(ticket)[SlaTargetKind.RESOLVE].due_at is None


def test_only_a_waiting_ticket_goes_on(ticket, anna):
    with pytest.raises(NotAllowed, match="not_waiting"):
        does(resume, ticket, anna)


def test_resolving_meets_what_is_left_and_tells_the_reporter(cast, urgent, anna):
    does(resolve, urgent, anna)
    assert urgent.resolved_at == clock.now()
    assert all(row.met_at for row in clocks_of(urgent).values())
    assert running(urgent) is None
    assert urgent.acknowledged_by is cast.anna
    assert told(NotificationEvent.RESOLVED) == [cast.jan.id]


def test_a_waiting_ticket_can_be_resolved(ticket, anna):
    does(wait_for_unit, ticket, anna)
    does(resolve, ticket, anna)
    assert ticket.next_due_at is None


@pytest.mark.parametrize(("action", "args"), [(resolve, ()), (wait_for_unit, ()), (change_priority, (URGENT,))])
def test_a_finished_ticket_is_left_alone(ticket, anna, action, args):
    does(resolve, ticket, anna)
    with pytest.raises(NotAllowed, match="not_open"):
        does(action, ticket, *args, anna)


def test_an_open_ticket_cannot_be_reopened(ticket, anna):
    with pytest.raises(NotAllowed, match="not_finished"):
        does(reopen, ticket, anna)


def test_an_urgent_ticket_that_the_reporter_reopens_alerts_again(urgent, anna):
    does(resolve, urgent, anna)
    does(reopen, urgent, of_reporter(urgent))
    assert running(urgent) is not None
    assert (urgent.status, urgent.acknowledged_at, urgent.assignee) == (TicketStatus.NEW, None, None)
    assert urgent.reopened_count == 1


def test_who_answers_the_second_alert_has_the_ticket(cast, urgent, anna):
    does(resolve, urgent, anna)
    does(reopen, urgent, of_reporter(urgent))
    does(wait_for_unit, urgent, of_user(cast.beata))
    assert (urgent.acknowledged_by, urgent.assignee) == (cast.beata, cast.beata)


def test_a_ticket_that_staff_reopens_alerts_nobody_but_tells_its_holder(cast, urgent, anna):
    does(resolve, urgent, anna)
    does(reopen, urgent, of_user(cast.beata))
    assert running(urgent) is None
    assert told(NotificationEvent.REOPENED) == [cast.anna.id]


def test_the_program_itself_takes_no_ticket(ticket):
    does(resolve, ticket, SYSTEM)
    assert ticket.acknowledged_by is None


def test_a_reopened_ticket_is_due_again(ticket, anna):
    does(resolve, ticket, anna)
    clock.advance(timedelta(days=3))
    does(reopen, ticket, anna)
    assert ticket.next_due_at > clock.now()


def test_a_ticket_that_a_page_has_read_with_its_unit_can_be_taken(cast):
    ticket_id = opened(cast).id
    db.session.expire_all()
    with transaction():
        ticket = db.session.get_one(Ticket, ticket_id, options=[joinedload(Ticket.unit)], populate_existing=True)
        assert acknowledge(ticket, cast.anna, AckVia.PAGE).is_first


def test_another_category_brings_its_promised_times(cast):
    policy = db.session.query(SlaPolicy).one()
    with transaction():
        calendar = policy.targets[0].calendar
        kind = SlaTargetKind.RESOLVE
        policy.targets.append(
            SlaTarget(priority=Priority.URGENT, kind=kind, category=Category.HATE, minutes=30, calendar=calendar)
        )
    ticket = opened(cast)
    with transaction():
        change_category(ticket, Category.HATE, of_user(cast.anna))
    assert clocks_of(ticket)[kind].minutes == 30
    event = ticket.events[-1]
    assert (event.kind, event.data) == (EventKind.CATEGORY_CHANGED, {"from": "held_post", "to": "hate"})
    assert db.session.query(AuditEntry).filter_by(action="category_changed").one().user_id == cast.anna.id


def test_only_staff_change_the_category(cast):
    ticket = opened(cast)
    with pytest.raises(NotAllowed):
        change_category(ticket, Category.HATE, of_reporter(ticket))
