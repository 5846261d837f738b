from datetime import UTC, datetime, timedelta

from helpdesk.oncall.comparison import compared
from helpdesk.oncall.roster import Stint

BEGIN = datetime(2026, 3, 9, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stints(*rows):
    return [Stint(BEGIN + since * HOUR, BEGIN + until * HOUR, person) for person, since, until in rows]


def lines(before, after, hours=4):
    found = compared(stints(*before), stints(*after), BEGIN, BEGIN + hours * HOUR)
    return [("".join(line.before), "".join(line.after), (line.ends_at - BEGIN) // HOUR) for line in found]


def test_a_line_begins_wherever_one_of_the_plans_changes():
    found = lines([("a", 0, 2), ("b", 2, 4)], [("a", 0, 3), ("c", 3, 4)])
    assert found == [("a", "a", 2), ("b", "a", 3), ("b", "c", 4)]


def test_nobody_and_several_at_once_are_told_apart():
    assert lines([("a", 0, 4)], [("a", 0, 2), ("b", 1, 2)]) == [("a", "a", 1), ("a", "ab", 2), ("a", "", 4)]


def test_what_lies_outside_the_span_begins_no_line():
    assert lines([("a", -5, 9)], [("a", -5, 9)]) == [("a", "a", 4)]
