"""Eleven hours of rest in each 24, thirty-five in each week."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.oncall.rest import Article, Span, days_of, longest_rest, violations, weeks_of

WARSAW = ZoneInfo("Europe/Warsaw")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def at(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=WARSAW).astimezone(UTC)


def duties(*spans):
    return [(at(since), at(until)) for since, until in spans]


def broken(article, *spans):
    """The missing hours of each violation of the article."""
    found = violations(duties(*spans), WARSAW)
    return [each.missing / HOUR for each in found if each.article is article]


@pytest.mark.parametrize(
    ("spans", "missing"),
    [
        ([("03-11 08:00", "03-11 21:00")], []),
        ([("03-11 08:00", "03-11 21:01")], [1 / 60]),
        ([("03-11 08:00", "03-12 08:00")], [11]),
        ([("03-11 08:00", "03-13 08:00")], [11, 11]),
        ([("03-11 08:00", "03-11 16:00"), ("03-11 22:00", "03-12 02:00")], [5]),  # 6 and 6 hours between
        ([("03-11 08:00", "03-11 10:00"), ("03-11 22:00", "03-12 08:00")], []),  # 12 hours
        ([("03-11 20:00", "03-12 08:00"), ("03-12 20:00", "03-13 08:00")], []),
        ([("03-11 20:00", "03-12 08:00"), ("03-12 18:00", "03-13 06:00")], [1]),
        ([("03-28 20:00", "03-29 10:00")], []),  # a short night: 13 real hours, 11 are left
        ([("10-24 20:00", "10-25 08:00")], []),  # a long one: 13 real hours, 11 are left
        ([("10-24 20:00", "10-25 08:30")], [0.5]),
    ],
)
def test_the_rest_of_each_day(spans, missing):
    assert broken(Article.DAILY, *spans) == pytest.approx(missing)


def test_a_duty_within_the_24_hours_of_another_does_not_begin_its_own():
    spans = duties(("03-11 08:00", "03-11 10:00"), ("03-12 06:00", "03-12 12:00"))
    assert list(days_of(spans)) == [
        Span(at("03-11 08:00"), at("03-12 08:00")),
        Span(at("03-12 08:00"), at("03-13 08:00")),
    ]


@pytest.mark.parametrize(
    ("spans", "missing"),
    [
        ([("03-09 00:00", "03-14 13:00")], []),  # Monday to Saturday: exactly 35 hours are left
        ([("03-09 00:00", "03-14 14:00")], [1]),
        ([("03-09 00:00", "03-16 00:00")], [35]),
        ([("03-10 00:00", "03-14 20:00")], [7]),  # 24 hours before and 28 after: the longest counts
        ([(f"03-{day:02} 08:00", f"03-{day:02} 20:00") for day in range(9, 16)], [23]),
        ([("03-23 08:00", "03-28 14:00")], [2]),  # the week that ends when the clocks go forward
        ([("10-19 08:00", "10-24 14:00")], []),  # and back: 34 hours by the clock are 35
    ],
)
def test_the_rest_of_each_week(spans, missing):
    assert broken(Article.WEEKLY, *spans) == missing


def test_a_rest_over_the_border_of_two_weeks_counts_in_each_for_its_own_part():
    spans = [("03-09 00:00", "03-15 04:00"), ("03-16 20:00", "03-23 00:00")]
    found = [v for v in violations(duties(*spans), WARSAW) if v.article is Article.WEEKLY]
    assert [(v.longest.starts_at, v.longest.ends_at) for v in found] == [
        (at("03-15 04:00"), at("03-16 00:00")),
        (at("03-16 00:00"), at("03-16 20:00")),
    ]


def test_a_violation_names_the_longest_rest_and_what_is_missing():
    (found,) = violations(duties(("03-11 08:00", "03-11 22:00")), WARSAW)
    assert found.within == Span(at("03-11 08:00"), at("03-12 08:00"))
    assert found.longest == Span(at("03-11 22:00"), at("03-12 08:00"))
    assert found.missing == HOUR


def test_without_duty_there_is_nothing_to_say():
    assert violations([], WARSAW) == []


FIRST = datetime(2026, 3, 22, 5, 0, tzinfo=UTC)  # a week before the clocks go forward
plans = st.lists(st.tuples(st.integers(0, 1800), st.integers(1, 1800)), max_size=12)


def laid_out(gaps_and_lengths):
    found, now = [], FIRST
    for gap, length in gaps_and_lengths:
        start = now + gap * MINUTE
        now = start + length * MINUTE
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], now)
        else:
            found.append((start, now))
    return found


def counted(spans, within):
    """The longest rest of the span, counted minute by minute."""
    minutes = bytearray((within.ends_at - within.starts_at) // MINUTE)
    for start, end in spans:
        for n in range((start - within.starts_at) // MINUTE, (end - within.starts_at) // MINUTE):
            if 0 <= n < len(minutes):
                minutes[n] = 1
    return max(map(len, bytes(minutes).split(b"\1"))) * MINUTE


@given(plan=plans)
def test_the_longest_rest_is_what_counting_finds(plan):
    spans = laid_out(plan)
    for within in (*days_of(spans), *weeks_of(spans, WARSAW)):
        rest = longest_rest(spans, within)
        assert (rest.ends_at - rest.starts_at if rest else timedelta()) == counted(spans, within)


@given(plan=plans)
def test_every_hour_of_duty_lies_in_exactly_one_day_and_one_week(plan):
    spans = laid_out(plan)
    for windows in (list(days_of(spans)), list(weeks_of(spans, WARSAW))):
        assert all(a.ends_at <= b.starts_at for a, b in pairwise(windows))
        for start, end in spans:
            inside = sum(
                (max(timedelta(), min(end, w.ends_at) - max(start, w.starts_at)) for w in windows), timedelta()
            )
            assert inside == end - start
