"""Whatever happens to a clock is written down: when, by whom, why, from what, to what."""

from datetime import datetime
from itertools import pairwise

import pytest

from helpdesk import clock
from helpdesk.models.codes import ClockCause, Priority, SlaTargetKind
from helpdesk.sla.calendars import business_calendar
from helpdesk.sla.clock import clocks_of, note_breach, spans
from helpdesk.sla.ledger import history
from helpdesk.tickets.actor import of_reporter, of_user
from helpdesk.tickets.lifecycle import change_priority, reopen, resolve, resume, wait_for_unit
from helpdesk.tickets.moving import move_ticket
from tests.hours import at, does, local


def causes(row):
    return [change.cause.value for change in history(row)]


@pytest.fixture
def anna(cast):
    return of_user(cast.anna)


def test_a_clock_that_starts_has_no_before(ticket, row):
    [change] = history(row)
    assert (change.cause, change.at, change.actor_name) == (ClockCause.FILED, clock.now(), ticket.reporter_name)
    assert change.before == {}
    assert change.after | {"offer": None} == {
        "minutes": 480,
        "calendar_id": row.calendar_id,
        "started_at": local("10:00").isoformat(),
        "due_at": local("12 10:00").isoformat(),
        "state": "running",
        "offer": None,
    }


def test_every_step_of_a_life_is_a_row(ticket, row, anna):
    for action in (wait_for_unit, resume, resolve, reopen):
        does(action, ticket, anna)
    assert causes(row) == ["filed", "paused", "resumed", "met", "reopened"]
    assert [change.after["state"] for change in history(row)] == ["running", "paused", "running", "met", "running"]


def test_a_row_begins_where_the_one_before_ended(ticket, row, anna):
    does(wait_for_unit, ticket, anna)
    at("13:00")
    does(change_priority, ticket, Priority.URGENT, anna)
    does(resolve, ticket, anna)
    rows = history(row)
    for earlier, later in pairwise(rows):
        assert {name: earlier.after[name] for name in later.before} == later.before


def test_who_and_why_of_a_lower_priority(ticket, row, anna):
    does(change_priority, ticket, Priority.URGENT, anna)
    at("11:00")
    does(change_priority, ticket, Priority.NORMAL, anna, "pomyłka")
    change = history(row)[-1]
    assert (change.cause, change.reason, change.actor_name) == (ClockCause.PRIORITY, "pomyłka", anna.name)
    assert (change.before["minutes"], change.after["minutes"]) == (120, 480)


def test_a_promise_that_stays_is_written_down_as_kept(ticket, row, anna):
    at("12 09:00")
    does(change_priority, ticket, Priority.URGENT, anna)
    change = history(row)[-1]
    assert change.after["kept"]
    assert change.after["offer"]["minutes"] == 120
    assert change.before["due_at"] == change.after["due_at"]


def test_a_breach_is_written_once(ticket, row):
    at("12 10:01")
    for _ in range(2):
        does(note_breach, row)
    assert causes(row) == ["filed", "breached"]
    assert history(row)[-1].after["state"] == "breached"


def test_the_last_row_and_the_pauses_give_the_due_time_again(ticket, row, anna):
    does(wait_for_unit, ticket, anna)
    at("12:00")
    does(change_priority, ticket, Priority.URGENT, anna)
    at("13:00")
    does(resume, ticket, anna)
    last = history(row)[-1].after
    start = datetime.fromisoformat(last["started_at"])
    assert business_calendar(row.calendar).due(start, last["minutes"], spans(row)) == row.due_at


def test_a_move_to_another_unit_is_a_cause_of_its_own(cast, ticket, row):
    does(move_ticket, ticket, cast.library, cast.anna)
    assert history(row)[-1].cause is ClockCause.MOVED


def test_business_minutes_leave_out_nights_and_pauses(ticket, row, anna):
    at("12:00")
    does(wait_for_unit, ticket, anna)
    at("14:00")
    does(resume, ticket, anna)
    at("12 09:00")
    does(resolve, ticket, anna)
    assert row.business_minutes == (2 + 2 + 1) * 60


def test_business_minutes_of_a_paused_clock_end_with_the_pause(ticket, row, anna):
    at("12:00")
    does(wait_for_unit, ticket, anna)
    at("14:00")
    does(resolve, ticket, anna)
    assert row.business_minutes == 120


def test_a_reopened_target_has_no_business_minutes(ticket, row):
    does(resolve, ticket, of_reporter(ticket))
    does(reopen, ticket, of_reporter(ticket))
    assert row.business_minutes is None
    assert clocks_of(ticket)[SlaTargetKind.ACKNOWLEDGE].business_minutes == 0
