"""The days of a plan as pages show them: cut at midnight, with gaps, reasons, holidays and real hours."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence, DutyShift, Override, Schedule, TemporarySchedule, TemporaryShift
from helpdesk.models.codes import OverrideKind, SwapState
from helpdesk.models.schedule import Swap
from helpdesk.oncall.agenda import Kind, Why
from helpdesk.oncall.outlook import agenda, now_and_next
from helpdesk.transaction import transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 3, 11)


@pytest.fixture
def today(cast):
    """The lines of a day, as (hour begun, hour ended, first name or None) in Warsaw."""

    def lines(day=TODAY):
        [found] = agenda(cast.schedule, day, day)
        return [(line.starts_at, line.ends_at, line.user and line.user.name.split()[0]) for line in found.lines]

    return lines


def at(hour, day=11, month=3):
    """A local hour in winter."""
    return datetime(2026, month, day, tzinfo=UTC) + (hour - 1) * HOUR


def put(*rows):
    with transaction():
        db.session.add_all(rows)


def override(cast, user, since, until, **more):
    put(Override(schedule_id=cast.schedule.id, user=user, starts_at=since, ends_at=until, **more))


def reasons(cast, day=TODAY):
    [found] = agenda(cast.schedule, day, day)
    return [(r.why, r.other, r.note, r.starts_at, r.ends_at) for line in found.lines for r in line.reasons]


def test_a_day_is_cut_at_midnight_and_knows_the_whole_shift(cast, today):
    assert today() == [(at(0), at(8), "Dorota"), (at(8), at(24), "Anna")]
    [day] = agenda(cast.schedule, TODAY, TODAY)
    assert (day.lines[1].whole.starts_at, day.lines[1].whole.ends_at) == (at(8), at(32))


def test_a_shift_whose_end_is_out_of_sight_is_not_said_to_end(cast):
    del cast.schedule.rotations[0].members[1:]
    [day] = agenda(cast.schedule, TODAY, TODAY)
    assert [line.whole for line in day.lines] == [None]


def test_a_gap_stands_between_the_shifts(cast, today):
    override(cast, None, at(14), at(18), kind=OverrideKind.REMOVE, instead_of=cast.anna, note="lekarz")
    assert today()[1:] == [
        (at(8), at(14), "Anna"),
        (at(14), at(18), None),
        (at(18), at(24), "Anna"),
    ]
    assert reasons(cast) == [(Why.TAKEN_OFF, "Anna Testowa", "lekarz", at(14), at(18))]


def test_whoever_stands_in_is_there_instead_of_somebody(cast):
    override(cast, cast.celina, at(10), at(12), note="wizyta")
    assert reasons(cast) == [(Why.INSTEAD, "Anna Testowa", "wizyta", at(10), at(12))]


def test_a_change_that_changed_nothing_is_no_reason(cast):
    override(cast, cast.anna, at(10), at(12), instead_of=cast.dorota)
    assert reasons(cast) == []


def test_a_swap_is_called_one(cast):
    swap = Swap(
        schedule_id=cast.schedule.id,
        offered_by=cast.anna,
        answered_by=cast.dorota,
        state=SwapState.ACCEPTED,
        starts_at=at(10),
        ends_at=at(12),
    )
    override(cast, cast.dorota, at(10), at(12), instead_of=cast.anna, swap=swap)
    assert [(why, other) for why, other, *_rest in reasons(cast)] == [(Why.SWAP, "Anna Testowa")]


def test_one_more_person_is_there_in_addition(cast, today):
    override(cast, cast.celina, at(10), at(12), kind=OverrideKind.ADD)
    assert today()[1:] == [(at(8), at(24), "Anna"), (at(10), at(12), "Celina")]
    assert [why for why, *_rest in reasons(cast)] == [Why.ADDED]


def test_an_absence_is_the_reason_of_a_gap_and_stands_at_the_day(cast):
    put(Absence(user=cast.anna, starts_at=at(12), ends_at=at(16), note="choroba"))
    [day] = agenda(cast.schedule, TODAY, TODAY)
    assert day.absent == ("Anna Testowa",)
    assert [(gap.starts_at, gap.ends_at) for gap in day.gaps] == [(at(12), at(16))]
    assert reasons(cast) == [(Why.ABSENT, "Anna Testowa", "", at(12), at(16))]


def test_a_temporary_plan_is_named(cast):
    shift = TemporaryShift(user=cast.celina, starts_at=at(10), ends_at=at(20))
    span = {"starts_at": at(10), "ends_at": at(20)}
    put(TemporarySchedule(schedule_id=cast.schedule.id, name="Majówka", shifts=[shift], **span))
    assert [(why, other) for why, other, *_rest in reasons(cast)] == [(Why.TEMPORARY, "Majówka")]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_on_which_the_clocks_change_have_their_real_hours(cast, day, hours):
    [found] = agenda(cast.schedule, day, day)
    assert found.length == hours * HOUR == sum((line.length for line in found.lines), timedelta())
    assert [line.whole.ends_at - line.whole.starts_at for line in found.lines] == [hours * HOUR, 24 * HOUR]


def test_a_public_holiday_is_named(cast):
    [found] = agenda(cast.schedule, date(2026, 5, 1), date(2026, 5, 1))
    assert found.holiday == "Święto Państwowe"


def test_what_was_is_shown_as_it_was(cast, today):
    put(DutyShift(schedule_id=cast.schedule.id, user=cast.celina, starts_at=at(0, 9), ends_at=at(24, 9)))
    with transaction():
        cast.schedule.recorded_until = clock.now()
    assert today(date(2026, 3, 9)) == [(at(0, 9), at(24, 9), "Celina")]


def test_before_the_history_begins_nobody_is_accused_of_a_gap(cast):
    put(DutyShift(schedule_id=cast.schedule.id, user=cast.celina, starts_at=at(12, 9), ends_at=at(20, 9)))
    with transaction():
        cast.schedule.recorded_until = clock.now()
    [found] = agenda(cast.schedule, date(2026, 3, 9), date(2026, 3, 9))
    assert [line.kind for line in found.lines] == [Kind.NOT_RECORDED, Kind.ON_DUTY, Kind.NOBODY]


def test_now_and_next_in_a_gap(cast):
    cast.anna.active = False
    outlook = now_and_next(cast.schedule, clock.now())
    assert (outlook.now, outlook.free_until, outlook.next.user) == ([], at(32), cast.beata)


def test_now_and_next_without_any_plan(cast):
    empty = Schedule(name="pusty")
    put(empty)
    outlook = now_and_next(empty, clock.now())
    assert (outlook.now, outlook.free_until, outlook.next) == ([], None, None)


def test_now_and_next_names_everybody_on_duty(cast):
    override(cast, cast.celina, at(9), at(12), kind=OverrideKind.ADD)
    outlook = now_and_next(cast.schedule, clock.now())
    assert [shift.user for shift in outlook.now] == [cast.anna, cast.celina]
    assert outlook.next.user is cast.beata
