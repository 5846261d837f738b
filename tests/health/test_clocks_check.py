"""Do this machine's clock and the database's agree?"""

from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.health import clocks
from helpdesk.health.check import Verdict

SECOND = timedelta(seconds=1)
asked = clocks.database_time  # the tests' clock stands still, and the database's with it


@pytest.fixture
def apart(monkeypatch):
    def apart(by):
        monkeypatch.setattr(clocks, "database_time", lambda: clock.now() + by)
        return clocks.agree()

    return apart


@pytest.mark.parametrize("by", [-5 * SECOND, timedelta(), 5 * SECOND])
def test_some_seconds_between_two_clocks_are_nothing(app, apart, by):
    assert apart(by).ok


@pytest.mark.parametrize("by", [-90 * SECOND, 90 * SECOND])
def test_clocks_that_are_further_apart_are_named_whichever_is_ahead(app, apart, by):
    check = apart(by)
    assert check.verdict is Verdict.BROKEN
    assert check.says.startswith("This machine's clock and the database's are 90 s apart: alerts come late.")


def test_the_database_is_asked_for_its_time(app, monkeypatch):
    monkeypatch.setattr(clocks, "database_time", asked)
    clock.reset()
    assert clocks.agree().ok
