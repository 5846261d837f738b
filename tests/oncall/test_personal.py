"""Personal rules: which channel after how long, by time of day; and that nobody can configure silence."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.models.codes import Channel, Priority
from helpdesk.oncall import personal
from helpdesk.oncall.personal import LATEST, ON_THE_PHONE

WARSAW = ZoneInfo("Europe/Warsaw")
SMS, VOICE, EMAIL = Channel.SMS, Channel.VOICE, Channel.EMAIL
STEP = [(SMS, timedelta()), (VOICE, timedelta(seconds=30))]
FIVE = timedelta(minutes=5)


@dataclass(frozen=True)
class Rule:
    channel: Channel
    minutes: int = 0
    from_time: time | None = None
    until_time: time | None = None
    priority: Priority = Priority.URGENT


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def at(hour: int, minute: int = 0) -> datetime:
    """Local time on a day in winter."""
    return datetime(2026, 1, 14, hour, minute, tzinfo=WARSAW).astimezone(UTC)


NIGHT = [Rule(VOICE, 0, time(22), time(6)), Rule(SMS, 1, time(22), time(6)), Rule(SMS, 0, time(6), time(22))]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(23), [(VOICE, minutes(0)), (SMS, minutes(1))]),
        (at(5, 59), [(VOICE, minutes(0)), (SMS, minutes(1))]),
        (at(6), [(SMS, minutes(0))]),
        (at(21, 59), [(SMS, minutes(0))]),
        (at(22), [(VOICE, minutes(0)), (SMS, minutes(1))]),
    ],
)
def test_rules_count_by_local_time_of_day_over_midnight_too(moment, expected):
    assert personal.ways(NIGHT, Priority.URGENT, moment, WARSAW) == expected


def test_rules_of_the_other_urgency_do_not_count():
    assert personal.ways(NIGHT, Priority.NORMAL, at(23), WARSAW) == []


def test_a_channel_named_twice_comes_once_at_its_first_time():
    rules = [Rule(SMS, 3), Rule(SMS, 1), Rule(VOICE, 2)]
    assert personal.ways(rules, Priority.URGENT, at(12), WARSAW) == [(SMS, minutes(1)), (VOICE, minutes(2))]


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ([], STEP),
        ([(VOICE, minutes(0))], [(VOICE, minutes(0))]),
        ([(VOICE, minutes(2)), (SMS, minutes(4))], [(VOICE, minutes(2)), (SMS, minutes(4))]),
        ([(VOICE, minutes(3))], STEP),
        ([(EMAIL, minutes(0))], [(EMAIL, minutes(0)), *STEP]),
        ([(EMAIL, minutes(0)), (SMS, minutes(4))], [(EMAIL, minutes(0)), *STEP]),
        ([(VOICE, minutes(5))], STEP),
        ([(VOICE, minutes(1)), (SMS, minutes(6))], [(VOICE, minutes(1))]),
    ],
)
def test_rules_that_are_too_little_are_completed_by_the_step(own, expected):
    assert personal.completed(own, STEP, FIVE) == expected


times = st.none() | st.tuples(st.times(), st.times())
rule_sets = st.lists(
    st.builds(
        lambda channel, wait, span, priority: Rule(channel, wait, *(span or (None, None)), priority),
        st.sampled_from(Channel),
        st.integers(0, 60),
        times,
        st.sampled_from(Priority),
    ),
    max_size=8,
)


@given(
    rules=rule_sets,
    moment=st.integers(0, 365 * 24 * 60).map(lambda count: at(0) + minutes(count)),
    lasts=st.integers(1, 30),
    own=st.sets(st.sampled_from(Channel)),
)
def test_whoever_has_a_phone_is_tried_there_within_two_minutes_whatever_they_configure(rules, moment, lasts, own):
    step = [way for way in STEP if way[0] in own]
    wanted = [way for way in personal.ways(rules, Priority.URGENT, moment, WARSAW) if way[0] in own]
    found = personal.completed(wanted, step, minutes(lasts))
    phones = [after for channel, after in found if channel in ON_THE_PHONE]
    assert not own & set(ON_THE_PHONE) or min(phones) <= LATEST
    assert len({channel for channel, _after in found}) == len(found)
    assert all(channel in own and after < minutes(lasts) for channel, after in found)
