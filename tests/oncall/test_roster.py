"""Who is on duty by layers, their hours, replacements, absences and temporary plans: plain cases and properties."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.models.codes import OverrideKind
from helpdesk.oncall.roster import Change, Layer, Roster, Span, Stint, Temporary
from helpdesk.oncall.rotation import Rotation
from helpdesk.sla.calendar import BusinessCalendar

MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)  # 8:00 in Warsaw
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALICE, BOB, CHARLIE, DAVE = "Alice", "Bob", "Charlie", "Dave"
NIGHTS = BusinessCalendar("Europe/Warsaw", {day: [("20:00", "08:00")] for day in range(7)})


def layer(*people, hours=None, **force) -> Layer[str]:
    return Layer(Rotation("daily", MONDAY, "Europe/Warsaw", 1, people), hours, **force)


def change(kind, comes, goes=None, *, since=MONDAY, hours=24, said=1) -> Change[str]:
    return Change(since, since + hours * HOUR, OverrideKind(kind), comes, goes, (MONDAY, said))


ALONE = layer(ALICE)


def test_a_layer_with_hours_gives_way_to_the_one_beneath_outside_them():
    roster = Roster([ALONE, layer(BOB, hours=NIGHTS)])
    found = roster.shifts(MONDAY, MONDAY + DAY)
    assert [(s.person, s.ends_at - s.starts_at) for s in found] == [(ALICE, 12 * HOUR), (BOB, 12 * HOUR)]


def test_a_night_is_an_hour_longer_when_the_clocks_go_back():
    roster = Roster([layer(BOB, hours=NIGHTS)])
    saturday = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)
    [night] = roster.shifts(saturday, saturday + DAY)
    assert night.ends_at - night.starts_at == 13 * HOUR


def test_a_layer_counts_from_its_beginning_to_before_its_end():
    later = layer(BOB, since=MONDAY + DAY, until=MONDAY + 2 * DAY)
    found = Roster([ALONE, later]).shifts(MONDAY, MONDAY + 3 * DAY)
    assert [s.person for s in found] == [ALICE, BOB, ALICE]


def test_one_replaces_the_other_and_nobody_else():
    roster = Roster([layer(ALICE, BOB)], [change("replace", CHARLIE, ALICE, hours=48)])
    assert [s.person for s in roster.shifts(MONDAY, MONDAY + 2 * DAY)] == [CHARLIE, BOB]


def test_the_last_word_about_a_person_wins():
    words = [change("replace", BOB, ALICE, said=1), change("replace", CHARLIE, ALICE, said=2)]
    assert Roster([ALONE], words).on_call(MONDAY) == [CHARLIE]


def test_a_stand_in_can_be_replaced_in_turn():
    words = [change("replace", BOB, ALICE, said=1), change("replace", CHARLIE, BOB, said=2)]
    assert Roster([ALONE], words).on_call(MONDAY) == [CHARLIE]


def test_two_people_who_change_places_twice_are_back():
    words = [change("replace", BOB, ALICE, said=1), change("replace", ALICE, BOB, said=2)]
    assert Roster([ALONE], words).on_call(MONDAY) == [ALICE]


def test_an_added_person_joins_and_the_first_keeps_the_duty():
    roster = Roster([ALONE], [change("add", BOB, hours=2)])
    assert roster.on_call(MONDAY) == [ALICE, BOB]
    found = roster.shifts(MONDAY, MONDAY + DAY)
    assert [(s.person, s.ends_at - s.starts_at) for s in found] == [(ALICE, 24 * HOUR), (BOB, 2 * HOUR)]


def test_whoever_is_taken_off_leaves_the_duty_to_the_layer_beneath():
    assert Roster([layer(BOB), ALONE], [change("remove", None, ALICE)]).on_call(MONDAY) == [BOB]
    assert Roster([ALONE], [change("remove", None, ALICE)]).on_call(MONDAY) == []


def test_the_absent_have_no_duty_and_neither_has_an_absent_stand_in():
    away = {ALICE: [Span(MONDAY, MONDAY + HOUR)]}
    assert Roster([layer(BOB), ALONE], away=away).on_call(MONDAY) == [BOB]
    assert Roster([layer(BOB)], [change("replace", ALICE, BOB)], away=away).on_call(MONDAY) == []
    assert Roster([ALONE], away=away).on_call(MONDAY + HOUR) == [ALICE]


def test_a_replacement_for_an_absent_person_counts():
    roster = Roster([ALONE], [change("replace", BOB, ALICE)], away={ALICE: [Span(MONDAY, MONDAY + DAY)]})
    assert roster.on_call(MONDAY) == [BOB]


def test_a_temporary_plan_takes_the_place_of_all_that_was_there_before():
    stints = [Stint(MONDAY, MONDAY + 5 * HOUR, CHARLIE)]
    plan = Temporary(MONDAY, MONDAY + 6 * HOUR, stints, (MONDAY, 5))
    roster = Roster([ALONE], [change("replace", BOB, ALICE, said=1)], [plan])
    assert roster.on_call(MONDAY) == [CHARLIE]
    assert roster.on_call(MONDAY + 5 * HOUR) == []
    assert roster.on_call(MONDAY + 6 * HOUR) == [BOB]


def test_what_was_said_after_a_temporary_plan_changes_it():
    plan = Temporary(MONDAY, MONDAY + DAY, [Stint(MONDAY, MONDAY + DAY, CHARLIE)], (MONDAY, 5))
    assert Roster([ALONE], [change("replace", BOB, CHARLIE, said=6)], [plan]).on_call(MONDAY) == [BOB]


def test_who_has_left_counts_for_nothing():
    assert Roster([layer(BOB), ALONE], gone=frozenset({ALICE})).on_call(MONDAY) == [BOB]


people = st.sampled_from([ALICE, BOB, CHARLIE, DAVE])
instants = st.integers(-48, 48 * 2).map(lambda halves: MONDAY + halves * HOUR / 2)
spans = st.tuples(instants, st.integers(1, 40)).map(lambda each: (each[0], each[0] + each[1] * HOUR / 2))
words = st.builds(
    lambda span, kind, comes, goes, said: Change(
        *span,
        kind,
        None if kind is OverrideKind.REMOVE else comes,
        None if kind is OverrideKind.ADD else goes,
        (MONDAY, said),
    ),
    spans,
    st.sampled_from(OverrideKind),
    people,
    people,
    st.integers(0, 99),
)
plans = st.builds(
    lambda span, person, said: Temporary(*span, [Stint(*span, person)], (MONDAY, said)),
    spans,
    people,
    st.integers(0, 99),
)
absences = st.dictionaries(people, st.lists(spans.map(lambda span: Span(*span)), max_size=2))
layers = st.builds(
    lambda crew, hours, since: layer(*crew, hours=hours, since=since),
    st.lists(people, min_size=1, max_size=4),
    st.sampled_from([None, NIGHTS]),
    st.none() | instants,
)
rosters = st.builds(
    Roster,
    st.lists(layers, max_size=3),
    st.lists(words, max_size=4, unique_by=lambda word: word.said),
    st.lists(plans, max_size=2, unique_by=lambda plan: plan.said),
    absences,
)


@settings(deadline=None)
@given(rosters, instants)
def test_the_shifts_say_at_every_instant_what_on_call_says(roster, at):
    found = roster.shifts(MONDAY - DAY, MONDAY + 3 * DAY)
    assert {s.person for s in found if s.covers(at)} == set(roster.on_call(at))


@settings(deadline=None)
@given(rosters)
def test_the_shifts_of_one_person_neither_touch_nor_overlap(roster):
    found = roster.shifts(MONDAY - DAY, MONDAY + 3 * DAY)
    for person in {s.person for s in found}:
        own = [s for s in found if s.person == person]
        assert all(earlier.ends_at < later.starts_at for earlier, later in pairwise(own))


@settings(deadline=None)
@given(rosters, instants)
def test_the_absent_are_never_on_duty(roster, at):
    away = {person for person, spans in roster.away.items() if any(span.covers(at) for span in spans)}
    assert not away & set(roster.on_call(at))
