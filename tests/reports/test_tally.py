"""What is counted, and how it is added up."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.models.codes import Grain
from helpdesk.reports.pieces import only_added, pieces
from helpdesk.reports.tally import percentile, rounded

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(st.integers(0, 10**6))
def test_minutes_are_exact_below_64_and_at_most_a_32nd_too_short(minutes):
    assert rounded(minutes) == minutes if minutes < 64 else minutes * 31 / 32 < rounded(minutes) <= minutes


@given(st.lists(st.integers(0, 10**6), min_size=2))
def test_rounding_keeps_the_order(minutes):
    assert sorted(minutes, key=lambda m: (rounded(m), m)) == sorted(minutes)


@given(st.dictionaries(st.integers(0, 500), st.integers(1, 5), min_size=1), st.sampled_from([1, 50, 90, 100]))
def test_percentiles_are_nearest_rank(counts, percent):
    every = sorted(value for value, count in counts.items() for _ in range(count))
    assert percentile(sorted(counts.items()), percent) == every[math.ceil(percent * len(every) / 100) - 1]


def test_of_nothing_there_is_no_percentile():
    assert percentile([], 50) is None


def days_of(parts):
    """How often each day is counted."""
    found = {}
    for part in parts:
        month_ends = (part.first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        last = month_ends if part.grain is Grain.MONTH else part.last
        for n in range((last - part.first).days + 1):
            day = part.first + timedelta(days=n)
            found[day] = found.get(day, 0) + part.sign
    return {day: count for day, count in found.items() if count}


@pytest.mark.parametrize("read", [pieces, only_added])
@given(ends=st.tuples(DAYS, DAYS))
def test_months_and_days_give_each_day_of_the_period_once(read, ends):
    first, last = sorted(ends)
    wanted = {first + timedelta(days=n): 1 for n in range((last - first).days + 1)}
    assert days_of(read(first, last)) == wanted


@given(ends=st.tuples(DAYS, DAYS))
def test_at_most_half_a_month_of_days_is_read_at_each_end(ends):
    parts = pieces(*sorted(ends))
    assert sum((part.last - part.first).days + 1 for part in parts if part.grain is Grain.DAY) <= 2 * 16
