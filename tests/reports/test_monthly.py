"""The monthly report of a municipality: its figures, and who may read it."""

from datetime import date, timedelta

import pytest

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Group, Profile
from helpdesk.models.codes import Category, Priority, ProfileRight, SlaTargetKind
from helpdesk.reports.monthly import Line, later, month_period, monthly_report, readable
from helpdesk.reports.monthly_list import months
from helpdesk.transaction import transaction

RESOLVE = SlaTargetKind.RESOLVE
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def of(cast):
    """of(first): Modrzewie's report of the month."""

    def report(first=MARCH, place=cast.modrzewie):
        period = month_period(first, clock.now(), settings().zone)
        return monthly_report(place, period, clock.now())

    return report


@pytest.fixture
def february():
    """Wednesday, 11 February, 10:00 in Warsaw."""
    return clock.now() - 28 * DAY


def test_it_counts_the_tickets_of_its_municipality_and_month(file, cast, of, february):
    file(february, met_after=10, priority=Priority.URGENT)
    file(february, met_after=10, reopened_count=2)
    file(february, met_after=10, unit=cast.library)
    file(clock.now() - DAY)
    figures = of(FEBRUARY).figures
    assert (figures.filed, figures.urgent, figures.reopened, figures.resolved) == (2, 1, 1, 2)


def test_a_ticket_of_the_last_minute_before_local_midnight_belongs_to_the_month(file, of):
    end = month_period(FEBRUARY, clock.now(), settings().zone).until
    file(end - timedelta(seconds=1), met_after=1)
    file(end, met_after=1)
    assert (of(FEBRUARY).figures.filed, of(MARCH).figures.filed) == (1, 1)


def test_a_promise_is_kept_missed_or_running(file, of):
    file(clock.now() - DAY, met_after=30)
    file(clock.now() - DAY, met_after=90)
    file(clock.now() - 2 * HOUR)
    file(clock.now() - HOUR / 2)
    found = of().figures.targets[RESOLVE]
    assert (found.kept, found.missed, found.running, found.share) == (1, 2, 1, 1 / 3)


def test_median_and_longest_are_business_minutes(file, of, february):
    for minutes in (10, 20, 50, 40):
        file(february, met_after=minutes)
    found = of(FEBRUARY).figures.targets[RESOLVE]
    assert (found.median, found.longest) == (20, 50)


def test_what_the_clock_wrote_down_counts(file, of, february):
    ticket = file(february, met_after=50)
    with transaction():
        ticket.clocks[0].business_minutes = 7
    assert of(FEBRUARY).figures.targets[RESOLVE].longest == 7


def test_a_stopped_clock_counts_for_nothing(file, of, february):
    ticket = file(february)
    with transaction():
        row = ticket.clocks[0]
        row.stopped_at, row.due_at, row.breached_at = february, None, None
    found = of(FEBRUARY).figures.targets[RESOLVE]
    assert (found.kept, found.missed, found.running) == (0, 0, 0)


def test_it_stands_beside_the_month_before(file, of, february):
    file(february, met_after=90)
    file(february, met_after=10)
    file(clock.now() - DAY, met_after=10)
    report = of()
    assert (report.figures.filed, report.before.filed) == (1, 2)
    assert report.before.targets[RESOLVE].share == 0.5


def test_units_categories_and_groups_come_with_the_largest_first(file, cast, of, february):
    group = cast.modrzewie.groups[0]
    file(february, met_after=1, unit=cast.school, group_id=group.id, category=Category.HATE)
    file(february, met_after=1, unit=cast.osp, priority=Priority.URGENT)
    file(february, met_after=1, unit=cast.osp)
    report = of(FEBRUARY)
    assert report.units == [Line(cast.osp.name, 2, 1), Line(cast.school.name, 1, 0)]
    assert report.categories == [Line("held_post", 2, 1), Line("hate", 1, 0)]
    assert report.groups == [Line(group.name, 1, 0)]


def test_a_group_without_tickets_is_named_too(cast, of):
    with transaction():
        db.session.add(Group(municipality_id=cast.modrzewie.id, name="Sport"))
    assert Line("Sport", 0, 0) in of().groups


def test_profiles_count_in_the_month_of_their_right(cast, of, february):
    with transaction():
        for unit, right in (
            (cast.osp, "granted"),
            (cast.osp, "granted"),
            (cast.library, "granted"),
            (cast.school, "revoked"),
        ):
            row = Profile(unit=unit, name="Profil", right=ProfileRight(right), changed_at=february)
            db.session.add(row)
    assert of(FEBRUARY).profiles == [(cast.osp.name, 2)]
    assert of(MARCH).profiles == []


def _profile(unit, right, changed_at):
    return Profile(unit=unit, name="Profil", right=right, changed_at=changed_at)


def test_broken_promises_reopened_and_urgent_tickets_are_worth_a_look(file, of, february):
    late = file(february, met_after=90)
    again = file(february + HOUR, met_after=10, reopened_count=1)
    urgent = file(february + 2 * HOUR, met_after=10, priority=Priority.URGENT)
    file(february + 3 * HOUR, met_after=10)
    cases = of(FEBRUARY).cases
    assert [case.number for case in cases] == [late.number, again.number, urgent.number]
    assert cases[0].missed == [RESOLVE] and cases[0].minutes == {RESOLVE: 90}


def test_it_tells_how_many_more_are_worth_a_look(file, of, february):
    for number in range(8):
        file(february + number * HOUR, met_after=10, priority=Priority.URGENT)
    report = of(FEBRUARY)
    assert (len(report.cases), report.more_cases) == (6, 2)


def test_the_list_has_every_month_since_the_contract(file, cast, february):
    file(february, met_after=1)
    rows = months(cast.modrzewie, clock.now(), settings().zone)
    assert [row.first for row in rows] == [later(MARCH, -n) for n in range(15)]  # since January 2025
    assert [row.filed for row in rows[:3]] == [0, 1, 0]


def test_managers_read_all_reports_and_a_coordinator_the_own_ones(cast):
    assert readable(cast.marek, cast.brzezina.id) is cast.brzezina
    assert readable(cast.kinga, cast.modrzewie.id) is cast.modrzewie


@pytest.mark.parametrize("who", ["kinga", "anna", "jan", "olga"])
def test_others_do_not_read_it(cast, who):
    with pytest.raises(NotFound):
        readable(getattr(cast, who), cast.brzezina.id)


@pytest.mark.parametrize(("months_on", "there"), [(0, MARCH), (-3, date(2025, 12, 1)), (10, date(2027, 1, 1))])
def test_months_are_counted_over_the_turn_of_the_year(months_on, there):
    assert later(MARCH, months_on) == there
