"""A temporary plan: its shifts are the plan of its span; once it has begun only what comes can be changed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Absence, AuditEntry, TemporarySchedule
from helpdesk.oncall import temporary
from helpdesk.oncall.overrides import Trouble
from helpdesk.oncall.roster import Stint
from helpdesk.oncall.schedule import planned_shifts
from helpdesk.oncall.temporary import Draft
from helpdesk.transaction import transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now(cast):
    return clock.now()


def draft(begin, *stints, hours=12):
    rows = [Stint(begin + since * HOUR, begin + until * HOUR, user) for user, since, until in stints]
    return Draft("Święta", begin, begin + hours * HOUR, rows)


def add(cast, *args, **more):
    with transaction():
        return temporary.add_temporary(cast.schedule, draft(*args, **more), cast.marek)


def plan(cast, since):
    found = planned_shifts(cast.schedule, since, since + 12 * HOUR)
    return [(s.user.name[0], s.starts_at - since, s.ends_at - since) for s in found]


def test_its_shifts_are_the_plan_and_its_gaps_are_gaps(cast, now):
    add(cast, now, (cast.dorota, 0, 4), (cast.celina, 6, 12))
    assert plan(cast, now) == [("D", 0 * HOUR, 4 * HOUR), ("C", 6 * HOUR, 12 * HOUR)]


def test_it_is_proposed_what_the_plan_says(cast, now):
    found = temporary.proposal(cast.schedule, now, now + DAY)
    assert [(s.person.name[0], s.ends_at - now) for s in found] == [("A", 22 * HOUR), ("B", DAY)]


def test_a_span_that_has_begun_counts_from_now_on(cast, now):
    row = add(cast, now - 2 * HOUR, (cast.dorota, 0, 12))
    assert (row.starts_at, row.shifts[0].starts_at) == (now, now)


def test_before_it_begins_everything_changes(cast, now):
    row = add(cast, now + 2 * HOUR, (cast.dorota, 0, 12))
    with transaction():
        temporary.change_temporary(row, draft(now + HOUR, (cast.celina, 0, 3), hours=3), cast.marek)
    assert plan(cast, now) == [
        ("A", 0 * HOUR, HOUR),
        ("C", HOUR, 4 * HOUR),
        ("A", 4 * HOUR, 12 * HOUR),
    ]


def test_after_it_began_only_what_comes_changes(cast, now):
    row = add(cast, now, (cast.dorota, 0, 12))
    clock.advance(5 * HOUR)
    with transaction():
        temporary.change_temporary(row, draft(now, (cast.celina, 0, 12)), cast.marek)
    assert plan(cast, now) == [("D", 0 * HOUR, 5 * HOUR), ("C", 5 * HOUR, 12 * HOUR)]


def test_it_ends_now_once_it_has_begun(cast, now):
    row = add(cast, now, (cast.dorota, 0, 12))
    clock.advance(5 * HOUR)
    with transaction():
        temporary.end_temporary(row, cast.marek)
    assert plan(cast, now) == [("D", 0 * HOUR, 5 * HOUR), ("A", 5 * HOUR, 12 * HOUR)]
    with pytest.raises(NotAllowed, match="over"), transaction():
        temporary.end_temporary(row, cast.marek)


def test_it_is_gone_when_it_had_not_begun(cast, now):
    row = add(cast, now + HOUR, (cast.dorota, 0, 12))
    with transaction():
        temporary.end_temporary(row, cast.marek)
    assert db.session.scalars(sa.select(TemporarySchedule)).all() == []


@pytest.mark.parametrize(
    ("code", "since", "stint", "hours"),
    [
        ("over", -13, (0, 12), 12),
        ("span", 0, (0, 0), 12),
        ("span", 0, (0, 1), 0),
        ("outside", 0, (0, 13), 12),
        ("too_long", 0, (0, 12), 63 * 24),
    ],
)
def test_what_makes_no_sense_is_refused(cast, now, code, since, stint, hours):
    with pytest.raises(NotAllowed, match=code):
        add(cast, now + since * HOUR, (cast.dorota, *stint), hours=hours)


def test_only_a_manager_may(cast, now):
    with pytest.raises(NotAllowed, match="not_manager"), transaction():
        temporary.add_temporary(cast.schedule, draft(now, (cast.anna, 0, 12)), cast.anna)


def test_gaps_absent_people_and_another_such_plan_are_said(cast, now):
    row = add(cast, now + 11 * HOUR, (cast.dorota, 0, 12))
    with transaction():
        db.session.add(Absence(user=cast.celina, starts_at=now, ends_at=now + HOUR))
    wanted = draft(now, (cast.celina, 0, 6), (cast.dorota, 7, 12))
    found = temporary.conflicts(cast.schedule, wanted)
    assert [(c.trouble, c.starts_at - now) for c in found] == [
        (Trouble.NOBODY, 6 * HOUR),
        (Trouble.ABSENT, 0 * HOUR),
        (Trouble.ANOTHER_PLAN, 11 * HOUR),
    ]
    assert Trouble.ANOTHER_PLAN not in [c.trouble for c in temporary.conflicts(cast.schedule, wanted, own=row)]


def test_who_made_it_is_kept(cast, now):
    add(cast, now, (cast.dorota, 0, 12))
    [entry] = db.session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.user_id, entry.data["name"]) == ("temporary_added", cast.marek.id, "Święta")
