"""What the dashboard counts, on both databases, whether a change is in the summaries already or only noted."""

import math
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.jobs import count_tickets
from helpdesk.models.codes import Category, Priority, SlaTargetKind, TicketStatus
from helpdesk.reports import measures, summary
from helpdesk.reports.figures import Dimension, Filters, Flow, Measure
from helpdesk.reports.period import Period

RESOLVE = SlaTargetKind.RESOLVE
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(params=["noted", "summed up"])
def afterwards(request):
    return {"noted": lambda: None, "summed up": count_tickets}[request.param]


def _resolve(period, filters=Filters()):  # noqa: B008
    return measures.targets(period, clock.now(), filters)[RESOLVE]


def test_share_counts_kept_against_missed_and_leaves_running_out(file, week):
    now = clock.now()
    file(now - DAY, met_after=30)
    file(now - DAY, met_after=45)
    file(now - DAY, met_after=90)
    file(now - HOUR / 2)
    measure = _resolve(week)
    assert (measure.filed, measure.kept, measure.missed) == (4, 2, 1)
    assert measure.share == pytest.approx(2 / 3)


def test_overdue_counts_as_missed_before_anybody_noted_it(file, week):
    ticket = file(clock.now() - 2 * HOUR)
    ticket.clocks[0].breached_at = None
    assert _resolve(week).missed == 1


def test_without_decided_tickets_there_is_no_share(cast, week):
    assert _resolve(week) == Measure()
    assert _resolve(week).share is None


@pytest.mark.parametrize("minutes", [[7], [7, 3], [5, 1, 9], list(range(1, 11)), [4, 4, 4, 50], list(range(30))])
def test_percentiles_are_nearest_rank(file, week, minutes):
    for index, taken in enumerate(minutes):
        file(clock.now() - DAY - index * HOUR / 60, met_after=taken)
    ordered = sorted(minutes)
    measure = _resolve(week)
    assert measure.median == ordered[math.ceil(0.5 * len(ordered)) - 1]
    assert measure.p90 == ordered[math.ceil(0.9 * len(ordered)) - 1]


def test_a_ticket_belongs_to_the_local_day_of_its_filing(file, week):
    file(week.since, met_after=1)
    file(week.since - timedelta(seconds=1), met_after=1)
    file(week.until - timedelta(seconds=1), met_after=1)
    assert _resolve(week).filed == 2


def test_each_target_is_measured_on_its_own(file, week):
    file(clock.now() - DAY, met_after=30)
    file(clock.now() - DAY, met_after=90, kind=SlaTargetKind.ACKNOWLEDGE)
    found = measures.targets(week, clock.now())
    assert [found[kind].kept for kind in SlaTargetKind] == [0, 0, 1]
    assert [found[kind].missed for kind in SlaTargetKind] == [1, 0, 0]


def test_filters_narrow_every_measure(file, cast, week):
    yesterday = clock.now() - DAY
    file(yesterday, met_after=10, category=Category.HATE, unit=cast.library, assignee=cast.anna)
    file(yesterday, met_after=20, priority=Priority.URGENT, assignee=cast.beata)
    chosen = [
        Filters(municipality_id=cast.brzezina.id),
        Filters(unit_id=cast.library.id),
        Filters(category=Category.HATE),
        Filters(priority=Priority.NORMAL),
        Filters(administrator_id=cast.anna.id),
    ]
    assert [_resolve(week, filters).median for filters in chosen] == [10] * 5
    assert [measures.flow(week, filters).filed for filters in chosen] == [1] * 5


def test_flow_counts_what_came_and_what_went(file, week):
    file(clock.now() - DAY, met_after=10, priority=Priority.URGENT)
    file(clock.now() - DAY, reopened_count=1, status=TicketStatus.IN_PROGRESS)
    file(week.since - DAY, met_after=3 * 24 * 60)  # filed before, resolved within
    assert measures.flow(week) == Flow(filed=2, urgent=1, reopened=1, resolved=2)


def test_trend_has_every_day_and_adds_up(file, week):
    file(clock.now() - DAY, met_after=10)
    file(clock.now() - DAY, met_after=90)
    file(clock.now() - 3 * DAY, met_after=26 * 60)
    points = measures.trend(RESOLVE, week, clock.now())
    assert [p.filed for p in points] == [0, 0, 0, 1, 0, 2, 0]
    assert [p.resolved for p in points] == [0, 0, 0, 0, 1, 2, 0]
    assert [(p.kept, p.missed) for p in points if p.filed] == [(0, 1), (1, 1)]


def test_groups_come_with_names_and_the_largest_first(file, cast, week):
    for _ in range(2):
        file(clock.now() - DAY, met_after=30, unit=cast.library)
    file(clock.now() - DAY, met_after=90)
    rows = measures.groups(RESOLVE, week, clock.now())[Dimension.UNIT]
    assert [(row.name, row.measure.filed, row.measure.share, row.measure.median) for row in rows] == [
        (cast.library.name, 2, 1.0, 30),
        (cast.osp.name, 1, 0.0, 90),
    ]


def test_groups_by_category_and_administrator(file, cast, week):
    file(clock.now() - DAY, met_after=30, category=Category.HATE, assignee=cast.anna)
    file(clock.now() - DAY, category=Category.HATE)
    found = measures.groups(RESOLVE, week, clock.now())
    people = found[Dimension.ADMINISTRATOR]
    assert [(row.key, row.measure.filed) for row in found[Dimension.CATEGORY]] == [("hate", 2)]
    assert {(row.key, row.name, row.measure.filed) for row in people} == {
        (str(cast.anna.id), cast.anna.name, 1),
        ("", "", 1),
    }


def test_groups_show_only_the_largest(file, cast, week, monkeypatch):
    monkeypatch.setattr(measures, "ROWS_SHOWN", 1)
    file(clock.now() - DAY, unit=cast.library)
    file(clock.now() - DAY)
    file(clock.now() - DAY)
    found = measures.groups(RESOLVE, week, clock.now())
    assert [row.name for row in found[Dimension.UNIT]] == [cast.osp.name]


def test_open_now_says_what_is_late_and_what_is_due_soon(file, cast):
    now = clock.now()
    file(now - 2 * HOUR, priority=Priority.URGENT, assignee=cast.anna, status=TicketStatus.IN_PROGRESS)
    file(now)
    file(now - DAY, met_after=5, status=TicketStatus.CLOSED)
    found = {row.status: row for row in measures.open_now(now)}
    assert (found[TicketStatus.IN_PROGRESS].late, found[TicketStatus.IN_PROGRESS].unacknowledged) == (1, 0)
    assert (found[TicketStatus.NEW].soon, found[TicketStatus.NEW].unacknowledged) == (1, 1)
    assert TicketStatus.CLOSED not in found


def test_pressing_puts_an_unanswered_alert_before_what_is_late(file, cast):
    now = clock.now()
    late = file(now - 3 * HOUR, assignee=cast.anna)
    burning = file(now, priority=Priority.URGENT)
    file(now - 90 * DAY, met_after=5, status=TicketStatus.CLOSED)
    assert [ticket.id for ticket in measures.pressing(now)] == [burning.id, late.id]


def test_hours_of_the_week_are_local(file, week):
    file(week.since + 13 * HOUR, met_after=1)  # a Thursday
    assert [n for n, count in enumerate(measures.Measures(clock.now()).hours(week)) if count] == [3 * 24 + 13]


def test_units_over_months_are_counted_to_the_day(file, cast, week):
    month = Period(week.last - 40 * DAY, week.last, week.zone)
    for days in (0, 3, 12, 39, 41):
        file(clock.now() - days * DAY, met_after=days + 1, unit=cast.library)
    measure = measures.groups(RESOLVE, month, clock.now())[Dimension.UNIT][0].measure
    assert (measure.filed, measure.median, measure.p90) == (4, 4, 40)
    assert _resolve(month, Filters(unit_id=cast.library.id)) == measure


def test_a_municipality_is_told_the_same_by_its_summaries_as_by_its_tickets(file, cast, week, monkeypatch):
    months, place = (
        Period(week.last - 75 * DAY, week.last, week.zone),
        Filters(municipality_id=cast.osp.municipality_id),
    )
    for days in (0, 5, 40, 74, 75, 76):
        file(clock.now() - days * DAY, met_after=days + 1, unit=cast.osp, assignee=cast.anna if days > 5 else None)
        file(clock.now() - days * DAY, unit=cast.osp, category=Category.HATE)
        file(clock.now() - days * DAY, unit=cast.library)
    count_tickets()
    file(clock.now() - 30 * DAY, met_after=7, unit=cast.osp, assignee=cast.beata)  # not counted yet
    by_summaries = measures.groups(RESOLVE, months, clock.now(), place)
    monkeypatch.setattr(summary, "_WITHIN_A_MUNICIPALITY", {})
    assert measures.groups(RESOLVE, months, clock.now(), place) == by_summaries
    assert {row.name: row.measure.filed for row in by_summaries[Dimension.ADMINISTRATOR]} == {
        "": 7,
        cast.anna.name: 3,
        cast.beata.name: 1,
    }


def test_where_too_many_tickets_would_be_read_the_table_is_missing(file, week, monkeypatch):
    monkeypatch.setattr(summary, "READ_AT_MOST", 1)
    month = Period(week.last - 30 * DAY, week.last, week.zone)
    for _ in range(2):
        file(clock.now() - DAY, category=Category.HATE)
    of_hate = measures.groups(RESOLVE, month, clock.now(), Filters(category=Category.HATE))
    assert set(of_hate) == {Dimension.CATEGORY}  # that one is known without reading
    assert set(measures.groups(RESOLVE, month, clock.now())) == set(Dimension)
