"""Policies and calendars edited while tickets are open. The promise of `ticket`: 8 office hours from 10:00."""

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Calendar, ClockChange, SlaTarget
from helpdesk.models.codes import ClockCause, Priority, SlaTargetKind
from helpdesk.sla.calendars import business_calendar, newest
from helpdesk.sla.clock import clocks_of
from helpdesk.sla.ledger import history
from helpdesk.sla.retargeting import adopt
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.lifecycle import change_priority, reopen, resolve, resume, wait_for_unit
from helpdesk.transaction import transaction
from tests.hours import at, does, local

RESOLVE, FIRST = SlaTargetKind.RESOLVE, SlaTargetKind.FIRST_RESPONSE
POLICY, CALENDAR = ClockCause.POLICY, ClockCause.CALENDAR


def target_of(policy, kind=RESOLVE, priority=Priority.NORMAL):
    return next(t for t in policy.targets if (t.kind, t.priority) == (kind, priority))


def promise(policy, minutes, **which):
    with transaction():
        target_of(policy, **which).minutes = minutes


def edit(calendar, **changes):
    """As the editor does: a new row takes the old one's place."""
    with transaction():
        kept = ("name", "time_zone", "always_open", "weekly_hours", "polish_holidays", "closed_days", "exceptions")
        calendar.replaced_at = clock.now()
        db.session.flush()
        new = Calendar(**{name: getattr(calendar, name) for name in kept} | changes, replaces_id=calendar.id)
        db.session.add(new)
        db.session.flush()
        for target in db.session.query(SlaTarget).filter_by(calendar_id=calendar.id):
            target.calendar = new
    return new


def hours(opens, closes):
    return {str(day): [[opens, closes]] for day in range(5)}


def rows_written():
    return db.session.query(ClockChange).count()


def test_a_looser_target_counts_from_the_start(promises, ticket, row):
    promise(promises, 600)
    at("12:00")
    does(adopt, ticket, POLICY, SYSTEM)
    assert row.due_at == local("12 12:00")
    assert ticket.next_due_at == min(each.due_at for each in ticket.clocks)


def test_a_stricter_target_counts_from_now(promises, ticket, row):
    promise(promises, 60)
    at("15:30")
    does(adopt, ticket, POLICY, SYSTEM)
    assert row.due_at == local("12 08:30")


def test_a_stricter_target_is_never_due_later_than_before(promises, ticket, row):
    promise(promises, 240)
    at("12 09:00")
    does(adopt, ticket, POLICY, SYSTEM)
    assert row.due_at == local("12 10:00")
    assert history(row)[-1].after["kept"]


def test_what_nobody_edited_is_not_touched(promises, ticket):
    before = rows_written()
    at("12:00")
    does(adopt, ticket, POLICY, SYSTEM)
    assert rows_written() == before


def test_adopted_twice_the_second_time_does_nothing(promises, ticket, row):
    promise(promises, 240)
    at("12 09:00")
    does(adopt, ticket, POLICY, SYSTEM)
    before = rows_written()
    does(adopt, ticket, POLICY, SYSTEM)
    assert rows_written() == before


def test_a_promise_kept_when_it_became_normal_is_not_lost_by_an_edit_elsewhere(promises, ticket, row):
    does(change_priority, ticket, Priority.URGENT, SYSTEM)
    promise(promises, 30)
    does(change_priority, ticket, Priority.NORMAL, SYSTEM, "pomyłka")
    promise(promises, 300, kind=FIRST)
    does(adopt, ticket, POLICY, SYSTEM)
    assert row.due_at == local("12:00")


def test_a_day_closed_later_moves_the_due_time(ticket, row):
    new = edit(row.calendar, closed_days=["2026-03-12"])
    does(adopt, ticket, CALENDAR, SYSTEM)
    assert (row.due_at, row.calendar) == (local("13 10:00"), new)
    assert history(row)[-1].cause is CALENDAR


def test_longer_hours_make_it_earlier_but_never_late(ticket, row):
    old = row.calendar
    edit(old, weekly_hours=hours("00:00", "24:00"))
    at("17:00")
    does(adopt, ticket, CALENDAR, SYSTEM)
    assert row.due_at == local("18:00")


def test_hours_that_would_make_it_late_are_not_taken(ticket, row):
    old = row.calendar
    edit(old, weekly_hours=hours("00:00", "24:00"))
    at("12 08:30")
    does(adopt, ticket, CALENDAR, SYSTEM)
    assert (row.due_at, row.calendar) == (local("12 10:00"), old)
    assert history(row)[-1].after["kept"]


def test_other_hours_leave_the_click_and_the_hour_of_a_reopened_ticket_alone(ticket, row):
    at("12 09:45")
    does(resolve, ticket, SYSTEM)
    does(reopen, ticket, SYSTEM)
    edit(row.calendar, closed_days=["2026-03-12"])
    does(adopt, ticket, CALENDAR, SYSTEM)
    assert (row.minutes, row.due_at) == (60, local("13 09:00"))


def test_a_paused_ticket_adopts_and_stays_paused(promises, ticket, row):
    does(wait_for_unit, ticket, SYSTEM)
    promise(promises, 600)
    at("12:00")
    does(adopt, ticket, POLICY, SYSTEM)
    assert (row.due_at, row.minutes) == (None, 600)
    does(resume, ticket, SYSTEM)
    assert row.due_at == local("12 14:00")


def test_a_finished_ticket_is_never_touched(promises, ticket, row):
    does(resolve, ticket, SYSTEM)
    before = rows_written()
    promise(promises, 600)
    edit(row.calendar, closed_days=["2026-03-12"])
    does(adopt, ticket, POLICY, SYSTEM)
    assert (rows_written(), row.minutes) == (before, 480)


def test_what_was_late_before_the_edit_stays_late(promises, ticket, row):
    promise(promises, 600)
    at("12 10:30")
    does(adopt, ticket, POLICY, SYSTEM)
    assert (row.breached_at, row.due_at) == (local("12 10:00"), local("12 12:00"))


def test_what_was_late_before_a_lower_priority_stays_late(cast, promises, ticket, row):
    does(change_priority, ticket, Priority.URGENT, SYSTEM)
    at("12:30")
    does(change_priority, ticket, Priority.NORMAL, SYSTEM, "pomyłka")
    assert (row.breached_at, row.due_at) == (local("12:00"), local("12 10:00"))


def test_a_new_target_counts_from_now_and_waits_with_the_ticket(promises, ticket, row):
    with transaction():
        db.session.delete(clocks_row(ticket, FIRST))
    db.session.expire_all()
    does(wait_for_unit, ticket, SYSTEM)
    at("12:00")
    does(adopt, ticket, POLICY, SYSTEM)
    new = clocks_of(ticket)[FIRST]
    assert (new.started_at, new.paused_at, new.due_at) == (local("12:00"), local("12:00"), None)


def test_a_target_already_kept_needs_no_new_clock(promises, ticket):
    with transaction():
        db.session.delete(clocks_row(ticket, FIRST))
        ticket.first_response_at = clock.now()
    db.session.expire_all()
    does(adopt, ticket, POLICY, SYSTEM)
    assert FIRST not in clocks_of(ticket)


def test_a_target_that_was_dropped_stops_even_while_it_waits_and_comes_back_running(promises, ticket, row):
    does(wait_for_unit, ticket, SYSTEM)
    with transaction():
        target = target_of(promises)
        target.priority = Priority.URGENT
        target.category = ticket.category
    db.session.expire_all()
    does(adopt, ticket, POLICY, SYSTEM)
    assert (row.stopped_at, row.paused_at) == (clock.now(), None)
    does(resume, ticket, SYSTEM)
    with transaction():
        target.priority, target.category = Priority.NORMAL, None
    at("13 09:00")
    does(adopt, ticket, POLICY, SYSTEM)
    assert (row.stopped_at, row.due_at) == (None, local("16 09:00"))


def test_the_newest_of_several_calendars_is_found(row):
    second = edit(row.calendar)
    third = edit(second)
    assert newest(row.calendar) is third


def clocks_row(ticket, kind):
    row = clocks_of(ticket)[kind]
    for reminder in row.reminders:
        db.session.delete(reminder)
    db.session.query(ClockChange).filter_by(clock_id=row.id).delete()
    return row


@pytest.mark.parametrize(("worked", "open_"), [([], False), (["Święto Państwowe"], True)])
def test_a_public_holiday_that_is_not_kept_is_a_day_like_others(row, worked, open_):
    with transaction():
        row.calendar.worked_holidays = worked
    assert business_calendar(row.calendar).is_open(local("12 10:00").replace(month=5, day=1, hour=10)) is open_
