"""Quiet hours: notices wait until morning, over midnight and on the nights when the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.quiet import after_quiet_hours

WARSAW = ZoneInfo("Europe/Warsaw")
NIGHT = (time(22), time(7))


def local(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-11 21:59", "2026-03-11 21:59"),
        ("2026-03-11 22:00", "2026-03-12 07:00"),
        ("2026-03-11 23:59", "2026-03-12 07:00"),
        ("2026-03-12 00:00", "2026-03-12 07:00"),
        ("2026-03-12 06:59", "2026-03-12 07:00"),
        ("2026-03-12 07:00", "2026-03-12 07:00"),
        ("2026-03-28 23:00", "2026-03-29 07:00"),  # clocks go forward
        ("2026-10-24 23:00", "2026-10-25 07:00"),  # clocks go back
    ],
)
def test_notices_wait_for_the_morning(at, until):
    assert after_quiet_hours(local(at), NIGHT, WARSAW) == local(until)


def test_the_night_of_the_spring_change_is_an_hour_shorter():
    at = local("2026-03-28 22:00")
    assert after_quiet_hours(at, NIGHT, WARSAW) - at == timedelta(hours=8)


def test_an_end_that_the_clocks_skip_is_the_end_of_the_gap():
    quiet = (time(22), time(2, 30))
    assert after_quiet_hours(local("2026-03-29 01:00"), quiet, WARSAW) == local("2026-03-29 03:00")


def test_an_end_that_comes_twice_is_never_in_the_past():
    quiet = (time(22), time(2, 30))
    assert after_quiet_hours(local("2026-10-25 02:10"), quiet, WARSAW) == local("2026-10-25 02:30")
    again = local("2026-10-25 02:10", fold=1)
    assert after_quiet_hours(again, quiet, WARSAW) == local("2026-10-25 02:30", fold=1)


def test_hours_within_one_day_are_quiet_too():
    assert after_quiet_hours(local("2026-03-11 13:30"), (time(13), time(14)), WARSAW) == local("2026-03-11 14:00")


def test_equal_ends_mean_no_quiet_hours():
    at = local("2026-03-11 03:00")
    assert after_quiet_hours(at, (time(22), time(22)), WARSAW) == at


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.tuples(st.times(), st.times()),
)
def test_a_notice_is_never_moved_back_nor_more_than_a_day(at, quiet):
    moved = after_quiet_hours(at, quiet, WARSAW)
    assert at <= moved <= at + timedelta(hours=25)
    assert moved.tzinfo is UTC or moved == at
