"""Hours, nights, weekends, holidays, shifts and nights woken."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.oncall.load import Alerted, Hours, Rules, loads, shares, times_woken
from helpdesk.oncall.roster import Stint

WARSAW = ZoneInfo("Europe/Warsaw")
RULES = Rules("Europe/Warsaw", frozenset({date(2026, 4, 6), date(2026, 12, 25)}))
ANNA, BEATA = 1, 2
MINUTE = timedelta(minutes=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).astimezone(UTC)


def stint(since, until, person=ANNA):
    return Stint(at(since), at(until), person)


def hours(*numbers):
    return Hours(*(timedelta(hours=number) for number in numbers))


@pytest.mark.parametrize(
    ("since", "until", "wanted"),
    [
        ("2026-03-11 08:00", "2026-03-11 16:00", hours(8, 0, 0, 0)),
        ("2026-03-11 08:00", "2026-03-12 08:00", hours(24, 8, 0, 0)),
        ("2026-03-11 21:00", "2026-03-12 07:00", hours(10, 8, 0, 0)),
        ("2026-03-11 23:00", "2026-03-12 02:00", hours(3, 3, 0, 0)),
        ("2026-03-13 20:00", "2026-03-14 08:00", hours(12, 8, 8, 0)),
        ("2026-03-13 16:00", "2026-03-16 08:00", hours(64, 24, 48, 0)),
        ("2026-03-28 20:00", "2026-03-29 08:00", hours(11, 7, 11, 0)),  # clocks go forward
        ("2026-10-24 20:00", "2026-10-25 08:00", hours(13, 9, 13, 0)),  # and back
        ("2026-04-05 20:00", "2026-04-06 08:00", hours(12, 8, 4, 8)),  # into Easter Monday
        ("2026-12-24 12:00", "2026-12-26 12:00", hours(48, 16, 12, 24)),
    ],
)
def test_hours_are_real_ones(since, until, wanted):
    assert RULES.hours(at(since), at(until)) == wanted


def test_each_person_has_their_own_hours_and_shifts():
    stints = [
        stint("2026-03-11 08:00", "2026-03-11 16:00"),
        stint("2026-03-11 16:00", "2026-03-12 00:00", BEATA),
        stint("2026-03-13 08:00", "2026-03-13 10:00"),
    ]
    found = loads([ANNA, BEATA, 3], stints, {BEATA: 2}, RULES)
    assert [(load.hours.total.total_seconds() / 3600, load.shifts, load.woken) for load in found.values()] == [
        (10, 2, 0),
        (8, 1, 2),
        (0, 0, 0),
    ]


def test_two_duties_at_once_are_two_shifts_and_the_hours_of_one():
    stints = [stint("2026-03-11 08:00", "2026-03-11 16:00"), stint("2026-03-11 12:00", "2026-03-11 18:00")]
    found = loads([ANNA], stints, {}, RULES)[ANNA]
    assert (found.hours.total, found.shifts) == (timedelta(hours=10), 2)


def test_an_alert_wakes_once_a_night_however_many_messages_it_takes():
    alerted = [
        Alerted(ANNA, 7, at("2026-03-11 23:50")),
        Alerted(ANNA, 7, at("2026-03-12 00:10")),
        Alerted(ANNA, 8, at("2026-03-12 05:59")),
        Alerted(ANNA, 8, at("2026-03-12 06:00")),
        Alerted(ANNA, 8, at("2026-03-12 22:00")),
        Alerted(BEATA, 7, at("2026-03-12 12:00")),
    ]
    assert times_woken(alerted, RULES, date(2026, 3, 1), date(2026, 3, 31)) == {ANNA: 3}


def test_the_night_over_the_end_of_a_month_belongs_to_the_month_it_began_in():
    alerted = [Alerted(ANNA, 7, at("2026-03-31 23:00")), Alerted(ANNA, 7, at("2026-04-01 02:00"))]
    assert times_woken(alerted, RULES, date(2026, 3, 1), date(2026, 3, 31)) == {ANNA: 1}
    assert times_woken(alerted, RULES, date(2026, 4, 1), date(2026, 4, 30)) == {}


def test_shares_show_who_has_more_than_the_others():
    found = shares({ANNA: 30.0, BEATA: 10.0})
    assert (found[ANNA].part, found[ANNA].from_mean, found[BEATA].from_mean) == (0.75, 10.0, -10.0)
    assert shares({ANNA: 0.0})[ANNA].part is None
    assert shares({}) == {}


starts = st.integers(0, 21 * 1440).map(lambda n: datetime(2026, 3, 20, tzinfo=UTC) + n * MINUTE)


@given(start=starts, minutes=st.integers(1, 4000))
def test_hours_are_what_counting_each_minute_says(start, minutes):
    local = [(start + n * MINUTE).astimezone(WARSAW) for n in range(minutes)]
    counted = [
        minutes,
        sum(m.hour >= 22 or m.hour < 6 for m in local),
        sum(m.weekday() >= 5 for m in local),
        sum(m.date() in RULES.holidays for m in local),
    ]
    assert RULES.hours(start, start + minutes * MINUTE) == Hours(*(n * MINUTE for n in counted))


@given(cuts=st.lists(starts, min_size=2, max_size=8, unique=True))
def test_hours_of_the_parts_add_up_to_those_of_the_whole(cuts):
    borders = sorted(cuts)
    parts = [RULES.hours(a, b) for a, b in pairwise(borders)]
    assert sum(parts, Hours()) == RULES.hours(borders[0], borders[-1])
