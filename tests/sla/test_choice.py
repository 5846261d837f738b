"""The old promise or the new one. Hours of a day stand for due times."""

from datetime import UTC, datetime

import pytest

from helpdesk.sla.choice import Change, Choice, Dues, choose

RAISED, LOWERED, TARGET, HOURS, BACK = Change.RAISED, Change.LOWERED, Change.TARGET, Change.HOURS, Change.BACK
KEPT, FROM_START, FROM_NOW = Choice.KEPT, Choice.FROM_START, Choice.FROM_NOW


def at(hour):
    return datetime(2026, 3, 11, hour, tzinfo=UTC)


# What happened at 12, due by the old promise, by the new one from the start and from now.
CASES = [
    pytest.param(RAISED, 18, 10, 14, FROM_NOW, id="urgent counts from the click"),
    pytest.param(RAISED, 13, 10, 14, KEPT, id="urgent is never later than before"),
    pytest.param(RAISED, 14, 10, 14, KEPT, id="nothing is gained"),
    pytest.param(RAISED, 11, 10, 14, KEPT, id="late stays late"),
    pytest.param(LOWERED, 13, 18, 20, FROM_START, id="normal counts from the filing"),
    pytest.param(LOWERED, 13, 11, 14, KEPT, id="normal is never earlier than before"),
    pytest.param(LOWERED, 13, 13, 20, KEPT, id="the same promise"),
    pytest.param(TARGET, 13, 18, 20, FROM_START, id="a looser target counts from the start"),
    pytest.param(TARGET, 18, 11, 14, FROM_NOW, id="a stricter target counts from now"),
    pytest.param(TARGET, 18, 13, 15, FROM_NOW, id="also where it would not be late from the start"),
    pytest.param(TARGET, 13, 11, 14, KEPT, id="a stricter target is never later than before"),
    pytest.param(TARGET, 11, 10, 14, KEPT, id="a stricter target does not help who is late"),
    pytest.param(TARGET, 11, 13, 15, FROM_START, id="a looser target runs on for who is late"),
    pytest.param(HOURS, 18, 15, 20, FROM_START, id="more open hours"),
    pytest.param(HOURS, 13, 18, 20, FROM_START, id="fewer open hours"),
    pytest.param(HOURS, 13, 11, 14, KEPT, id="more open hours never make it late"),
    pytest.param(HOURS, 12, 11, 14, KEPT, id="nor what is due this very moment"),
    pytest.param(HOURS, 13, 12, 14, FROM_START, id="due this very moment is not late"),
    pytest.param(HOURS, 11, 10, 14, FROM_START, id="late on either hours"),
    pytest.param(BACK, 9, 18, 20, FROM_START, id="a target that came back"),
    pytest.param(BACK, 9, 11, 14, FROM_NOW, id="a target that came back is not late at once"),
]


@pytest.mark.parametrize(("change", "old", "from_start", "from_now", "choice"), CASES)
def test_the_promise_that_holds(change, old, from_start, from_now, choice):
    dues = Dues(old=at(old), from_start=at(from_start), from_now=at(from_now), now=at(12))
    assert choose(change, dues) is choice


def test_every_change_has_its_cases():
    assert {case.values[0] for case in CASES} == set(Change)
