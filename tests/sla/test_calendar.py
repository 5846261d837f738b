from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.errors import NeverDue
from helpdesk.sla.calendar import BusinessCalendar, first_instant, last_instant

WARSAW = ZoneInfo("Europe/Warsaw")
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
OFFICE_HOURS = {weekday: [("08:00", "16:00")] for weekday in range(5)}
EVERY_DAY = {weekday: [("00:00", "24:00")] for weekday in range(7)}


def at(local: str, fold: int = 0) -> datetime:
    """ "03-12 10:00" in Warsaw, 2025."""
    return datetime.fromisoformat(f"2025-{local}").replace(tzinfo=WARSAW, fold=fold)


def calendar(hours=OFFICE_HOURS, holidays=(), exceptions=None) -> BusinessCalendar:
    return BusinessCalendar("Europe/Warsaw", hours, holidays, exceptions or {})


OFFICE = calendar()
MAY_DAY = calendar(holidays={date(2025, 5, 1)})
CHRISTMAS = calendar(holidays={date(2025, 12, day) for day in (24, 25, 26)})
MONDAYS = calendar({0: [("08:00", "16:00")]})
LUNCH = calendar({weekday: [("08:00", "12:00"), ("13:00", "16:00")] for weekday in range(5)})
ALWAYS = BusinessCalendar.always("Europe/Warsaw")
NIGHTS = calendar({weekday: [("22:00", "06:00")] for weekday in range(5)})
SATURDAY_TOO = calendar(exceptions={date(2025, 3, 15): [("10:00", "14:00")]})
CLOSED_10_TO_12 = calendar(exceptions={date(2025, 3, 12): [("08:00", "10:00"), ("12:00", "16:00")]})
SHORT_DAY = calendar(EVERY_DAY, exceptions={date(2025, 3, 12): [("09:00", "12:00")]})


@pytest.mark.parametrize(
    ("business", "start", "hours", "due"),
    [
        pytest.param(OFFICE, "03-12 10:00", 4, "03-12 14:00", id="1 within the day"),
        pytest.param(OFFICE, "03-12 06:30", 4, "03-12 12:00", id="2 before opening"),
        pytest.param(OFFICE, "03-12 18:30", 4, "03-13 12:00", id="3 after closing"),
        pytest.param(OFFICE, "03-12 16:00", 4, "03-13 12:00", id="4 exactly at closing"),
        pytest.param(OFFICE, "03-12 10:00", 6, "03-12 16:00", id="5 exact fit"),
        pytest.param(OFFICE, "03-12 08:00", 24, "03-14 16:00", id="6 exact fit over days"),
        pytest.param(OFFICE, "03-14 15:00", 4, "03-17 11:00", id="7 over the weekend"),
        pytest.param(OFFICE, "03-15 12:00", 4, "03-17 12:00", id="8 on a Saturday"),
        pytest.param(MAY_DAY, "04-30 15:00", 4, "05-02 11:00", id="9 eve of a holiday"),
        pytest.param(CHRISTMAS, "12-23 15:00", 4, "12-29 11:00", id="10 Christmas"),
        pytest.param(CLOSED_10_TO_12, "03-12 09:00", 4, "03-12 15:00", id="11 closure"),
        pytest.param(MONDAYS, "03-11 10:00", 4, "03-17 12:00", id="12 Mondays only"),
        pytest.param(LUNCH, "03-12 14:00", 1, "03-12 15:00", id="13 two intervals a day"),
        pytest.param(LUNCH, "03-12 11:00", 2, "03-12 14:00", id="13 over lunch"),
        pytest.param(ALWAYS, "03-29 20:00", 8, "03-30 05:00", id="14 clocks forward"),
        pytest.param(ALWAYS, "10-25 20:00", 8, "10-26 03:00", id="15 clocks back"),
        pytest.param(NIGHTS, "03-14 23:00", 4, "03-15 03:00", id="17 overnight"),
        pytest.param(NIGHTS, "03-15 03:00", 2, "03-15 05:00", id="17 in the night after"),
        pytest.param(SATURDAY_TOO, "03-14 15:00", 4, "03-15 13:00", id="18 extra opening"),
        pytest.param(SHORT_DAY, "03-11 23:00", 4, "03-12 12:00", id="19 short day"),
        pytest.param(ALWAYS, "03-12 10:00", 0.25, "03-12 10:15", id="25 fifteen minutes"),
    ],
)
def test_due_time_of_a_target(business: BusinessCalendar, start: str, hours: float, due: str) -> None:
    assert business.due(at(start), hours * 60) == at(due)


@pytest.mark.parametrize(
    ("pause", "start", "due"),
    [
        pytest.param(("03-12 11:00", "03-12 12:00"), "03-12 10:00", "03-12 15:00", id="20 inside the day"),
        pytest.param(("03-12 15:00", "03-13 10:00"), "03-12 14:00", "03-13 13:00", id="21 over night"),
        pytest.param(("03-12 17:00", "03-13 07:00"), "03-12 14:00", "03-13 10:00", id="22 outside hours"),
    ],
)
def test_due_time_with_a_pause(pause: tuple[str, str], start: str, due: str) -> None:
    assert OFFICE.due(at(start), 240, [(at(pause[0]), at(pause[1]))]) == at(due)


@pytest.mark.parametrize(("day", "minutes"), [("03-30", 0), ("10-26", 120)], ids=["16 forward", "16 back"])
def test_the_hour_of_a_clock_change_counts_real_minutes(day: str, minutes: int) -> None:
    two_to_three = calendar({6: [("02:00", "03:00")]})
    assert two_to_three.elapsed(at(f"{day} 00:00"), at(f"{day} 12:00")) == minutes * MINUTE


def test_a_short_day_is_cut_at_local_midnight() -> None:
    assert SHORT_DAY.intervals(at("03-11 12:00"), at("03-13 12:00")) == [
        (at("03-11 12:00"), at("03-12 00:00")),
        (at("03-12 09:00"), at("03-12 12:00")),
        (at("03-13 00:00"), at("03-13 12:00")),
    ]


def test_no_due_time_while_paused_without_an_end() -> None:
    with pytest.raises(NeverDue):
        OFFICE.due(at("03-12 10:00"), 240, [(at("03-12 11:50"), None)])


def test_what_is_left_while_paused_is_known() -> None:
    paused = [(at("03-12 11:50"), None)]
    left = 240 * MINUTE - OFFICE.elapsed(at("03-12 10:00"), at("03-20 10:00"), paused)
    assert left == timedelta(hours=2, minutes=10)


def test_a_target_reached_before_the_open_ended_pause_is_due() -> None:
    assert OFFICE.due(at("03-12 10:00"), 60, [(at("03-12 11:00"), None)]) == at("03-12 11:00")


def test_a_pause_of_many_years_only_postpones() -> None:
    pause = (at("03-12 11:00"), at("03-12 11:00") + timedelta(days=3650))
    assert ALWAYS.due(at("03-12 10:00"), 120, [pause]) == pause[1] + 60 * MINUTE


@pytest.mark.parametrize("hours", [{}, {6: [("02:00", "02:30")]}])
def test_a_calendar_that_never_opens_long_enough_has_no_due_time(hours: dict) -> None:
    with pytest.raises(NeverDue):
        calendar(hours).due(at("03-12 10:00"), 10_000)


def test_nothing_to_wait_for_is_due_at_the_start_even_outside_hours() -> None:
    assert OFFICE.due(at("03-15 12:00"), 0, [(at("03-15 11:00"), None)]) == at("03-15 12:00")


def test_overlapping_hours_count_once() -> None:
    overlapping = calendar({0: [("22:00", "06:00")], 1: [("05:00", "09:00"), ("08:00", "10:00")]})
    assert overlapping.intervals(at("03-10 12:00"), at("03-12 00:00")) == [
        (at("03-10 22:00"), at("03-11 10:00")),
    ]


def test_hours_that_touch_are_one_interval_in_whatever_order_they_are_given() -> None:
    touching = calendar({2: [("12:00", "16:00"), ("08:00", "12:00")]})
    assert touching.intervals(at("03-12 00:00"), at("03-13 00:00")) == [(at("03-12 08:00"), at("03-12 16:00"))]


def test_a_pause_of_no_length_changes_nothing() -> None:
    noon = at("03-12 12:00")
    assert len(OFFICE.intervals(at("03-12 10:00"), at("03-12 14:00"), [(noon, noon)])) == 1


def test_overlapping_pauses_stop_the_clock_once() -> None:
    pauses = [(at("03-12 12:00"), at("03-12 14:00")), (at("03-12 11:00"), at("03-12 13:00"))]
    assert OFFICE.elapsed(at("03-12 10:00"), at("03-12 16:00"), pauses) == timedelta(hours=3)


def test_a_night_shift_runs_into_a_holiday_and_does_not_begin_on_one() -> None:
    nights = calendar({weekday: [("22:00", "06:00")] for weekday in range(7)}, holidays={date(2025, 5, 1)})
    assert nights.intervals(at("04-30 12:00"), at("05-02 12:00")) == [(at("04-30 22:00"), at("05-01 06:00"))]


def test_an_exception_opens_on_a_holiday() -> None:
    open_anyway = calendar(holidays={date(2025, 5, 1)}, exceptions={date(2025, 5, 1): [("09:00", "10:00")]})
    assert open_anyway.elapsed(at("05-01 00:00"), at("05-02 00:00")) == 60 * MINUTE


def test_an_empty_exception_closes_a_day() -> None:
    closed = calendar(exceptions={date(2025, 3, 12): []})
    assert closed.due(at("03-12 10:00"), 60) == at("03-13 09:00")


def test_hours_that_end_at_midnight_may_be_written_both_ways() -> None:
    one, other = calendar({2: [("20:00", "24:00")]}), calendar({2: [("20:00", "00:00")]})
    week = at("03-10 00:00"), at("03-17 00:00")
    assert one.intervals(*week) == other.intervals(*week) == [(at("03-12 20:00"), at("03-13 00:00"))]


def test_intervals_leave_out_pauses_and_are_cut_at_both_ends() -> None:
    pause = (at("03-12 12:00"), at("03-12 13:00"))
    assert OFFICE.intervals(at("03-12 10:00"), at("03-13 09:00"), [pause]) == [
        (at("03-12 10:00"), at("03-12 12:00")),
        (at("03-12 13:00"), at("03-12 16:00")),
        (at("03-13 08:00"), at("03-13 09:00")),
    ]


def test_nothing_is_counted_backwards() -> None:
    assert OFFICE.elapsed(at("03-13 10:00"), at("03-12 10:00")) == timedelta()
    assert ALWAYS.intervals(at("03-13 10:00"), at("03-12 10:00")) == []


def test_results_are_in_utc() -> None:
    [(since, to)] = ALWAYS.intervals(at("03-12 10:00"), at("03-12 11:00"))
    assert {since.tzinfo, to.tzinfo, OFFICE.due(at("03-12 10:00"), 0).tzinfo} == {UTC}


def test_naive_instants_are_refused() -> None:
    naive, aware = datetime.fromisoformat("2025-03-12 10:00"), at("03-12 10:00")
    for call in (
        lambda: OFFICE.due(naive, 60),
        lambda: OFFICE.elapsed(naive, aware),
        lambda: OFFICE.elapsed(aware, naive),
        lambda: OFFICE.due(aware, 60, [(naive, None)]),
        lambda: OFFICE.due(aware, 60, [(aware, naive)]),
    ):
        with pytest.raises(ValueError, match="naive"):
            call()


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="pause"):
        OFFICE.due(at("03-12 10:00"), 60, [(at("03-12 12:00"), at("03-12 11:00"))])


def test_a_negative_target_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        OFFICE.due(at("03-12 10:00"), -1)


@pytest.mark.parametrize(
    "hours",
    [
        {7: [("08:00", "16:00")]},
        {0: [("8:00", "16:00")]},
        {0: [("08:00", "24:01")]},
        {0: [("08:00", "25:00")]},
        {0: [("08:00", "08:00")]},
        {0: [("24:00", "08:00")]},
        {0: [("08:60", "16:00")]},
    ],
)
def test_hours_without_sense_are_refused(hours: dict) -> None:
    with pytest.raises(ValueError):
        calendar(hours)


@pytest.mark.parametrize(
    ("wall", "first", "last"),
    [
        ("03-30 01:59", "2025-03-30T00:59Z", "2025-03-30T00:59Z"),
        ("03-30 02:00", "2025-03-30T01:00Z", "2025-03-30T01:00Z"),
        ("03-30 02:30", "2025-03-30T01:00Z", "2025-03-30T01:00Z"),
        ("03-30 03:00", "2025-03-30T01:00Z", "2025-03-30T01:00Z"),
        ("10-26 01:59", "2025-10-25T23:59Z", "2025-10-25T23:59Z"),
        ("10-26 02:00", "2025-10-26T00:00Z", "2025-10-26T01:00Z"),
        ("10-26 02:30", "2025-10-26T00:30Z", "2025-10-26T01:30Z"),
        ("10-26 03:00", "2025-10-26T02:00Z", "2025-10-26T02:00Z"),
    ],
)
def test_skipped_and_repeated_local_times(wall: str, first: str, last: str) -> None:
    local = datetime.fromisoformat(f"2025-{wall}")
    assert first_instant(local, WARSAW) == datetime.fromisoformat(first)
    assert last_instant(local, WARSAW) == datetime.fromisoformat(last)


def test_a_day_that_never_was_has_no_time() -> None:
    samoa = BusinessCalendar("Pacific/Apia", EVERY_DAY)  # went from 29 to 31 December 2011
    week = datetime(2011, 12, 26, tzinfo=UTC), datetime(2012, 1, 2, tzinfo=UTC)
    assert samoa.elapsed(*week) == timedelta(days=7)
    noon = datetime.fromisoformat("2011-12-30 12:00")
    assert first_instant(noon, ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_hours_that_close_at_a_repeated_time_close_the_second_time() -> None:
    saturday_night = calendar({5: [("22:00", "02:30")]})
    assert saturday_night.elapsed(at("10-25 12:00"), at("10-26 12:00")) == timedelta(hours=5, minutes=30)


# Properties, against a count of every second; which minutes are open is read off the clock, one by one.

minutes_of_day = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
hours = st.tuples(minutes_of_day, minutes_of_day | st.just("24:00")).filter(lambda pair: pair[0] != pair[1])
days_hours = st.lists(hours, max_size=2)
weeks = st.dictionaries(st.integers(0, 6), days_hours, min_size=3, max_size=7)
around_changes = st.sampled_from([date(2025, 3, 27), date(2025, 10, 23), date(2025, 6, 17)])
zones = st.sampled_from(["Europe/Warsaw", "America/Chicago", "Australia/Lord_Howe"])
SPAN = 6 * 24 * 60 * 60
seconds = st.integers(0, SPAN)
offsets = seconds.map(lambda count: count * SECOND)


@st.composite
def calendars(draw):
    day = draw(around_changes)
    dates = st.integers(0, 6).map(lambda days: day + timedelta(days=days))
    parts = (
        draw(weeks),
        draw(st.frozensets(dates, max_size=2)),
        draw(st.dictionaries(dates, days_hours, max_size=2)),
    )
    return day, draw(zones), *parts


@st.composite
def pause_lists(draw, day: date):
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    pairs = draw(st.lists(st.tuples(offsets, offsets).map(sorted), max_size=2))
    return [(start + begin, start + end) for begin, end in pairs]


@lru_cache
def clock_minutes(zone: ZoneInfo, day: date) -> list[tuple[datetime, datetime]]:
    """Twelve days of minutes from two days before `day`: (instant, what the clock on the wall shows)."""
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=2)
    instants = (first + minute * MINUTE for minute in range(12 * 24 * 60))
    return [(instant, instant.astimezone(zone).replace(tzinfo=None)) for instant in instants]


def shown(minutes, wall: datetime) -> list[datetime]:
    """The instants at which the clock shows `wall`, or the first one beyond a gap."""
    return [instant for instant, local in minutes if local == wall] or [
        next(instant for instant, local in minutes if local > wall)
    ]


def brute_force_open(case) -> set[datetime]:
    day, zone, weekly, holidays, exceptions = case
    minutes = clock_minutes(ZoneInfo(zone), day)
    result: set[datetime] = set()
    for offset in range(-1, 8):
        date_ = day + timedelta(days=offset)
        todays = exceptions.get(date_, [] if date_ in holidays else weekly.get(date_.weekday(), []))
        for opening, closing in todays:
            midnight = datetime.combine(date_, datetime.min.time())
            ends_later = closing <= opening
            opens = midnight + wall_clock(opening)
            closes = midnight + wall_clock(closing) + timedelta(days=ends_later)
            since, to = shown(minutes, opens)[0], shown(minutes, closes)[-1]
            result |= {instant for instant, _ in minutes if since <= instant < to}
    return result


def wall_clock(text: str) -> timedelta:
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def counted_seconds(case, pauses) -> bytearray:
    """A flag for every second of six days from `day`: 1 where the calendar is open and nothing is paused."""
    midnight = datetime.combine(case[0], datetime.min.time(), UTC)
    flags = bytearray(SPAN)
    for minute in brute_force_open(case):
        since = (minute - midnight) // SECOND
        if 0 <= since < SPAN:
            flags[since : since + 60] = b"\1" * 60
    for stop, go in pauses:
        for second in range((stop - midnight) // SECOND, min((go - midnight) // SECOND, SPAN)):
            flags[second] = 0
    return flags


@settings(max_examples=100, deadline=None)
@given(calendars(), st.data())
def test_elapsed_is_the_number_of_open_seconds(case, data) -> None:
    pauses = data.draw(pause_lists(case[0]))
    since, to = sorted([data.draw(seconds), data.draw(seconds)])
    midnight = datetime.combine(case[0], datetime.min.time(), UTC)
    counted = counted_seconds(case, pauses)[since:to].count(1)
    assert BusinessCalendar(*case[1:]).elapsed(midnight + since * SECOND, midnight + to * SECOND, pauses) == (
        counted * SECOND
    )


@settings(max_examples=100, deadline=None)
@given(calendars(), st.data(), seconds, st.integers(1, 3000))
def test_due_comes_right_after_the_last_second_of_the_target(case, data, since: int, minutes: int) -> None:
    pauses = data.draw(pause_lists(case[0]))
    midnight = datetime.combine(case[0], datetime.min.time(), UTC)
    flags = counted_seconds(case, pauses)
    open_seconds = (second for second in range(since, SPAN) if flags[second])
    last = next(islice(open_seconds, minutes * 60 - 1, None), None)
    try:
        due = BusinessCalendar(*case[1:]).due(midnight + since * SECOND, minutes, pauses)
    except NeverDue:
        assert last is None
        return
    assert due == midnight + (last + 1) * SECOND if last is not None else due > midnight + SPAN * SECOND


@settings(deadline=None)
@given(calendars(), st.data(), st.integers(0, 3000))
def test_due_is_the_earliest_instant_with_the_target_elapsed(case, data, minutes: int) -> None:
    day, zone, weekly, holidays, exceptions = case
    business = BusinessCalendar(zone, weekly, holidays, exceptions)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + data.draw(offsets)
    pauses = data.draw(pause_lists(day))
    try:
        due = business.due(start, minutes, pauses)
    except NeverDue:
        assert business.elapsed(start, start + timedelta(days=366), pauses) < minutes * MINUTE
        return
    assert due >= start
    assert business.elapsed(start, due, pauses) == minutes * MINUTE
    assert due == start or business.elapsed(start, due - timedelta(seconds=1), pauses) < minutes * MINUTE


@settings(deadline=None)
@given(around_changes, offsets, st.integers(0, 3000), st.integers(0, 3000), st.data())
def test_splitting_the_target_gives_the_same_due(day, offset, first, second, data) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + offset
    pauses = data.draw(pause_lists(day))
    halfway = OFFICE.due(start, first, pauses)
    assert OFFICE.due(halfway, second, pauses) == OFFICE.due(start, first + second, pauses)


@settings(deadline=None)
@given(around_changes, offsets, st.integers(0, 3000), st.data(), offsets)
def test_a_longer_pause_never_makes_due_earlier(day, offset, minutes, data, longer) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + offset
    pauses = data.draw(pause_lists(day))
    stretched = [(begin, end + longer) for begin, end in pauses]
    assert OFFICE.due(start, minutes, stretched) >= OFFICE.due(start, minutes, pauses)


@settings(deadline=None)
@given(around_changes, offsets, st.integers(0, 3000), st.integers(0, 6))
def test_one_more_holiday_never_makes_due_earlier(day, offset, minutes, later) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + offset
    fewer_days = calendar(holidays={day + timedelta(days=later)})
    assert fewer_days.due(start, minutes) >= OFFICE.due(start, minutes)


@settings(deadline=None)
@given(around_changes, offsets, st.integers(0, 20_000))
def test_round_the_clock_counts_real_time_only(day, offset, minutes) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + offset
    assert ALWAYS.due(start, minutes) == calendar(EVERY_DAY).due(start, minutes) == start + minutes * MINUTE


@settings(deadline=None)
@given(calendars(), st.data())
def test_intervals_are_apart_and_in_order(case, data) -> None:
    day, zone, weekly, holidays, exceptions = case
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    pauses = data.draw(pause_lists(day))
    found = BusinessCalendar(zone, weekly, holidays, exceptions).intervals(start, start + timedelta(days=7), pauses)
    assert all(since < to for since, to in found)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(found))
