"""Why a clock is due when it is. The figures add up exactly."""

from datetime import date, timedelta

import pytest

from helpdesk import clock
from helpdesk.models.codes import ClockCause, Priority, SlaTargetKind
from helpdesk.sla.clock import clocks_of
from helpdesk.sla.explanation import ROWS_SHOWN, explain
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.lifecycle import change_priority, resolve, resume, wait_for_unit
from helpdesk.transaction import transaction
from tests.drafts import opened
from tests.hours import at, does, local

HOUR = timedelta(hours=1)


def test_the_counted_intervals_are_the_budget_and_end_when_it_is_due(row):
    found = explain(row)
    assert [(part.start, part.end) for part in found.counted] == [
        (local("10:00"), local("16:00")),
        (local("12 08:00"), local("12 10:00")),
    ]
    assert found.total == found.budget == 8 * HOUR
    assert found.until == row.due_at


def test_pauses_are_left_out_and_named(ticket, row):
    at("11:00")
    does(wait_for_unit, ticket, SYSTEM)
    at("13:00")
    does(resume, ticket, SYSTEM)
    found = explain(row)
    assert found.pauses == [(local("11:00"), local("13:00"))]
    assert (found.total, found.until) == (8 * HOUR, row.due_at)


def test_while_paused_it_says_what_is_left(ticket, row):
    at("11:00")
    does(wait_for_unit, ticket, SYSTEM)
    at("13 11:00")
    found = explain(row)
    assert (found.total, found.left) == (HOUR, 7 * HOUR)


def test_a_finished_clock_tells_how_its_due_time_came_about(ticket, row):
    at("12:00")
    does(resolve, ticket, SYSTEM)
    found = explain(row)
    assert (found.until, found.total) == (local("12 10:00"), 8 * HOUR)


def test_holidays_have_names_and_own_closed_days_have_none(cast, promises):
    with transaction():
        target = next(t for t in promises.targets if not t.calendar.always_open)
        target.calendar.closed_days = ["2026-04-07"]
    clock.freeze(local("11 10:00").replace(month=4, day=3))  # Good Friday, before Easter Monday
    found = explain(clocks_of(opened(cast, priority=Priority.NORMAL))[SlaTargetKind.RESOLVE])
    assert [(each.day, each.name) for each in found.holidays] == [
        (date(2026, 4, 6), "Poniedziałek Wielkanocny"),
        (date(2026, 4, 7), ""),
    ]


@pytest.mark.parametrize(("day", "shift"), [(date(2026, 3, 29), HOUR), (date(2026, 10, 25), -HOUR)])
def test_a_change_of_the_clocks_is_named(cast, promises, day, shift):
    clock.freeze(local("11 20:00").replace(month=day.month, day=day.day) - timedelta(days=1))
    with transaction():
        next(t for t in promises.targets if t.calendar.always_open and t.minutes == 120).minutes = 480
    found = explain(clocks_of(opened(cast))[SlaTargetKind.RESOLVE])
    assert found.clock_changes == [(day, shift)]
    assert found.total == 8 * HOUR


def test_the_target_of_a_year_is_shown_by_week_and_still_adds_up(cast, promises):
    with transaction():
        target = next(t for t in promises.targets if not t.calendar.always_open and t.minutes == 480)
        target.minutes = 250 * 480
    found = explain(max(opened(cast, priority=Priority.NORMAL).clocks, key=lambda row: row.minutes))
    assert ROWS_SHOWN < len(found.shown) < 60
    assert len(found.counted) > 250
    assert sum((part.length for part in found.shown), timedelta()) == found.total == found.budget


def test_the_ledger_is_its_history(ticket, row):
    at("14:00")
    does(change_priority, ticket, Priority.URGENT, SYSTEM)
    steps = explain(row).steps
    assert [step.change.cause for step in steps] == [ClockCause.FILED, ClockCause.PRIORITY]
    assert (steps[0].before, steps[1].before.name, steps[1].after.name) == (None, "Godziny pracy", "24/7")


def test_fractions_of_a_second_are_lost_in_no_sum(ticket, row):
    for microseconds in (400_000, 700_000, 900_000):
        clock.advance(timedelta(microseconds=microseconds))
        does(wait_for_unit, ticket, SYSTEM)
        clock.advance(timedelta(seconds=1.3))
        does(resume, ticket, SYSTEM)
    found = explain(row)
    assert all(not part.length % timedelta(seconds=1) for part in found.counted)
    assert sum((part.length for part in found.counted), timedelta()) == found.budget
