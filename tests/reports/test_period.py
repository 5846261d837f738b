"""A period is a span of local days; the reports compare it with the one before."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from helpdesk.reports.period import Period, PeriodKind, read_period

WARSAW = ZoneInfo("Europe/Warsaw")
# A Wednesday, just after midnight in Warsaw, still Tuesday in UTC.
NOW = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)


def _read(**args):
    return read_period(args, now=NOW, zone=WARSAW)


@pytest.mark.parametrize(
    ("args", "first", "last"),
    [
        ({"period": "today"}, date(2026, 3, 11), date(2026, 3, 11)),
        ({"period": "7"}, date(2026, 3, 5), date(2026, 3, 11)),
        ({"period": "90"}, date(2025, 12, 12), date(2026, 3, 11)),
        ({"period": "month"}, date(2026, 3, 1), date(2026, 3, 11)),
        ({"period": "month", "month": "2026-02"}, date(2026, 2, 1), date(2026, 2, 28)),
        ({"period": "year"}, date(2026, 1, 1), date(2026, 3, 11)),
        ({"period": "custom", "since": "2026-01-05", "until": "2026-01-09"}, date(2026, 1, 5), date(2026, 1, 9)),
        ({"period": "custom", "since": "2026-01-09", "until": "2026-01-05"}, date(2026, 1, 5), date(2026, 1, 9)),
        ({"period": "custom", "since": "2026-03-01", "until": "2030-01-01"}, date(2026, 3, 1), date(2026, 3, 11)),
    ],
)
def test_a_period_is_read_in_local_days(args, first, last):
    period = _read(**args)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"period": "nonsense"},
        {"period": "month", "month": "2026-13"},
        {"period": "month", "month": "2027-01"},
        {"period": "custom", "since": "x"},
        {"period": "custom"},
    ],
)
def test_what_cannot_be_read_gives_the_last_thirty_days(args):
    period = _read(**args)
    assert (period.kind, period.days, period.last) == (PeriodKind.DAYS_30, 30, date(2026, 3, 11))


def test_days_begin_and_end_at_local_midnight():
    period = Period(date(2026, 3, 28), date(2026, 3, 29), WARSAW)  # clocks go forward on the 29th
    assert period.since == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert period.until == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_the_period_before_is_as_long_and_touches():
    before = _read(period="7").before()
    assert (before.first, before.last) == (date(2026, 2, 26), date(2026, 3, 4))


def test_a_month_that_is_not_over_is_compared_with_the_same_days():
    before = _read(period="month").before()
    assert (before.first, before.last) == (date(2026, 2, 1), date(2026, 2, 11))


@pytest.mark.parametrize(
    ("last", "last_before"),
    [(date(2026, 3, 11), date(2025, 3, 11)), (date(2028, 2, 29), date(2027, 2, 28))],
)
def test_a_year_is_compared_with_the_same_days_of_the_year_before(last, last_before):
    before = Period(date(last.year, 1, 1), last, WARSAW, PeriodKind.YEAR).before()
    assert (before.first, before.last) == (date(last.year - 1, 1, 1), last_before)


def test_a_whole_month_is_compared_with_the_whole_month_before():
    before = _read(period="month", month="2026-02").before()
    assert (before.first, before.last) == (date(2026, 1, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("first", "count"), [(date(2026, 2, 10), 30), (date(2025, 12, 12), 14), (date(2025, 3, 1), 13)]
)
def test_parts_are_days_then_weeks_then_months(first, count):
    period = Period(first, date(2026, 3, 11), WARSAW)
    assert len(period.parts()) == count


def test_parts_cover_the_period_without_gap_or_overlap():
    period = _read(period="90")
    parts = period.parts()
    assert (parts[0].since, parts[-1].until) == (period.since, period.until)
    assert all(left.until == right.since for left, right in pairwise(parts))
