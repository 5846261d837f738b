"""A change of a layer begins at its moment, goes on with whoever would be next, and leaves the past alone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk import clock
from helpdesk.errors import NotAllowed, NotFound
from helpdesk.extensions import db
from helpdesk.models import AuditEntry, Rotation
from helpdesk.models.codes import RotationKind
from helpdesk.oncall import layers
from helpdesk.oncall.history import write_down
from helpdesk.oncall.layers import Order, Pattern, continued
from helpdesk.oncall.rotation import KINDS
from helpdesk.oncall.rotation import Rotation as Turns
from helpdesk.oncall.schedule import planned_shifts, who_is_on_call
from helpdesk.transaction import transaction, what_if

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("Europe/Warsaw", "America/Chicago", "Australia/Lord_Howe")
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
minutes = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: BEGIN + timedelta(minutes=n))
everybody = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True)
rotations = st.builds(Turns, st.sampled_from(KINDS), minutes, st.sampled_from(ZONES), st.integers(1, 14), everybody)


def with_people(old, people):
    return Turns(old.kind, old.start, old.time_zone, old.shift_length, people)


@given(rotations, everybody, minutes)
@settings(max_examples=300, deadline=None)
def test_the_turn_goes_on_with_the_first_who_would_have_come(old, people, at):
    new = with_people(old, continued(old, with_people(old, people), at))
    coming = [old.participants[(old.number(at) + n) % len(old.participants)] for n in range(len(old.participants))]
    expected = next((person for person in coming if person in people), people[0])
    assert new.on_call(at) == expected


@given(rotations, everybody, minutes)
@settings(max_examples=200, deadline=None)
def test_the_others_follow_in_the_order_of_the_list_at_the_old_hand_overs(old, people, at):
    new = with_people(old, continued(old, with_people(old, people), at))
    until = at + timedelta(days=3)
    assert new.handoffs(at, until) == old.handoffs(at, until)
    for handover in new.handoffs(at, until):
        place = (people.index(new.on_call(at)) + new.number(handover) - new.number(at)) % len(people)
        assert new.on_call(handover) == people[place]


@given(rotations, minutes)
@settings(max_examples=200, deadline=None)
def test_the_same_people_are_no_change(old, at):
    assert continued(old, with_people(old, old.participants), at) == list(old.participants)


@pytest.mark.parametrize(
    ("people", "then"),
    [
        ("abcd", "bcdab"),  # added at the end
        ("axbc", "bcaxb"),  # added before the next one: comes last
        ("abxc", "bxcab"),  # added after the next one: comes second
        ("ac", "cacac"),  # the next one is taken off
        ("xy", "xyxyx"),  # all are others
        ("cba", "bacba"),  # another order
    ],
)
def test_adding_and_removing_people_in_plain_cases(people, then):
    old = Turns("monthly", datetime(2026, 1, 31, 7, tzinfo=UTC), "Europe/Warsaw", 1, "abc")
    at = datetime(2026, 2, 28, 7, tzinfo=UTC)  # b takes over on the last day of February
    new = with_people(old, continued(old, with_people(old, people), at))
    days = ("2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30")
    assert "".join(new.on_call(datetime.fromisoformat(f"{day}T12:00Z")) for day in days) == then


def test_of_two_places_of_one_person_the_turn_goes_on_with_the_same():
    old = Turns("daily", BEGIN, "Europe/Warsaw", 1, "abac")
    new = with_people(old, continued(old, with_people(old, "abacd"), BEGIN + 2 * DAY))
    assert "".join(new.on_call(BEGIN + n * DAY) for n in range(2, 7)) == "acdab"


@pytest.fixture
def now(cast):
    return clock.now()


EIGHT = datetime(2026, 3, 12, 7, tzinfo=UTC)  # tomorrow's hand-over in Warsaw, to Beata


def pattern(*people, kind=RotationKind.DAILY, length=1, **more):
    return Pattern(kind, length, people, **more)


def change(cast, people, at=EIGHT, order=Order.GOES_ON, **more):
    with transaction():
        layers.change_layer(cast.schedule, 0, pattern(*people, **more), at, cast.marek, order)


def names(cast, since, days):
    found = planned_shifts(cast.schedule, since, since + days * DAY)
    return "".join(shift.user.name[0] for shift in found)


def spans(cast, number=0):
    rows = [row for row in cast.schedule.rotations if row.layer == number]
    return sorted(((row.in_force_from, row.in_force_until) for row in rows), key=lambda span: span[0] or BEGIN)


def test_a_change_begins_at_its_moment_and_the_past_keeps_its_people(cast, now):
    before = names(cast, now - 3 * DAY, 3)
    change(cast, [cast.anna, cast.dorota, cast.celina])
    assert names(cast, now - 3 * DAY, 3) == before
    assert names(cast, EIGHT, 3) == "CAD"
    assert spans(cast) == [(None, EIGHT), (EIGHT, None)]


def test_without_a_change_of_people_nothing_changes(cast, now):
    before = names(cast, now - 9 * DAY, 20)
    change(cast, [cast.anna, cast.beata, cast.celina, cast.dorota], now + 5 * HOUR)
    assert names(cast, now - 9 * DAY, 20) == before


def test_another_length_counts_from_the_moment_with_whoever_is_next(cast):
    at = EIGHT - HOUR
    change(cast, [cast.anna, cast.beata, cast.celina], at, length=2)
    found = planned_shifts(cast.schedule, at, at + 4 * DAY)
    assert [(s.user.name[0], s.starts_at, s.ends_at - s.starts_at) for s in found] == [
        ("A", at, 2 * DAY),
        ("B", at + 2 * DAY, 2 * DAY),
    ]


def test_anew_begins_with_the_first_of_the_list_at_the_moment(cast):
    change(cast, [cast.dorota, cast.anna], EIGHT + HOUR, Order.ANEW)
    found = planned_shifts(cast.schedule, EIGHT, EIGHT + 2 * DAY)
    assert [(s.user.name[0], s.ends_at - s.starts_at) for s in found] == [("B", HOUR), ("D", DAY), ("A", 23 * HOUR)]


def test_a_change_before_a_planned_one_takes_its_place(cast, now):
    change(cast, [cast.anna, cast.dorota], EIGHT + 2 * DAY)
    change(cast, [cast.beata, cast.celina], EIGHT + DAY)
    assert spans(cast) == [(None, EIGHT + DAY), (EIGHT + DAY, None)]
    assert names(cast, EIGHT, 3) == "BCB"


def test_a_change_at_the_moment_of_a_planned_one_takes_its_place(cast):
    change(cast, [cast.anna, cast.dorota])
    change(cast, [cast.beata, cast.celina])
    assert spans(cast) == [(None, EIGHT), (EIGHT, None)]


def test_a_change_after_a_planned_one_leaves_that_one(cast):
    change(cast, [cast.anna, cast.dorota], EIGHT)
    change(cast, [cast.beata], EIGHT + DAY)
    assert spans(cast) == [(None, EIGHT), (EIGHT, EIGHT + DAY), (EIGHT + DAY, None)]


moments = st.integers(0, 200).map(lambda hours: datetime(2026, 3, 11, 9, tzinfo=UTC) + hours * HOUR)


def test_however_often_it_is_changed_rows_never_overlap(cast):
    people = [cast.anna, cast.beata, cast.celina]

    @given(st.lists(moments, min_size=1, max_size=5))
    @settings(max_examples=20, deadline=None)
    def holds(changes):
        def look():
            for at in changes:
                layers.change_layer(cast.schedule, 0, pattern(*people), at, cast.marek)
            return spans(cast)

        found = what_if(look)
        assert found[0][0] is None and found[-1][1] is None
        assert all(one[1] == other[0] for one, other in pairwise(found))
        assert all(until is None or since is None or since < until for since, until in found)

    holds()


def test_a_moment_that_has_passed_is_refused_one_that_just_has_means_now(cast, now):
    with pytest.raises(NotAllowed, match="in_the_past"):
        change(cast, [cast.anna], now - 2 * HOUR)
    change(cast, [cast.dorota], now - HOUR / 2)
    assert spans(cast) == [(None, now), (now, None)]


def test_what_is_written_down_is_never_changed(cast, now):
    with transaction():
        cast.schedule.recorded_until = now + HOUR
    change(cast, [cast.dorota], now)
    assert spans(cast)[-1] == (now + HOUR, None)
    clock.advance(2 * HOUR)
    with transaction():
        write_down(cast.schedule.id)
    assert who_is_on_call(cast.schedule, now + HOUR) is cast.dorota


def test_only_a_manager_changes_the_plan(cast):
    with pytest.raises(NotAllowed, match="not_manager"), transaction():
        layers.end_layer(cast.schedule, 0, EIGHT, cast.anna)


def test_a_layer_ends_at_its_moment_with_what_was_planned_for_later(cast):
    change(cast, [cast.anna], EIGHT + 5 * DAY)
    with transaction():
        layers.end_layer(cast.schedule, 0, EIGHT, cast.marek)
    assert spans(cast) == [(None, EIGHT)]
    assert names(cast, EIGHT, 3) == ""


def test_a_change_before_the_planned_end_keeps_that_one_after_it_begins_anew(cast):
    with transaction():
        layers.end_layer(cast.schedule, 0, EIGHT + 3 * DAY, cast.marek)
    change(cast, [cast.dorota])
    assert spans(cast) == [(None, EIGHT), (EIGHT, EIGHT + 3 * DAY)]
    change(cast, [cast.celina], EIGHT + 4 * DAY)
    assert spans(cast)[1:] == [(EIGHT, EIGHT + 3 * DAY), (EIGHT + 4 * DAY, None)]


def test_a_layer_that_has_not_begun_is_gone_when_it_ends(cast):
    with transaction():
        row = layers.add_layer(cast.schedule, pattern(cast.dorota), EIGHT, cast.marek)
        layers.end_layer(cast.schedule, row.layer, EIGHT, cast.marek)
    assert spans(cast, 1) == []


def test_an_added_layer_counts_above_the_others_from_its_first_shift(cast):
    with transaction():
        layers.add_layer(cast.schedule, pattern(cast.dorota), EIGHT + DAY, cast.marek)
    assert names(cast, EIGHT, 3) == "BD"


def test_a_first_shift_that_has_passed_sets_the_hand_overs_and_leaves_the_past(cast, now):
    with transaction():
        layers.add_layer(cast.schedule, pattern(cast.celina, cast.dorota), EIGHT - 3 * DAY - HOUR, cast.marek)
    found = planned_shifts(cast.schedule, now - HOUR, EIGHT)
    assert [(s.user.name[0], s.ends_at) for s in found] == [("A", now), ("C", EIGHT - HOUR), ("D", EIGHT)]


def test_a_layer_is_raised_from_now_on(cast, now):
    clock.advance(-2 * DAY)
    with transaction():
        layers.add_layer(cast.schedule, pattern(cast.dorota), clock.now(), cast.marek)
    clock.advance(2 * DAY)
    with transaction():
        layers.raise_layer(cast.schedule, 0, cast.marek)
    assert who_is_on_call(cast.schedule, now - HOUR) is cast.dorota
    assert who_is_on_call(cast.schedule, now) is cast.anna
    with pytest.raises(NotFound), transaction():
        layers.raise_layer(cast.schedule, 1, cast.marek)


def test_a_planned_change_follows_its_layer_when_that_is_raised(cast, now):
    change(cast, [cast.celina], EIGHT)
    with transaction():
        layers.add_layer(cast.schedule, pattern(cast.dorota), EIGHT + DAY, cast.marek)
        layers.raise_layer(cast.schedule, 0, cast.marek)
    assert spans(cast, 1) == [(now, EIGHT), (EIGHT, None)]
    assert spans(cast, 0) == [(None, now), (EIGHT + DAY, None)]


def test_who_changed_what_is_kept(cast):
    change(cast, [cast.anna])
    [entry] = db.session.scalars(sa.select(AuditEntry).filter_by(action="layer_changed"))
    assert (entry.user_id, entry.data["people"]) == (cast.marek.id, [cast.anna.id])


def test_what_if_leaves_nothing_behind(cast):
    def look():
        layers.change_layer(cast.schedule, 0, pattern(cast.dorota), EIGHT, cast.marek)
        return names(cast, EIGHT, 1)

    assert what_if(look) == "D"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Rotation)) == 1
    assert names(cast, EIGHT, 1) == "B"
