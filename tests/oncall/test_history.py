"""What was is written down and stays, whatever becomes of the plan."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import DutyShift, Override
from helpdesk.models.codes import OverrideKind
from helpdesk.oncall import history
from helpdesk.oncall.schedule import on_call, shifts, who_is_on_call
from helpdesk.transaction import transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def passes(cast):
    """Time goes by and is written down at the end of it."""

    def pass_time(by=timedelta()):
        clock.advance(by)
        with transaction():
            history.write_down(cast.schedule.id)

    pass_time()
    return pass_time


def names(found):
    return [shift.user.name.split()[0] for shift in found]


def test_a_new_member_of_the_rotation_changes_nothing_of_the_past(cast, passes):
    start = clock.now()
    passes(2 * DAY)
    del cast.schedule.rotations[0].members[2:]
    db.session.flush()
    assert names(shifts(cast.schedule, start, clock.now() + DAY)) == ["Anna", "Beata", "Celina", "Anna", "Beata"]


def test_a_shift_that_was_written_down_in_pieces_is_one(cast, passes):
    for _minute in range(3):
        passes(HOUR)
    [row] = db.session.scalars(sa.select(DutyShift))
    assert (row.user, row.ends_at - row.starts_at) == (cast.anna, 3 * HOUR)


def test_a_shift_that_still_runs_is_one_with_its_past(cast, passes):
    start = clock.now()
    passes(HOUR)
    [shift] = shifts(cast.schedule, start, start + 5 * HOUR)
    assert (shift.starts_at, shift.ends_at) == (start, start + 5 * HOUR)


def test_a_day_in_which_nothing_ran_is_caught_up(cast, passes):
    start = clock.now()
    passes(26 * HOUR)
    assert who_is_on_call(cast.schedule, start + 23 * HOUR) is cast.beata
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DutyShift)) == 2


def test_two_people_at_once_are_both_remembered(cast, passes):
    now = clock.now()
    with transaction():
        row = {"kind": OverrideKind.ADD, "user_id": cast.dorota.id, "starts_at": now, "ends_at": now + HOUR}
        db.session.add(Override(schedule_id=cast.schedule.id, **row))
    passes(2 * HOUR)
    assert on_call(cast.schedule, now) == [cast.anna, cast.dorota]
    assert on_call(cast.schedule, now + HOUR) == [cast.anna]
