"""The arithmetic of spans."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk.oncall.roster import Span
from helpdesk.oncall.spans import cut, is_between, local_day, meeting, uncovered, written

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def span(begins: int, ends: int) -> Span:
    """In hours of one day."""
    return Span(MIDNIGHT + timedelta(hours=begins), MIDNIGHT + timedelta(hours=ends))


def test_spans_that_only_touch_do_not_meet():
    assert meeting([span(0, 8), span(7, 9), span(10, 12)], span(8, 10)) == [span(7, 9)]


def test_what_two_spans_have_in_common():
    assert cut(span(7, 9), span(8, 20)) == span(8, 9)


def test_covers_that_overlap_or_reach_beyond_the_span_leave_the_rest():
    assert uncovered(span(8, 20), [span(6, 9), span(10, 14), span(11, 12), span(18, 22)]) == [
        span(9, 10),
        span(14, 18),
    ]
    assert uncovered(span(8, 20), []) == [span(8, 20)]
    assert uncovered(span(8, 20), [span(8, 20)]) == []


def test_a_local_day_has_25_hours_when_the_clocks_go_back():
    day = local_day(date(2026, 10, 25), ZoneInfo("Europe/Warsaw"))
    assert day.ends_at - day.starts_at == timedelta(hours=25)


def test_a_span_is_written_with_its_offset():
    assert written(span(1, 2)) == {"starts_at": "2026-03-02T01:00:00+00:00", "ends_at": "2026-03-02T02:00:00+00:00"}


@pytest.mark.parametrize(("start", "end", "holds"), [(2, 3, ()), (3, 4, (3,)), (22, 7, (3, 22)), (3, 3, ())])
def test_hours_may_span_midnight_and_equal_ones_are_none(start, end, holds):
    assert tuple(hour for hour in (3, 7, 22) if is_between(time(hour), time(start), time(end))) == holds
