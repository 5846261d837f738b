"""What will go wrong with the duty unless somebody acts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from helpdesk import clock, warning_words
from helpdesk.extensions import db
from helpdesk.models import Absence, Override, Rotation, RotationMember, Schedule, Swap
from helpdesk.models.codes import OverrideKind, RotationKind, SwapState, WarningKind
from helpdesk.oncall.warnings import warnings
from helpdesk.transaction import transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now(cast):
    return clock.now()


def found(kind=None):
    at = clock.now()
    return [each for each in warnings(at, at + 14 * DAY) if kind in (None, each.kind)]


def absent(user, since, until):
    with transaction():
        db.session.add(Absence(user=user, starts_at=since, ends_at=until))


def names(warning):
    return [user.name.split()[0] for user in warning.people]


def another_schedule(*members):
    with transaction():
        rows = [RotationMember(position=i, user=user) for i, user in enumerate(members)]
        start = clock.now() - DAY
        rotation = Rotation(kind=RotationKind.DAILY, starts_at=start, shift_length=1, members=rows)
        db.session.add(Schedule(name="Telefon", rotations=[rotation]))


def test_a_full_plan_with_phones_that_ring_warns_of_nothing(cast):
    assert found() == []


def test_hours_whose_person_is_absent_are_uncovered_and_the_person_is_named(cast, now):
    absent(cast.beata, now, now + 2 * DAY)
    (gap,) = found()
    assert (gap.kind, names(gap)) == (WarningKind.UNCOVERED, ["Beata"])
    assert (gap.starts_at, gap.ends_at) == (now + 22 * HOUR, now + 46 * HOUR)


def test_two_gaps_that_touch_are_one(cast, now):
    for user in (cast.beata, cast.celina):
        absent(user, now, now + 3 * DAY)
    (gap,) = found(WarningKind.UNCOVERED)
    assert gap.ends_at - gap.starts_at == 48 * HOUR and names(gap) == ["Beata", "Celina"]


def test_hours_that_somebody_else_takes_are_covered(cast, now):
    absent(cast.beata, now, now + 2 * DAY)
    with transaction():
        span = {"starts_at": now, "ends_at": now + 2 * DAY}
        db.session.add(Override(schedule=cast.schedule, user=cast.dorota, instead_of=cast.beata, **span))
    assert found() == []


def test_a_gap_keeps_its_key_while_it_runs_and_is_shown_from_now(cast, now):
    absent(cast.beata, now, now + 2 * DAY)
    key = found()[0].key
    clock.advance(30 * HOUR)
    assert (found()[0].key, found()[0].starts_at) == (key, clock.now())


def test_a_schedule_that_nobody_was_ever_in_is_one_warning_with_one_key(cast):
    with transaction():
        db.session.add(Schedule(name="Pusty"))
    key = found()[0].key
    clock.advance(DAY)
    assert [each.key for each in found()] == [key]


def test_a_phone_that_is_broken_is_told_with_the_next_shift(cast, now):
    with transaction():
        cast.celina.contacts[0].broken_at = now
    (silent,) = found()
    assert (silent.kind, names(silent), silent.starts_at) == (WarningKind.UNREACHABLE, ["Celina"], now + 46 * HOUR)


@pytest.mark.parametrize("column", ["opted_out_at", "verified_at"])
def test_stop_and_a_number_that_nobody_proved_count_too(cast, now, column):
    with transaction():
        setattr(cast.beata.contacts[0], column, None if column == "verified_at" else now)
    assert [each.kind for each in found()] == [WarningKind.UNREACHABLE]


def test_two_absences_at_once_are_named_for_the_time_they_share(cast, now):
    absent(cast.anna, now + 30 * HOUR, now + 50 * HOUR)
    absent(cast.dorota, now + 40 * HOUR, now + 60 * HOUR)
    (both,) = found(WarningKind.TWO_ABSENT)
    assert (both.starts_at, both.ends_at) == (now + 40 * HOUR, now + 50 * HOUR)
    assert names(both) == ["Anna", "Dorota"]


def test_absences_one_after_the_other_are_no_warning(cast, now):
    absent(cast.anna, now + 30 * HOUR, now + 40 * HOUR)
    absent(cast.dorota, now + 40 * HOUR, now + 60 * HOUR)
    assert found(WarningKind.TWO_ABSENT) == []


def test_an_absence_of_somebody_outside_the_schedule_does_not_count(cast, now):
    absent(cast.marek, now, now + 9 * DAY)
    absent(cast.dorota, now, now + HOUR)
    assert found(WarningKind.TWO_ABSENT) == []


def test_one_person_in_two_schedules_at_once_is_named(cast, now):
    another_schedule(cast.marek, cast.beata)
    doubles = found(WarningKind.TWO_DUTIES)
    assert doubles and {name for each in doubles for name in names(each)} == {"Beata"}
    assert [schedule.name for schedule in doubles[0].schedules] == ["Dyżur", "Telefon"]


def test_two_schedules_with_the_same_plan_are_one_warning(cast):
    another_schedule(cast.dorota, cast.anna, cast.beata, cast.celina)
    with transaction():
        other = db.session.scalars(sa.select(Schedule).filter_by(name="Telefon")).one()
        other.rotations[0].starts_at = cast.schedule.rotations[0].starts_at - DAY
    assert [len(each.people) for each in found(WarningKind.TWO_DUTIES)] == [4]


def test_an_offered_shift_that_nobody_took_counts_within_seven_days(cast, now):
    with transaction():
        for days in (6, 8):
            span = {"starts_at": now + days * DAY, "ends_at": now + days * DAY + HOUR}
            db.session.add(Swap(schedule=cast.schedule, offered_by=cast.anna, **span))
    assert [each.starts_at for each in found(WarningKind.COVER_OPEN)] == [now + 6 * DAY]
    with transaction():
        db.session.execute(sa.update(Swap).values(state=SwapState.WITHDRAWN))
    assert found(WarningKind.COVER_OPEN) == []


def test_hours_that_are_uncovered_and_offered_are_one_warning(cast, now):
    absent(cast.beata, now, now + 2 * DAY)
    with transaction():
        span = {"starts_at": now + 22 * HOUR, "ends_at": now + 46 * HOUR}
        db.session.add(Swap(schedule=cast.schedule, offered_by=cast.beata, **span))
    assert [each.kind for each in found()] == [WarningKind.UNCOVERED]


def test_a_schedule_of_one_person_has_nobody_next(cast):
    another_schedule(cast.marek)
    (alone,) = found()
    assert (alone.kind, names(alone)) == (WarningKind.ALONE, ["Marek"])
    clock.advance(DAY)
    assert found()[0].key == alone.key


def test_a_removed_person_leaves_a_gap_without_names(cast, now):
    with transaction():
        span = {"starts_at": now + 2 * HOUR, "ends_at": now + 4 * HOUR}
        out = {"kind": OverrideKind.REMOVE, "instead_of": cast.anna}
        db.session.add(Override(schedule=cast.schedule, **out, **span))
    assert [(names(each), each.ends_at) for each in found()] == [([], now + 4 * HOUR)]


@pytest.mark.parametrize("locale", ["pl", "en"])
def test_every_warning_says_what_will_be_wrong_and_what_to_do(cast, now, locale):
    absent(cast.beata, now, now + 2 * DAY)
    absent(cast.celina, now, now + 2 * DAY)
    another_schedule(cast.anna)
    with transaction():
        cast.dorota.contacts[0].broken_at = now
        span = {"starts_at": now + 4 * DAY, "ends_at": now + 5 * DAY}
        db.session.add(Swap(schedule=cast.schedule, offered_by=cast.anna, **span))
    assert {each.kind for each in found()} == set(WarningKind)
    with force_locale(locale):
        for each in found():
            assert "%(" not in warning_words.says(each.params()) and warning_words.does(each.params())
