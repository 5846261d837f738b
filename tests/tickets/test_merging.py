"""Two reports of one problem."""

import pytest

from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Clock, Notification
from helpdesk.models.codes import AckVia, ClockCause, EventKind, NotificationEvent, Priority, TicketStatus
from helpdesk.oncall import escalation
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.sla import reminders
from helpdesk.sla.ledger import history
from helpdesk.tickets.actor import SYSTEM, of_user
from helpdesk.tickets.conversation import write_as_reporter
from helpdesk.tickets.lifecycle import reopen, resolve
from helpdesk.tickets.merging import merge
from helpdesk.transaction import transaction
from tests.drafts import opened
from tests.hours import at, does


@pytest.fixture
def first(cast):
    return opened(cast)


@pytest.fixture
def second(cast):
    return opened(cast, summary="Nie widać ostrzeżenia")


def normal(cast, **changes):
    return opened(cast, priority=Priority.NORMAL, **changes)


def test_the_merged_one_is_closed_and_its_clocks_stop(cast, first, second):
    does(merge, second, first.number.lower(), cast.anna)
    assert (second.status, second.merged_into, second.next_due_at) == (TicketStatus.CLOSED, first, None)
    assert all(row.stopped_at and row.due_at is None for row in second.clocks)
    change = history(second.clocks[0])[-1]
    assert (change.cause, change.reason, change.actor_name) == (ClockCause.MERGED, first.number, cast.anna.name)


def test_a_merged_ticket_never_breaches(cast, first, second):
    does(merge, second, first.number, cast.anna)
    at("20 10:00")
    for clock_id in reminders.due():
        does(reminders.remind, clock_id)
    late = db.session.query(Clock).filter(Clock.breached_at.is_not(None))
    assert {row.ticket_id for row in late} == {first.id}


def test_both_timelines_and_the_audit_say_so(cast, first, second):
    does(merge, second, first.number, cast.anna)
    assert [(t.events[-1].kind, t.events[-1].data) for t in (second, first)] == [
        (EventKind.MERGED, {"into": first.number}),
        (EventKind.MERGED, {"from": second.number}),
    ]
    assert db.session.query(AuditEntry).filter_by(action="ticket_merged").one().user_id == cast.anna.id


def test_the_alert_of_the_merged_one_ends_and_the_other_goes_on(cast, first, second):
    does(merge, second, first.number, cast.anna)
    assert escalation.running(second) is None
    assert escalation.running(first) is not None


def test_the_reporter_is_told_the_number_of_the_other(cast, first, second):
    does(merge, second, first.number, cast.anna)
    letter = db.session.query(Notification).filter_by(ticket_id=second.id, event=NotificationEvent.MERGED).first()
    assert letter.params["into"] == first.number


def test_an_urgent_ticket_that_somebody_has_may_go_into_a_normal_one(cast, second):
    into = normal(cast)
    does(acknowledge, second, cast.anna, AckVia.PAGE)
    does(merge, second, into.number, cast.anna)
    assert second.merged_into == into


def test_an_urgent_one_goes_into_one_that_somebody_has(cast, first, second):
    does(acknowledge, first, cast.anna, AckVia.PAGE)
    does(merge, second, first.number, cast.beata)
    assert second.merged_into == first


def _resolved(cast, other):
    does(resolve, other, of_user(cast.anna))
    return other.number


REFUSED = {
    "merge_silences, normal": ("merge_silences", lambda cast, first, second: normal(cast).number),
    "merge_silences, resolved": ("merge_silences", lambda cast, first, second: _resolved(cast, first)),
    "itself": ("merge_other", lambda cast, first, second: second.number),
    "no such number": ("merge_other", lambda cast, first, second: "MOD-2026-9999"),
    "another gmina": ("merge_other", lambda cast, first, second: normal(cast, unit=cast.library).number),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_not_be_merged(cast, first, second, case):
    code, number = REFUSED[case]
    with pytest.raises(NotAllowed) as refused:
        does(merge, second, number(cast, first, second), cast.anna)
    assert refused.value.code == code
    assert escalation.running(second) is not None


def test_neither_into_a_merged_one_nor_twice(cast, first, second):
    third = opened(cast)
    does(merge, second, first.number, cast.anna)
    for ticket, into, code in ((third, second, "merge_merged"), (second, third, "not_open")):
        with pytest.raises(NotAllowed) as refused:
            does(merge, ticket, into.number, cast.anna)
        assert refused.value.code == code


def test_only_staff_merge(cast, first, second):
    with pytest.raises(NotAllowed):
        does(merge, second, first.number, cast.kinga)


def test_what_its_reporter_writes_goes_to_the_other_conversation(cast, first, second):
    does(acknowledge, first, cast.anna, AckVia.PAGE)
    third = opened(cast)
    does(merge, third, second.number, cast.anna)
    does(merge, second, first.number, cast.anna)
    with transaction():
        message = write_as_reporter(third, "Dalej nie widać")
    assert (message.ticket, third.messages) == (first, [])


def test_a_merged_one_is_not_reopened(cast, first, second):
    does(merge, second, first.number, cast.anna)
    with pytest.raises(NotAllowed) as refused:
        does(reopen, second, SYSTEM)
    assert refused.value.code == "merged"


def test_what_was_late_before_it_was_merged_stays_late(cast, first, second):
    at("11:30")
    does(merge, second, first.number, cast.anna)
    assert [bool(row.breached_at) for row in sorted(second.clocks, key=lambda row: row.minutes)] == [
        True,
        True,
        False,
    ]
