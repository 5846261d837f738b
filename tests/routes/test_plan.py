"""The plan's pages: now and next, week and month."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Override, Rotation, RotationMember, Schedule
from helpdesk.models.codes import OverrideKind, RotationKind
from helpdesk.transaction import transaction
from tests.conftest import sign_in

HOUR = timedelta(hours=1)
WEEK = "/oncall/week/2026-W11"


@pytest.fixture
def anna(client, cast):
    sign_in(client, cast.anna)
    return client


def day(text, name):
    """The part of the page about a day."""
    return re.split(r'id="d\d{4}', text.split(f'id="d{name}"')[1])[0]


def taken_off(cast, since, hours, **more):
    span = {"starts_at": since, "ends_at": since + hours * HOUR}
    row = {"kind": OverrideKind.REMOVE, "instead_of": cast.anna, **more}
    with transaction():
        db.session.add(Override(schedule_id=cast.schedule.id, **span, **row))


def test_now_and_next_with_phones(anna, cast):
    text = anna.get("/oncall").text
    assert text.index("Anna Testowa</strong>") < text.index("Beata Testowa</strong>")
    assert 'href="tel:+48500000004"' in text and 'href="tel:+48500000005"' in text
    assert "czw. 12 marca, 08:00" in text


def test_that_nobody_is_on_duty_now_is_said_loudly(anna, cast):
    taken_off(cast, clock.now() - HOUR, 5)
    assert "Nikt nie ma dyżuru do śr. 11 marca, 14:00" in anna.get("/oncall").text


def test_every_schedule_stands_on_the_page(anna, cast):
    with transaction():
        db.session.add(Schedule(name="Dyżur nocny"))
    assert "Dyżur nocny" in anna.get("/oncall").text


def test_a_house_without_a_schedule_reads_so(anna, cast):
    with transaction():
        db.session.delete(cast.policy)
        for rotation in cast.schedule.rotations:
            db.session.delete(rotation)
        db.session.flush()
        db.session.delete(cast.schedule)
    for path in ("/oncall", "/oncall/week", "/oncall/month"):
        assert "Nie ma jeszcze żadnego grafiku" in anna.get(path).text


def test_the_week_says_which_day_is_today_and_which_lines_are_mine(anna, cast):
    text = anna.get("/oncall/week").text
    today = day(text, "2026-03-11")
    assert "dziś" in today and "Anna Testowa</strong>" in today and "Ty</span>" in today
    assert "dziś" not in day(text, "2026-03-12")


def test_a_gap_is_said_in_words(anna, cast):
    taken_off(cast, clock.now() + 4 * HOUR, 4, note="lekarz")
    today = day(anna.get(WEEK).text, "2026-03-11")
    assert "nikt nie ma dyżuru 14:00–18:00" in today and "lekarz" in today


def test_a_change_of_the_plan_says_instead_of_whom_and_why(anna, cast):
    taken_off(cast, clock.now() + HOUR, 2, kind=OverrideKind.REPLACE, user=cast.celina, note="wizyta")
    for path, name in ((WEEK, "2026-03-11"), ("/oncall/month/2026-03", "2026-03-11")):
        assert "zamiast: Anna Testowa: wizyta" in day(anna.get(path).text, name)


def test_a_night_over_a_clock_change_shows_its_real_hours(anna, cast):
    rows = [RotationMember(position=0, user=cast.marek)]
    hours = {str(weekday): [["20:00", "08:00"]] for weekday in range(7)}
    start = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)
    nights = Rotation(kind=RotationKind.DAILY, layer=1, starts_at=start, weekly_hours=hours, members=rows)
    with transaction():
        cast.schedule.rotations.append(nights)
    spring = day(anna.get("/oncall/week/2026-W13").text, "2026-03-28")
    assert "11 godz. łącznie" in spring
    assert "13 godz. łącznie" in day(anna.get("/oncall/week/2026-W43").text, "2026-10-24")
    assert "ta doba ma 25 godz." in day(anna.get("/oncall/week/2026-W43").text, "2026-10-25")


def test_public_holidays_are_named_in_both_views(anna):
    assert "Boże Narodzenie" in day(anna.get("/oncall/week/2026-W52").text, "2026-12-25")
    assert "Boże Narodzenie" in day(anna.get("/oncall/month/2026-12").text, "2026-12-25")


def test_only_my_shifts(anna, cast):
    text = anna.get(f"{WEEK}?mine=1").text
    assert "Anna Testowa</strong>" in day(text, "2026-03-11")
    assert "Beata Testowa</strong>" not in text and "mine=1" in text.split('rel="next"')[1]


def test_another_schedule_can_be_chosen_and_one_that_is_not_there_is_not_found(anna, cast):
    with transaction():
        other = Schedule(name="Dyżur nocny")
        db.session.add(other)
    assert "nikt nie ma dyżuru 00:00–24:00" in anna.get(f"{WEEK}?schedule={other.id}").text
    assert anna.get(f"{WEEK}?schedule={other.id + 1}").status_code == 404


@pytest.mark.parametrize("name", ["week/2026-W54", "week/2026-W00", "week/heute", "month/2026-13", "month/9999-01"])
def test_times_that_do_not_exist_or_are_too_far_away_are_not_found(anna, name):
    assert anna.get(f"/oncall/{name}").status_code == 404


@pytest.mark.parametrize("name", ["week/2060-W52", "week/2020-W01", "month/2020-01", "month/2060-12"])
def test_the_first_and_last_page_can_be_read(anna, name):
    assert anna.get(f"/oncall/{name}").status_code == 200


def test_the_months_days_lead_to_their_week(anna):
    text = anna.get("/oncall/month/2026-03").text
    assert "/oncall/week/2026-W11?schedule=" in day(text, "2026-03-11") and "#d2026-03-11" in text


@pytest.mark.parametrize(
    ("path", "tab"),
    [("/oncall", "/oncall"), (WEEK, "/oncall"), ("/oncall/month", "/oncall"), ("/oncall/calendars",) * 2],
)
def test_the_menu_and_the_tabs_show_where_one_is(anna, path, tab):
    menu, tabs = anna.get(path).text.split('id="content"')
    assert re.findall(r'href="(.+?)" aria-current="page"', menu) == ["/oncall"] * 2  # for wide and narrow screens
    assert re.findall(r'href="(.+?)" aria-current="page">(?:Plan|Kalendarze)', tabs) == [tab]


def test_reporters_do_not_see_the_plan(client, cast):
    sign_in(client, cast.jan)
    assert client.get("/oncall").status_code == 403


def doings(text, name):
    """The addresses of what can be done on a day."""
    return [unescape(href) for href in re.findall(r'class="plan-act" href="(.+?)"', day(text, name))]


def test_ones_own_shift_can_be_offered_or_missed_and_no_other(anna, cast):
    text = anna.get(WEEK).text
    offer, absent = doings(text, "2026-03-11")
    assert [doings(text, name) for name in ("2026-03-10", "2026-03-13")] == [[], []]
    for path in (offer, absent):
        form = anna.get(path).text
        assert 'value="2026-03-11T10:00"' in form and 'value="2026-03-12T08:00"' in form


def test_a_manager_changes_any_shift_that_has_not_passed(client, cast):
    sign_in(client, cast.marek)
    text = client.get(WEEK).text
    change, _absence = doings(text, "2026-03-11")
    form = client.get(change).text
    assert 'value="2026-03-11T10:00"' in form and 'value="2026-03-12T08:00"' in form
    assert doings(text, "2026-03-10") == []


def test_a_page_costs_the_same_number_of_queries_however_long_the_plan(anna, cast):
    def queries(path):
        counted = []
        listener = lambda *args: counted.append(args[2])  # noqa: E731
        sa.event.listen(db.engine, "before_cursor_execute", listener)
        anna.get(path)
        sa.event.remove(db.engine, "before_cursor_execute", listener)
        return len(counted)

    queries(WEEK)
    assert queries("/oncall/month/2026-03") <= queries(WEEK) + 1


def links(text, part):
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', text) if part in href]


def test_a_manager_puts_somebody_else_on_duty_from_the_first_page(client, cast):
    sign_in(client, cast.marek)
    now, then = links(client.get("/oncall").text, "/override")
    assert f"instead_of={cast.anna.id}" in now and f"instead_of={cast.beata.id}" in then
    form = client.get(now).text
    assert f'selected value="{cast.anna.id}"' in form
    sign_in(client, cast.anna)
    assert not links(client.get("/oncall").text, "/override")


def test_every_warning_leads_a_manager_to_where_it_is_solved(client, cast):
    taken_off(cast, clock.now() + HOUR, 5)
    with transaction():
        cast.beata.contacts[0].broken_at = clock.now()
    sign_in(client, cast.marek)
    said = client.get("/oncall").text.split('id="warnings"')[1]
    assert links(said, "/override") and links(said, f"/people/{cast.beata.id}")
    sign_in(client, cast.anna)
    assert not links(client.get("/oncall").text.split('id="warnings"')[1], "/override")


def test_a_manager_reports_the_absence_of_whoever_has_the_shift(client, cast):
    sign_in(client, cast.marek)
    page = client.get(links(client.get(WEEK).text, f"user={cast.beata.id}")[0]).text
    assert f'selected value="{cast.beata.id}"' in page and "W tym czasie ta osoba nie ma dyżuru" in page


def test_pages_of_layers_and_temporary_plans_belong_to_the_schedules(client, cast):
    sign_in(client, cast.marek)
    for page in ("layers/add", "layers/0", "temporary"):
        text = client.get(f"/oncall/schedules/{cast.schedule.id}/{page}").text
        assert 'href="/oncall/schedules" aria-current="page"' in text
