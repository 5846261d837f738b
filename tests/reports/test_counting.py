"""The summaries say what the tickets say, whatever happens to these, and each change once."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock, recount
from helpdesk.extensions import db
from helpdesk.jobs import count_tickets
from helpdesk.models import Clock, CountedTicket, Figure, FigureDue, Ticket
from helpdesk.models.codes import Category, FigureKind, Grain, Priority, SlaTargetKind, TicketStatus
from helpdesk.reports import counting
from helpdesk.reports.figures import Filters
from helpdesk.reports.measures import Measures
from helpdesk.transaction import transaction
from tests.drafts import at_once

DAY = timedelta(days=1)
CHANGES = {
    "category": {"category": Category.HATE},
    "priority": {"priority": Priority.URGENT},
    "filed earlier": {"created_at": lambda ticket: ticket.created_at - 40 * DAY},
    "reopened": {"reopened_count": 2, "resolved_at": None, "status": TicketStatus.IN_PROGRESS},
    "resolved": {"resolved_at": lambda ticket: ticket.created_at + DAY},
}


def figures(kind=FigureKind.HOUSE, key="", grain=Grain.DAY):
    db.session.rollback()
    rows = db.session.scalars(sa.select(Figure).filter_by(kind=kind, key=key, grain=grain))
    return {row.day: row for row in rows}


def is_right():
    count_tickets()
    return recount.compare().is_right and db.session.scalar(sa.select(sa.func.count(FigureDue.id))) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_taken_off_where_it_was_and_added_where_it_is(file, change):
    ticket = file(clock.now() - DAY, met_after=30)
    count_tickets()
    with transaction():
        for name, value in CHANGES[change].items():
            setattr(ticket, name, value(ticket) if callable(value) else value)
    assert is_right()
    assert sum(row.filed for row in figures().values()) == 1


def test_a_change_in_plain_sql_is_noted_too(file, cast):
    ticket = file(clock.now() - DAY, met_after=30)
    count_tickets()
    with transaction():
        db.session.execute(sa.text("UPDATE ticket SET unit_id = :unit"), {"unit": cast.library.id})
        db.session.execute(sa.text("UPDATE sla_clock SET breached_at = due_at"))
    assert is_right()
    assert db.session.get(CountedTicket, ticket.id).unit_id == cast.library.id
    assert [row.resolve_missed for row in figures().values()] == [1]


def test_a_ticket_that_is_deleted_leaves_nothing(file):
    ticket = file(clock.now() - DAY, met_after=30)
    count_tickets()
    with transaction():
        db.session.execute(sa.delete(Clock))
        db.session.execute(sa.delete(Ticket).where(Ticket.id == ticket.id))
    assert is_right()
    assert figures() == {}


def test_a_change_that_is_taken_back_was_never_noted(file):
    ticket = file(clock.now() - DAY)
    count_tickets()
    ticket.category = Category.HATE
    db.session.flush()
    db.session.rollback()
    assert not counting.is_any_due()


def test_a_note_that_comes_twice_counts_once(file):
    ticket = file(clock.now() - DAY, met_after=30)
    count_tickets()
    with transaction():
        db.session.add_all([FigureDue(ticket_id=ticket.id), FigureDue(ticket_id=ticket.id)])
    assert is_right()
    assert [row.filed for row in figures().values()] == [1]


def test_two_who_fold_at_once_count_each_ticket_once(app, file):
    for hours in range(6):
        file(clock.now() - DAY - hours * DAY / 24, met_after=5)
    at_once(app, count_tickets, count_tickets, count_tickets)
    assert is_right()
    assert [row.filed for row in figures(grain=Grain.MONTH).values()] == [6]


def test_a_backlog_is_worked_off_in_pieces_and_the_figures_say_that_they_wait(file, monkeypatch):
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    for hours in range(5):
        file(clock.now() - DAY - hours * DAY / 24)
    with transaction():
        assert counting.fold(2) == 2
    assert counting.pending(clock.now(), 2)[1]
    assert is_right()
    assert not Measures(clock.now()).is_behind


def test_all_measures_are_those_of_a_count_by_hand(file, cast, week):
    for n in range(40):
        file(
            week.since + n * timedelta(hours=4, minutes=7),
            met_after=None if n % 7 == 0 else n * 5,
            unit=cast.library if n % 3 else cast.osp,
            category=list(Category)[n % 4],
            priority=Priority.URGENT if n % 5 == 0 else Priority.NORMAL,
            reopened_count=n % 6 // 5,
            assignee=cast.anna if n % 2 else None,
        )
        if n == 20:
            count_tickets()
    choices = [
        Filters(),
        Filters(unit_id=cast.library.id),
        Filters(category=Category.HATE, priority=Priority.NORMAL),
        Filters(administrator_id=cast.anna.id, municipality_id=cast.brzezina.id),
    ]
    for filters in choices:
        assert_counted_by_hand(week, filters)


def assert_counted_by_hand(week, filters):
    chosen = [ticket for ticket in db.session.scalars(sa.select(Ticket)) if is_chosen(ticket, filters)]
    found, now = Measures(clock.now()), clock.now()
    clocks = [ticket.clocks[0] for ticket in chosen]
    missed = [row for row in clocks if row.breached_at or (row.met_at is None and row.due_at < now)]
    measure = found.targets(week, filters)[SlaTargetKind.RESOLVE]
    kept = [row for row in clocks if row.met_at and not row.breached_at]
    assert (measure.filed, measure.kept, measure.missed) == (len(chosen), len(kept), len(missed))
    flow = found.flow(week, filters)
    assert flow.reopened == sum(ticket.reopened_count > 0 for ticket in chosen)
    assert flow.urgent == sum(ticket.is_urgent for ticket in chosen)
    assert flow.resolved == sum(bool(t.resolved_at and week.since <= t.resolved_at < week.until) for t in chosen)
    local = Counter(t.created_at.astimezone(week.zone).strftime("%w %H") for t in chosen)
    assert sorted(filter(None, found.hours(week, filters))) == sorted(local.values())
    points = found.trend(SlaTargetKind.RESOLVE, week, filters)
    assert (sum(p.filed for p in points), sum(p.missed for p in points)) == (len(chosen), len(missed))
    for rows in found.groups(SlaTargetKind.RESOLVE, week, filters).values():
        assert sum(row.measure.missed for row in rows) == len(missed)


def is_chosen(ticket, filters):
    values = {
        ticket.unit_id: filters.unit_id,
        ticket.category: filters.category,
        ticket.priority: filters.priority,
        ticket.assignee_id: filters.administrator_id,
    }
    at_place = filters.municipality_id in (None, ticket.municipality_id)
    return at_place and all(wanted is None or has == wanted for has, wanted in values.items())
