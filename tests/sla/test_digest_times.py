"""When what can wait for a digest goes out: at 8:00 and 13:00 of a working day, sooner where that would be late."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.sla.digest_times import HOUR, DigestTimes
from tests.hours import WARSAW, local

TIMES = DigestTimes((time(8), time(13)), WARSAW)
START = local("01 00:00").replace(tzinfo=None)
instants = st.datetimes(START, START.replace(year=2029))


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ("11 07:59", "11 08:00"),
        ("11 08:00", "11 08:00"),
        ("11 08:01", "11 13:00"),
        ("11 13:01", "12 08:00"),
        ("13 15:00", "16 08:00"),  # over the weekend
        ("29 02:00", "30 08:00"),  # a Sunday on which the clocks go forward
    ],
)
def test_the_next_digest_is_at_the_next_time_of_a_working_day(at, then):
    assert TIMES.next_after(local(at)) == local(then)


def test_nobody_works_on_a_public_holiday():
    eve = local("31 14:00") + timedelta(days=3)  # Good Friday, 3 April 2026; Easter Monday is free too
    assert TIMES.next_after(eve).astimezone(WARSAW).date() == date(2026, 4, 7)


@pytest.mark.parametrize(
    ("at", "deadline", "goes"),
    [
        ("11 09:00", "12 15:00", "11 13:00"),
        ("11 09:00", "11 12:30", "11 09:00"),
        ("11 09:00", "11 13:30", "11 09:00"),  # half an hour would be too little
        ("13 15:00", "16 08:30", "13 15:00"),
        ("13 15:00", "16 11:00", "16 08:00"),
    ],
)
def test_a_reminder_waits_unless_little_time_would_be_left(at, deadline, goes):
    assert TIMES.for_reminder(local(at), local(deadline)) == local(goes)


@pytest.mark.parametrize(
    ("at", "is_open", "goes"),
    [("11 09:00", True, "11 10:00"), ("11 12:30", True, "11 13:00"), ("11 16:00", False, "12 08:00")],
)
def test_a_breach_in_business_hours_is_told_within_the_hour_else_in_the_morning(at, is_open, goes):
    assert TIMES.for_breach(local(at), is_open=is_open) == local(goes)


@given(at=instants, left=st.timedeltas(timedelta(), timedelta(days=9)), is_open=st.booleans())
def test_nothing_goes_before_its_time_nor_too_late_to_act(at, left, is_open):
    at = at.replace(tzinfo=WARSAW)
    goes = TIMES.for_reminder(at, at + left)
    assert goes == at or at < goes <= at + left - HOUR
    assert at <= TIMES.for_breach(at, is_open=is_open) <= TIMES.next_after(at)


@given(at=instants)
def test_a_digest_is_at_its_times_and_never_far(at):
    at = at.replace(tzinfo=WARSAW)
    wall = TIMES.next_after(at).astimezone(WARSAW)
    assert wall.time() in TIMES.times
    assert wall.weekday() < 5
    assert timedelta() <= wall - at < timedelta(days=6)
