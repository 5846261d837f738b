"""A ticket's clocks. Times are local; the office is open Monday to Friday, 8:00 to 16:00."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Calendar, Contract, SlaPolicy, SlaTarget
from helpdesk.models.codes import AckVia, Category, ClockCause, EventKind, Priority, SlaTargetKind
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.sla import reminders
from helpdesk.sla.clock import clocks_of, note_breach, remaining
from helpdesk.sla.ledger import history
from helpdesk.tickets.actor import SYSTEM, of_reporter
from helpdesk.tickets.conversation import write_as_reporter
from helpdesk.tickets.lifecycle import change_priority, reopen, resolve, resume, wait_for_unit
from helpdesk.transaction import transaction
from tests.drafts import opened
from tests.hours import at, does, local

URGENT, NORMAL = Priority.URGENT, Priority.NORMAL
RESOLVE = SlaTargetKind.RESOLVE


def raises_priority(ticket):
    does(change_priority, ticket, URGENT, SYSTEM)


def lowers_priority(ticket):
    does(change_priority, ticket, NORMAL, SYSTEM, "pomyłka")


def test_a_promise_counts_office_hours(row):
    assert row.due_at == local("12 10:00")


def test_never_late_by_the_click(ticket, row):
    at("14:00")
    raises_priority(ticket)
    assert row.due_at == local("16:00")
    assert row.breached_at is None
    assert all(reminder.due_at > clock.now() for reminder in row.reminders)


def test_the_promise_of_the_click_outlives_a_pause(ticket, row):
    at("14:00")
    raises_priority(ticket)
    at("15:00")
    does(wait_for_unit, ticket, SYSTEM)
    at("18:00")
    does(resume, ticket, SYSTEM)
    assert row.due_at == local("19:00")


def test_becoming_urgent_never_makes_it_later(ticket, row):
    at("12 09:00")
    raises_priority(ticket)
    assert row.due_at == local("12 10:00")


def test_becoming_normal_gives_the_time_from_the_filing(cast, promises):
    ticket = opened(cast)
    at("11:00")
    lowers_priority(ticket)
    assert clocks_of(ticket)[RESOLVE].due_at == local("12 10:00")


def test_becoming_normal_never_makes_it_earlier(cast, promises):
    with transaction():
        next(t for t in promises.targets if (t.kind, t.priority) == (RESOLVE, NORMAL)).minutes = 30
    ticket = opened(cast)
    at("11:00")
    lowers_priority(ticket)
    assert clocks_of(ticket)[RESOLVE].due_at == local("12:00")


def test_back_and_forth_gains_no_time_over_the_normal_promise(ticket, row):
    at("12:00")
    raises_priority(ticket)
    at("13:00")
    lowers_priority(ticket)
    assert row.due_at == local("12 10:00")


def test_what_was_late_stays_late_after_the_change(cast, promises):
    ticket = opened(cast)
    at("12:30")
    row = clocks_of(ticket)[RESOLVE]
    with transaction():
        note_breach(row)
    lowers_priority(ticket)
    assert row.breached_at == local("12:00")


def test_a_paused_clock_that_becomes_urgent_stays_paused(ticket, row):
    does(wait_for_unit, ticket, SYSTEM)
    at("14:00")
    raises_priority(ticket)
    assert (row.due_at, ticket.next_due_at) == (None, None)
    at("15:00")
    does(resume, ticket, SYSTEM)
    assert row.due_at == local("17:00")


def test_a_target_that_the_new_priority_lacks_stops_and_comes_back(cast, promises):
    with transaction():
        db.session.delete(next(t for t in promises.targets if (t.kind, t.priority) == (RESOLVE, URGENT)))
    ticket = opened(cast, priority=NORMAL)
    raises_priority(ticket)
    row = clocks_of(ticket)[RESOLVE]
    assert (row.stopped_at, row.due_at) == (clock.now(), None)
    lowers_priority(ticket)
    assert (row.stopped_at, row.due_at) == (None, local("12 10:00"))


def test_waiting_pauses_the_clock_and_what_is_left_stands_still(ticket, row):
    at("11:00")
    does(wait_for_unit, ticket, SYSTEM)
    at("13 11:00")
    assert remaining(row) == timedelta(hours=7)
    assert row.due_at is None
    does(resume, ticket, SYSTEM)
    assert row.due_at == local("16 10:00")


def test_no_reminder_is_due_while_the_clock_stands(ticket, row):
    does(wait_for_unit, ticket, SYSTEM)
    assert [reminder.due_at for reminder in row.reminders] == [None] * 4


def test_a_target_met_in_time_is_no_breach(ticket, row):
    at("12 10:00")
    does(resolve, ticket, SYSTEM)
    assert (row.met_at, row.breached_at) == (local("12 10:00"), None)


def test_a_target_met_late_is_a_breach_at_its_due_time(ticket, row):
    at("12 10:01")
    does(resolve, ticket, SYSTEM)
    assert row.breached_at == local("12 10:00")
    assert EventKind.BREACHED in [event.kind for event in ticket.events]


def test_met_while_paused_is_met_in_time(ticket, row):
    does(wait_for_unit, ticket, SYSTEM)
    at("31 10:00")
    does(resolve, ticket, SYSTEM)
    assert (row.met_at, row.breached_at) == (local("31 10:00"), None)


def test_reopened_what_was_left_runs_on(ticket, row):
    at("12:00")
    does(resolve, ticket, SYSTEM)
    at("12 12:00")
    does(reopen, ticket, SYSTEM)
    assert row.met_at is None
    assert row.due_at == local("13 10:00")


def test_reopened_there_is_at_least_one_business_hour(ticket, row):
    at("12 09:45")
    does(resolve, ticket, SYSTEM)
    at("12 15:30")
    does(reopen, ticket, SYSTEM)
    assert row.due_at == local("13 08:30")


def test_the_hour_of_a_reopened_ticket_outlives_a_pause(ticket, row):
    at("12 09:45")
    does(resolve, ticket, SYSTEM)
    at("12 11:00")
    does(reopen, ticket, SYSTEM)
    does(wait_for_unit, ticket, SYSTEM)
    at("12 14:00")
    does(resume, ticket, SYSTEM)
    assert row.due_at == local("12 15:00")


def test_reminders_that_came_due_while_it_was_resolved_come_when_it_runs_again(ticket, row):
    at("12:00")
    does(resolve, ticket, SYSTEM)
    assert [reminder.due_at for reminder in row.reminders] == [None] * 4
    at("12 12:00")
    does(reopen, ticket, of_reporter(ticket))
    assert row.reminders[-1].due_at == row.due_at


def test_a_target_of_the_category_beats_the_general_one(cast, promises):
    with transaction():
        calendar = db.session.query(Calendar).filter_by(always_open=True).one()
        promises.targets.append(
            SlaTarget(priority=NORMAL, kind=RESOLVE, category=Category.HATE, minutes=30, calendar=calendar)
        )
    assert clocks_of(opened(cast, priority=NORMAL, category=Category.HATE))[RESOLVE].minutes == 30
    assert clocks_of(opened(cast, priority=NORMAL))[RESOLVE].minutes == 480


def test_the_contracts_policy_beats_the_default(cast, promises):
    with transaction():
        none = SlaPolicy(name="bez terminów")
        db.session.query(Contract).filter_by(municipality_id=cast.modrzewie.id).one().sla_policy_id = None
        db.session.add(none)
        db.session.flush()
        db.session.query(Contract).filter_by(municipality_id=cast.modrzewie.id).one().sla_policy_id = none.id
    ticket = opened(cast)
    assert clocks_of(ticket) == {}
    assert ticket.next_due_at is None


def test_a_calendar_that_never_opens_has_no_due_time(cast, promises):
    with transaction():
        db.session.query(Calendar).filter_by(always_open=False).one().weekly_hours = {}
    ticket = opened(cast, priority=NORMAL)
    does(resolve, ticket, SYSTEM)
    does(reopen, ticket, SYSTEM)
    assert clocks_of(ticket)[RESOLVE].due_at is None


ACTIONS = {
    "raise": (change_priority, URGENT, SYSTEM),
    "lower": (change_priority, NORMAL, SYSTEM, "pomyłka"),
    "wait": (wait_for_unit, SYSTEM),
    "resume": (resume, SYSTEM),
    "resolve": (resolve, SYSTEM),
    "reopen": (reopen, SYSTEM),
}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 600)), max_size=8))
def test_no_click_ever_makes_a_ticket_late(cast, promises, clicks):
    clock.freeze(local("10:00"))
    ticket = opened(cast, priority=NORMAL)
    row = clocks_of(ticket)[RESOLVE]
    for name, minutes in clicks:
        clock.advance(timedelta(minutes=minutes))
        was_late = _is_late(row)
        _click(ticket, *ACTIONS[name])
        assert was_late or not _is_late(row)


def _is_late(row):
    """Paused too: who was late before the unit was asked is late again when it has answered."""
    return row.met_at is None and remaining(row) < timedelta()


def _click(ticket, action, *args):
    try:
        with transaction():
            action(ticket, *args)
    except Exception as refused:
        assert type(refused).__name__ == "NotAllowed"  # noqa: PT017


def test_whoever_takes_it_has_answered_where_the_policy_says_so(cast, promises, ticket):
    with transaction():
        promises.acknowledgement_answers = True
    at("11:00")
    does(acknowledge, ticket, cast.anna, AckVia.PAGE)
    first = clocks_of(ticket)[SlaTargetKind.FIRST_RESPONSE]
    assert (first.met_at, first.business_minutes) == (local("11:00"), 60)


def test_whoever_takes_it_has_not_answered_otherwise(cast, ticket):
    does(acknowledge, ticket, cast.anna, AckVia.PAGE)
    assert clocks_of(ticket)[SlaTargetKind.FIRST_RESPONSE].met_at is None


def test_row_23_while_paused_nothing_is_due_reminded_or_breached(ticket, row):
    at("12:50")
    does(wait_for_unit, ticket, SYSTEM)
    at("31 10:00")
    assert (row.due_at, ticket.next_due_at, row.breached_at) == (None, None, None)
    assert remaining(row) == timedelta(hours=5, minutes=10)
    assert row.id not in reminders.due()


def test_row_24_no_target_is_never_due_and_never_breached(cast, promises):
    with transaction():
        for target in promises.targets:
            db.session.delete(target)
    db.session.expire_all()
    ticket = opened(cast)
    at("31 10:00")
    does(resolve, ticket, SYSTEM)
    assert (ticket.clocks, ticket.next_due_at) == ([], None)
    assert EventKind.BREACHED not in [event.kind for event in ticket.events]


def test_the_reporter_writing_again_does_not_move_the_deadline(ticket, row):
    at("12:00")
    does(write_as_reporter, ticket, "Dalej nie działa")
    assert row.due_at == local("12 10:00")


def test_an_acknowledgement_does_not_meet_the_other_targets(cast, ticket):
    does(acknowledge, ticket, cast.anna, AckVia.PAGE)
    met = {kind for kind, clock_row in clocks_of(ticket).items() if clock_row.met_at}
    assert met == {SlaTargetKind.ACKNOWLEDGE}


def test_reopenings_are_counted_and_the_first_closing_stays_in_the_ledger(ticket, row):
    at("12:00")
    does(resolve, ticket, SYSTEM)
    does(reopen, ticket, SYSTEM)
    assert ticket.reopened_count == 1
    assert [change.at for change in history(row) if change.cause is ClockCause.MET] == [local("12:00")]
