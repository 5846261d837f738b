"""Whom alerts woke, and by which tickets."""

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.config import settings
from helpdesk.models.codes import Channel
from helpdesk.oncall.nights import MOST_DAYS, Woken, what_woke, woken
from helpdesk.reports.period import Period
from tests.conftest import sign_in
from tests.factories import make_ticket
from tests.oncall.test_months import reached

NIGHT = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)  # 10 March, 0:00 in Warsaw
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def week(app):
    return Period(date(2026, 3, 5), date(2026, 3, 11), settings().zone)


@pytest.fixture
def busy(cast):
    """Anna is woken by two tickets in one night and by one of them in the next; Beata hears of one by day."""
    first, second = make_ticket(cast), make_ticket(cast)
    for at, ticket in ((NIGHT, first), (NIGHT + HOUR, first), (NIGHT + HOUR, second), (NIGHT + DAY, first)):
        reached(cast.anna, at, ticket)
    reached(cast.anna, NIGHT + 2 * HOUR, first, Channel.VOICE)
    reached(cast.beata, NIGHT + 10 * HOUR, second)
    return first, second


def test_nights_and_alerts_are_counted_by_person(busy, cast, week):
    assert woken(week, cast.marek) == [Woken(cast.anna, nights=2, alerts=3)]


def test_a_night_belongs_to_the_day_on_which_it_begins(busy, cast, week):
    assert woken(Period(date(2026, 3, 10), date(2026, 3, 10), week.zone), cast.marek) == [Woken(cast.anna, 1, 1)]


def test_behind_the_figure_stand_its_tickets(busy, cast, week):
    first, second = busy
    _user, rows = what_woke(cast.anna.id, week, cast.marek)
    assert [(row.night.day, row.ticket, row.at) for row in rows] == [
        (9, first, NIGHT),
        (9, second, NIGHT + HOUR),
        (10, first, NIGHT + DAY),
    ]


def test_an_alert_by_day_has_woken_nobody(busy, cast, week):
    assert what_woke(cast.beata.id, week, cast.marek)[1] == []


def test_a_year_is_not_read(busy, cast, week):
    assert woken(Period(week.last - MOST_DAYS * DAY, week.last, week.zone), cast.marek) is None


@pytest.mark.parametrize(
    ("who", "status"), [("marek", 200), ("anna", 200), ("beata", 404), ("kinga", 403), ("jan", 403)]
)
def test_the_overview_leads_to_the_tickets_of_a_person(client, busy, cast, who, status):
    sign_in(client, getattr(cast, who))
    answer = client.get(f"/dashboard/nights/{cast.anna.id}?period=7")
    assert answer.status_code == status
    assert (busy[1].number in answer.text) == (status == 200)


def test_administrators_see_their_own_nights_alone(busy, cast, week):
    assert [row.user for row in woken(week, cast.anna)] == [cast.anna]
    assert woken(week, cast.beata) == []


def test_the_overview_says_how_many_nights(client, busy, cast):
    sign_in(client, cast.marek)
    assert f"{cast.anna.name}: liczba nocy z pobudką: 2" in client.get("/dashboard?period=7").text


def test_the_overview_of_a_year_asks_for_a_shorter_period(client, cast):
    sign_in(client, cast.marek)
    assert "trzy miesiące" in client.get("/dashboard?period=custom&since=2025-03-01").text


def test_nobody_has_no_nights(client, cast):
    sign_in(client, cast.marek)
    assert client.get("/dashboard/nights/999999").status_code == 404
