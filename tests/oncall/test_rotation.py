from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.oncall.rotation import KINDS, Rotation

WARSAW = ZoneInfo("Europe/Warsaw")
MINUTE = timedelta(minutes=1)
ALICE, BOB, CHARLIE = "Alice", "Bob", "Charlie"


def at(local: str, zone: ZoneInfo = WARSAW, fold: int = 0) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=zone, fold=fold)


def rotation(kind: str, start: str, shift_length: int = 1, people=(ALICE, BOB, CHARLIE)) -> Rotation[str]:
    return Rotation(
        kind=kind,
        start=at(start),
        time_zone="Europe/Warsaw",
        shift_length=shift_length,
        participants=people,
    )


def local(instants: list[datetime]) -> list[str]:
    return [instant.astimezone(WARSAW).strftime("%m-%d %H:%M%z") for instant in instants]


DAILY = rotation("daily", "2025-03-10 08:00")
HOURLY = rotation("hourly", "2025-03-10 08:00")
WEEKLY = rotation("weekly", "2025-03-10 08:00")
MONTHLY = rotation("monthly", "2025-01-31 08:00")


@pytest.mark.parametrize(
    ("turns", "moment", "person"),
    [
        (DAILY, "2025-03-10 08:00", ALICE),
        (DAILY, "2025-03-11 07:59:59", ALICE),
        (DAILY, "2025-03-11 08:00", BOB),
        (DAILY, "2025-03-12 20:00", CHARLIE),
        (DAILY, "2025-03-13 08:00", ALICE),
        (DAILY, "2025-03-10 07:59", CHARLIE),
        (DAILY, "2025-03-07 08:00", ALICE),
        (rotation("daily", "2025-03-10 08:00", 2), "2025-03-12 07:59", ALICE),
        (rotation("daily", "2025-03-10 08:00", 2), "2025-03-12 08:00", BOB),
        (HOURLY, "2025-03-10 09:30", BOB),
        (HOURLY, "2025-03-10 07:30", CHARLIE),
        (rotation("hourly", "2025-03-10 08:00", 12), "2025-03-10 20:00", BOB),
        (WEEKLY, "2025-03-17 07:59", ALICE),
        (WEEKLY, "2025-03-17 08:00", BOB),
        (WEEKLY, "2025-03-31 08:00", ALICE),
        (rotation("weekly", "2025-03-10 08:00", 2), "2025-03-24 08:00", BOB),
        (MONTHLY, "2025-02-28 07:59", ALICE),
        (MONTHLY, "2025-02-28 08:00", BOB),
        (MONTHLY, "2025-03-31 07:59", BOB),
        (MONTHLY, "2025-03-31 08:00", CHARLIE),
        (MONTHLY, "2024-12-31 08:00", CHARLIE),
        (rotation("monthly", "2025-01-15 08:00", 3), "2025-04-15 08:00", BOB),
        (rotation("daily", "2025-03-10 08:00", people=[ALICE]), "2031-01-01 00:00", ALICE),
    ],
)
def test_person_on_duty_at_a_moment(turns: Rotation[str], moment: str, person: str) -> None:
    assert turns.on_call(at(moment)) == person


def test_the_first_person_is_on_duty_from_the_start_whatever_its_seconds() -> None:
    assert rotation("hourly", "2025-03-10 08:00:30").on_call(at("2025-03-10 08:00:00")) == ALICE


def test_a_monthly_handover_returns_to_day_31_after_shorter_months() -> None:
    found = MONTHLY.handoffs(at("2025-01-01 00:00"), at("2025-06-01 00:00"))
    assert [day[:5] for day in local(found)] == ["01-31", "02-28", "03-31", "04-30", "05-31"]


def test_a_monthly_handover_on_day_31_uses_the_leap_day() -> None:
    assert local(MONTHLY.handoffs(at("2028-02-01 00:00"), at("2028-03-01 00:00"))) == ["02-29 08:00+0100"]


def test_handoffs_are_half_open() -> None:
    found = DAILY.handoffs(at("2025-03-10 08:00"), at("2025-03-12 08:00"))
    assert local(found) == ["03-10 08:00+0100", "03-11 08:00+0100"]


def test_handoffs_reach_back_before_the_start_of_the_rotation() -> None:
    found = DAILY.handoffs(at("2025-03-08 09:00"), at("2025-03-10 09:00"))
    assert local(found) == ["03-09 08:00+0100", "03-10 08:00+0100"]


def test_no_handoffs_in_an_empty_or_reversed_span() -> None:
    assert DAILY.handoffs(at("2025-03-10 08:00"), at("2025-03-10 08:00")) == []
    assert DAILY.handoffs(at("2025-03-12 08:00"), at("2025-03-10 08:00")) == []


def test_handoffs_are_in_utc() -> None:
    [handoff] = DAILY.handoffs(at("2025-03-10 08:00"), at("2025-03-11 08:00"))
    assert handoff.tzinfo is UTC


@pytest.mark.parametrize(
    ("kind", "start", "since", "until", "expected"),
    [
        ("daily", "2025-03-28 08:00", "2025-03-29", "2025-03-31", ["03-29 08:00+0100", "03-30 08:00+0200"]),
        ("daily", "2025-10-24 08:00", "2025-10-25", "2025-10-27", ["10-25 08:00+0200", "10-26 08:00+0100"]),
        ("weekly", "2025-03-24 08:00", "2025-03-24", "2025-04-01", ["03-24 08:00+0100", "03-31 08:00+0200"]),
        ("monthly", "2025-03-15 08:00", "2025-03-15", "2025-05-01", ["03-15 08:00+0100", "04-15 08:00+0200"]),
        ("daily", "2025-03-28 02:30", "2025-03-30", "2025-04-01", ["03-30 03:00+0200", "03-31 02:30+0200"]),
        ("daily", "2025-10-24 02:30", "2025-10-26", "2025-10-28", ["10-26 02:30+0200", "10-27 02:30+0100"]),
    ],
)
def test_handoffs_keep_the_local_time_over_a_clock_change(
    kind: str, start: str, since: str, until: str, expected: list[str]
) -> None:
    assert local(rotation(kind, start).handoffs(at(since), at(until))) == expected


def test_in_spring_the_person_of_the_skipped_hour_has_no_turn() -> None:
    turns = rotation("hourly", "2025-03-30 01:00")  # Alice 01:00, Bob 02:00 (skipped), Charlie 03:00
    found = turns.handoffs(at("2025-03-30 01:00"), at("2025-03-30 05:00"))
    assert local(found) == ["03-30 01:00+0100", "03-30 03:00+0200", "03-30 04:00+0200"]
    assert [turns.on_call(moment) for moment in found] == [ALICE, CHARLIE, ALICE]


def test_in_autumn_one_person_has_the_hour_twice() -> None:
    turns = rotation("hourly", "2025-10-26 01:00")  # Alice 01:00, Bob 02:00 (twice), Charlie 03:00
    found = turns.handoffs(at("2025-10-26 01:00"), at("2025-10-26 03:01"))
    assert local(found) == ["10-26 01:00+0200", "10-26 02:00+0200", "10-26 03:00+0100"]
    assert turns.on_call(at("2025-10-26 02:30", fold=1)) == BOB


def test_in_autumn_a_handover_inside_the_repeated_hour_happens_the_first_time() -> None:
    turns = rotation("hourly", "2025-10-26 01:30")  # Alice 01:30, Bob 02:30 (shown twice), Charlie 03:30
    assert turns.on_call(at("2025-10-26 02:10")) == ALICE
    assert turns.on_call(at("2025-10-26 02:10", fold=1)) == BOB


def test_the_half_hour_change_of_lord_howe_shortens_and_lengthens_a_turn_by_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    turns = Rotation("hourly", at("2025-10-05 01:00", zone), zone.key, 1, [ALICE, BOB])
    spring = turns.handoffs(at("2025-10-05 01:00", zone), at("2025-10-05 04:00", zone))
    autumn = turns.handoffs(at("2025-04-06 01:00", zone), at("2025-04-06 03:01", zone))
    assert [later - earlier for earlier, later in pairwise(spring)] == [60 * MINUTE, 30 * MINUTE]
    assert [later - earlier for earlier, later in pairwise(autumn)] == [90 * MINUTE, 60 * MINUTE]


def test_a_start_in_the_repeated_hour_finds_the_first_person_on_duty() -> None:
    second_time = at("2025-10-26 02:30", fold=1)
    assert Rotation("hourly", second_time, "Europe/Warsaw", 1, [ALICE, BOB]).on_call(second_time) == ALICE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"participants": []}, "participants"),
        ({"kind": "yearly"}, "kind"),
        ({"shift_length": 0}, "shift"),
        ({"start": datetime.fromisoformat("2025-03-10 08:00")}, "naive"),
    ],
)
def test_a_rotation_without_sense_is_refused(change: dict, message: str) -> None:
    sound = {
        "kind": "daily",
        "start": at("2025-03-10 08:00"),
        "time_zone": "Europe/Warsaw",
        "shift_length": 1,
        "participants": [ALICE],
    }
    with pytest.raises(ValueError, match=message):
        Rotation(**(sound | change))


def test_a_naive_moment_is_refused() -> None:
    naive = datetime.fromisoformat("2025-03-10 08:00")
    for ask in (lambda: DAILY.on_call(naive), lambda: DAILY.handoffs(naive, at("2025-03-11 08:00"))):
        with pytest.raises(ValueError, match="naive"):
            ask()


# Properties, near the clock changes of three zones and far from them.

CHANGES = [
    datetime.fromisoformat(change)
    for change in (
        "2025-03-30 01:00Z",  # Warsaw
        "2025-10-26 01:00Z",
        "2025-03-09 08:00Z",  # Chicago
        "2025-11-02 07:00Z",
        "2025-04-05 15:00Z",  # Lord Howe
        "2025-10-04 15:30Z",
        "2025-07-01 00:00Z",
    )
]
moments = st.builds(
    lambda change, minutes: change + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-180, 180) | st.integers(-2 * 24 * 60, 2 * 24 * 60),
)
starts = moments | st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
rotations = st.builds(
    Rotation,
    kind=st.sampled_from(KINDS),
    start=starts,
    time_zone=st.sampled_from(["Europe/Warsaw", "America/Chicago", "Australia/Lord_Howe"]),
    shift_length=st.integers(1, 30),
    participants=st.integers(1, 7).map(lambda people: list(range(people))),
)


def latest_wall_shown(turns: Rotation[int], moment: datetime) -> datetime:
    """The latest time the local clock has shown so far; differs from the present in a repeated hour only."""
    zone = ZoneInfo(turns.time_zone)
    return max((moment - ago * MINUTE).astimezone(zone).replace(tzinfo=None) for ago in range(180))


@settings(deadline=None)
@given(rotations.filter(lambda turns: turns.kind != "monthly"), moments)
def test_turns_are_counted_by_what_the_clock_on_the_wall_has_shown(turns, moment) -> None:
    hours = {"hourly": 1, "daily": 24, "weekly": 24 * 7}[turns.kind] * turns.shift_length
    begin = turns.start.astimezone(ZoneInfo(turns.time_zone)).replace(tzinfo=None, fold=0, second=0, microsecond=0)
    turn = (latest_wall_shown(turns, moment) - begin) // timedelta(hours=hours)
    assert turns.on_call(moment) == turn % len(turns.participants)


@settings(deadline=None)
@given(rotations)
def test_the_first_participant_is_on_duty_at_the_start(turns) -> None:
    assert turns.on_call(turns.start) == turns.participants[0]


@settings(deadline=None)
@given(rotations, moments, st.integers(0, 400))
def test_handoffs_strictly_increase_inside_their_span(turns, since, hours) -> None:
    until = since + timedelta(hours=hours)
    found = turns.handoffs(since, until)
    assert all(since <= handoff < until for handoff in found)
    assert all(earlier < later for earlier, later in pairwise(found))


@settings(deadline=None)
@given(rotations, moments, st.integers(1, 400), st.data())
def test_nobody_changes_between_two_handoffs(turns, since, hours, data) -> None:
    until = since + timedelta(hours=hours)
    edges = [since, *turns.handoffs(since, until), until]
    for begin, end in pairwise(edges):
        if begin < end:
            inside = data.draw(st.datetimes(naive(begin), naive(end - timedelta(microseconds=1))))
            assert turns.on_call(inside.replace(tzinfo=UTC)) == turns.on_call(begin)


def naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


@settings(deadline=None)
@given(rotations.filter(lambda turns: turns.kind != "hourly" and len(turns.participants) > 1), moments)
def test_every_handoff_but_hourly_brings_the_next_person(turns, since) -> None:
    for handoff in turns.handoffs(since, since + timedelta(days=40)):
        before, after = turns.on_call(handoff - timedelta(microseconds=1)), turns.on_call(handoff)
        assert after == (before + 1) % len(turns.participants)


@settings(deadline=None)
@given(rotations, moments, st.integers(0, 200), st.integers(0, 200))
def test_handoffs_of_two_spans_are_those_of_the_whole(turns, since, first, second) -> None:
    middle = since + timedelta(hours=first)
    end = middle + timedelta(hours=second)
    assert turns.handoffs(since, middle) + turns.handoffs(middle, end) == turns.handoffs(since, end)
