"""The demo world holds together: a visitor sees three believable months and no ringing phone."""

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.demo import DEMO_PEOPLE, load_demo
from helpdesk.extensions import db
from helpdesk.models import (
    Clock,
    Escalation,
    Municipality,
    Notification,
    Ticket,
    TicketCounter,
    TimelineEvent,
    User,
)
from helpdesk.models.codes import OPEN_STATUSES, EventKind, Priority, RoleName, TicketStatus
from helpdesk.oncall import schedule as duty
from helpdesk.phone import parse_phone
from helpdesk.reports.monthly_list import months

ON_ONE_DATABASE = pytest.mark.parametrize("app", ["sqlite"], indirect=True)


@pytest.fixture
def demo(app):
    load_demo()


def _tickets(*where):
    return list(db.session.scalars(sa.select(Ticket).where(*where).order_by(Ticket.created_at)))


def test_demo_tells_three_months_of_tickets(demo):
    tickets = _tickets()
    assert len(tickets) > 400
    assert max(t.created_at for t in tickets) <= clock.now()
    assert (clock.now() - min(t.created_at for t in tickets)).days in range(85, 92)


def test_loading_the_demo_twice_changes_nothing(demo):
    before = db.session.scalar(sa.select(sa.func.count(Ticket.id)))
    load_demo()
    assert db.session.scalar(sa.select(sa.func.count(Ticket.id))) == before


@ON_ONE_DATABASE
def test_demo_starts_without_an_alert(demo):
    assert not _tickets(Ticket.priority == Priority.URGENT, Ticket.acknowledged_at.is_(None))
    assert db.session.scalar(sa.select(sa.func.count(Escalation.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Notification.id))) == 0


@ON_ONE_DATABASE
def test_demo_shows_every_open_state(demo):
    assert {t.status for t in _tickets(Ticket.status.in_(OPEN_STATUSES))} == set(OPEN_STATUSES)
    assert _tickets(Ticket.status == TicketStatus.IN_PROGRESS, Ticket.reopened_count > 0)


@ON_ONE_DATABASE
def test_demo_has_one_ticket_late_and_one_about_to_be(demo):
    due = sorted(t.next_due_at - clock.now() for t in _tickets(Ticket.next_due_at.is_not(None)))
    assert [left.total_seconds() < 0 for left in due].count(True) == 1
    assert any(0 < left.total_seconds() <= 3600 for left in due)


def test_demo_numbers_go_on_where_the_past_ended(demo):
    for counter in db.session.scalars(sa.select(TicketCounter)):
        numbers = [t.number for t in _tickets(Ticket.municipality_id == counter.municipality_id)]
        own = [int(number[-4:]) for number in numbers if f"-{counter.year}-" in number]
        assert own == list(range(1, counter.last + 1))


def test_demo_clocks_agree_with_their_tickets(demo):
    rows = db.session.scalars(sa.select(Clock).options(sa.orm.joinedload(Clock.ticket)))
    for row in rows:
        assert (row.breached_at is not None) == bool(row.due_at and row.due_at < (row.met_at or clock.now()))
        assert row.met_at is None or row.met_at >= row.started_at
        assert (row.business_minutes is None) == (row.met_at is None)


@ON_ONE_DATABASE
def test_demo_timeline_is_in_order_and_starts_with_the_filing(demo):
    ticket = db.session.scalars(sa.select(Ticket).where(Ticket.reopened_count > 0)).first()
    moments = [event.at for event in ticket.events]
    assert ticket.events[0].kind is EventKind.OPENED
    assert moments == sorted(moments)
    told = {event.data["message_id"] for event in ticket.events if "message_id" in event.data}
    assert told == {message.id for message in ticket.messages}


@ON_ONE_DATABASE
def test_demo_alerts_were_told_step_by_step(demo):
    kinds = set(db.session.scalars(sa.select(TimelineEvent.kind).distinct()))
    assert {EventKind.ALERTED, EventKind.ATTEMPT, EventKind.ACKNOWLEDGED, EventKind.BREACHED} <= kinds


@ON_ONE_DATABASE
def test_somebody_is_on_duty_in_the_demo(demo):
    schedule = duty.main_schedule()
    assert duty.who_is_on_call(schedule, clock.now()).is_a(RoleName.ADMINISTRATOR)
    assert duty.next_shift(schedule, clock.now()) is not None


@ON_ONE_DATABASE
def test_everybody_in_the_demo_can_be_called_and_written_to(demo):
    users = {user.email: user for user in db.session.scalars(sa.select(User))}
    for person in DEMO_PEOPLE:
        assert parse_phone(person.phone) == person.phone
        assert [contact.is_usable for contact in users[person.email].contacts] == [True, True]


def test_a_gmina_of_the_demo_has_no_report_of_a_time_before_its_tickets(demo):
    for place in db.session.scalars(sa.select(Municipality)):
        rows = months(place, clock.now(), settings().zone)
        assert len(rows) <= 5 and sum(row.filed for row in rows) > 100
