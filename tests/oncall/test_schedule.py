"""Who is on call: layers, overrides, people who have left, and gaps."""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Override, Rotation, RotationMember, Schedule
from helpdesk.models.codes import RotationKind
from helpdesk.oncall.schedule import (
    current_shift,
    gaps,
    main_schedule,
    next_shift,
    shifts,
    who_is_on_call,
)
from helpdesk.transaction import transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now(app):
    return clock.now()


@pytest.fixture
def names(cast):
    def on_call(at):
        user = who_is_on_call(cast.schedule, at)
        return user and user.name.split()[0]

    return on_call


def replaced(cast, user, since, until):
    with transaction():
        db.session.add(Override(schedule=cast.schedule, user=user, starts_at=since, ends_at=until))


def layered(cast, *members):
    rows = [RotationMember(position=i, user=user) for i, user in enumerate(members)]
    with transaction():
        cast.schedule.rotations.append(
            Rotation(kind=RotationKind.DAILY, layer=1, starts_at=clock.now() - DAY, shift_length=1, members=rows)
        )


def test_the_duty_changes_hands_at_eight(names, now):
    assert [names(now), names(now + 22 * HOUR - timedelta(seconds=1)), names(now + 22 * HOUR)] == [
        "Anna",
        "Anna",
        "Beata",
    ]


def test_an_override_holds_from_its_start_to_before_its_end(cast, names, now):
    replaced(cast, cast.dorota, now + HOUR, now + 2 * HOUR)
    assert [names(now), names(now + HOUR), names(now + 2 * HOUR)] == ["Anna", "Dorota", "Anna"]


def test_the_newest_of_two_overrides_has_the_last_word(cast, names, now):
    replaced(cast, cast.dorota, now, now + HOUR)
    replaced(cast, cast.celina, now, now + HOUR)
    assert names(now) == "Celina"


def test_a_higher_layer_wins(cast, names, now):
    layered(cast, cast.dorota)
    assert names(now) == "Dorota"


def test_a_layer_without_people_is_looked_through(cast, names, now):
    layered(cast)
    assert names(now) == "Anna"


def test_who_has_left_is_not_on_call_and_the_layer_below_steps_in(cast, names, now):
    layered(cast, cast.dorota)
    cast.dorota.active = False
    assert names(now) == "Anna"


def test_an_override_by_somebody_who_has_left_counts_for_nothing(cast, names, now):
    replaced(cast, cast.dorota, now, now + HOUR)
    cast.dorota.active = False
    assert names(now) == "Anna"


def test_a_shift_of_somebody_who_has_left_is_a_gap(cast, names, now):
    cast.anna.active = False
    assert names(now) is None
    assert gaps(cast.schedule, now, now + DAY) == [(now, now + 22 * HOUR)]


def test_shifts_follow_each_other_and_are_cut_to_the_span(cast, now):
    found = shifts(cast.schedule, now, now + 2 * DAY)
    assert [shift.user.name.split()[0] for shift in found] == ["Anna", "Beata", "Celina"]
    assert (found[0].starts_at, found[-1].ends_at) == (now, now + 2 * DAY)
    assert gaps(cast.schedule, now, now + 2 * DAY) == []


def test_two_shifts_of_one_person_in_a_row_are_one(cast, now):
    replaced(cast, cast.beata, now + HOUR, now + 22 * HOUR)
    assert [s.user.name.split()[0] for s in shifts(cast.schedule, now, now + 30 * HOUR)] == ["Anna", "Beata"]


def test_the_next_shift_is_somebody_elses(cast, now):
    assert next_shift(cast.schedule, now).user is cast.beata
    assert current_shift(cast.schedule, now).ends_at == now + 22 * HOUR


def test_the_next_after_a_gap_is_whoever_comes_first(cast, now):
    cast.anna.active = False
    assert next_shift(cast.schedule, now).user is cast.beata
    assert current_shift(cast.schedule, now) is None


def test_one_person_alone_has_no_next(cast, now):
    del cast.schedule.rotations[0].members[1:]
    assert next_shift(cast.schedule, now) is None


def test_a_schedule_without_rotations_has_nobody(app, now):
    with transaction():
        db.session.add(Schedule(name="empty"))
    assert who_is_on_call(main_schedule(), now) is None
    assert gaps(main_schedule(), now, now + DAY) == [(now, now + DAY)]
