"""The dashboard shows what burns, how the period went, and leads on to the tickets behind each figure."""

import csv
import html
import io
import re
import zipfile
from datetime import UTC, date, timedelta

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from xlsxwriter.utility import xl_col_to_name

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.forms.desk import DayRange, hours_of
from helpdesk.models import Provider
from helpdesk.models.codes import Category, CircuitState, Priority, TicketStatus
from helpdesk.reports import export
from helpdesk.reports.export import COLUMNS
from helpdesk.routes import dashboard
from helpdesk.routes.dashboard_words import HEADINGS, lasting, percent
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket

DAY = timedelta(days=1)


@pytest.fixture
def page(client, cast):
    """page(address): the text of a page of the dashboard, read by the manager."""
    sign_in(client, cast.marek)

    def read(address="/dashboard"):
        answer = client.get(address)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return read


@pytest.mark.parametrize(("who", "status"), [("marek", 200), ("anna", 200), ("kinga", 403), ("jan", 403)])
def test_dashboard_is_for_staff(client, cast, who, status):
    sign_in(client, getattr(cast, who))
    assert {client.get(p).status_code for p in ("/dashboard", "/dashboard/now", "/dashboard/export.csv")} == {
        status
    }


def test_dashboard_says_that_nothing_burns_and_who_is_on_duty(page, cast):
    text = page("/dashboard/now")
    assert 'class="notice burning"' not in text
    assert cast.anna.name in text and cast.beata.name in text


def test_the_number_of_whoever_is_on_duty_stays_after_a_stop_and_its_lack_is_said(page, cast):
    phone = cast.anna.contacts[0]
    with transaction():
        phone.opted_out_at = clock.now()
    assert f"tel:{phone.value}" in page("/dashboard/now")
    with transaction():
        phone.broken_at = clock.now()
    assert "brak działającego numeru telefonu" in page("/dashboard/now")


@pytest.mark.parametrize("who", ["anna", "beata"])
def test_whoever_is_on_duty_now_or_next_and_gets_no_sms_is_named_with_what_to_do(page, cast, who):
    assert "START" not in page("/dashboard/now")
    with transaction():
        getattr(cast, who).contacts[0].opted_out_at = clock.now()
    assert page("/dashboard/now").count("START") == 1


@pytest.mark.parametrize("address", ["/dashboard", "/dashboard/now", "/desk"])
def test_that_alerts_get_out_over_no_provider_stands_on_top_with_the_way_to_what_is_wrong(page, cast, address):
    words = "Alarmy teraz nie wychodzą"
    assert words not in page(address)
    with transaction():
        db.session.add(Provider(name="voice:twilio", state=CircuitState.OPEN, open_since=clock.now()))
    assert f"{words}: Telefon" in page(address) and 'class="reach" href="/health"' in page(address)


def test_an_urgent_ticket_of_nobody_burns_whatever_the_filters_say(page, cast):
    ticket = make_ticket(cast, priority=Priority.URGENT)
    text = page(f"/dashboard?municipality={cast.brzezina.id}")
    assert 'class="notice burning"' in text
    assert ticket.number in text


def test_what_is_late_or_due_soon_leads_to_just_those_tickets(page, cast):
    late, soon, far = (make_ticket(cast) for _ in range(3))
    with transaction():
        late.next_due_at = clock.now() - timedelta(minutes=1)
        soon.next_due_at = clock.now() + timedelta(hours=1)
        far.next_due_at = clock.now() + timedelta(hours=3)
    assert 'href="/desk?due=late">1<' in page("/dashboard/now")
    assert 'href="/desk?due=soon">1<' in page("/dashboard/now")
    listed = {due: page(f"/desk?due={due}") for due in ("late", "soon")}
    assert [ticket.number in listed["late"] for ticket in (late, soon, far)] == [True, False, False]
    assert [ticket.number in listed["soon"] for ticket in (late, soon, far)] == [False, True, False]


def test_figures_lead_to_their_tickets(page, cast):
    make_ticket(cast, created_at=clock.now() - DAY, category=Category.HATE)
    text = page("/dashboard?period=7")
    period = "since=2026-03-05&amp;until=2026-03-11"
    assert f"/desk?status=all&amp;{period}&amp;category=hate" in text
    assert f"/desk?status=all&amp;{period}&amp;municipality={cast.modrzewie.id}" in text


def test_filters_stay_in_the_links(page, cast):
    make_ticket(cast, created_at=clock.now() - DAY)
    text = page(f"/dashboard?period=7&unit={cast.osp.id}&municipality=MOD")
    assert f"municipality={cast.modrzewie.id}&amp;unit={cast.osp.id}" in text


def test_folded_filters_say_what_they_are_set_to_and_that_the_present_stays_whole(page, cast):
    text = page("/dashboard?municipality=BRZ&priority=urgent")
    assert f"Filtry: <strong>Pilne · {cast.brzezina.name}</strong>" in text
    whole = "To, co jest teraz otwarte, widać w całości"
    assert whole in text and whole not in page("/dashboard")


def test_clearing_the_filters_keeps_period_and_target(page):
    text = page("/dashboard?period=month&month=2026-02&target=acknowledge&category=hate")
    assert 'href="/dashboard?period=month&amp;month=2026-02&amp;target=acknowledge#past">Wyczyść' in text


def test_a_unit_of_another_municipality_is_left_out_of_the_figures(page, cast):
    assert f"Filtry: <strong>{cast.brzezina.name}</strong>" in page(
        f"/dashboard?municipality=BRZ&unit={cast.osp.id}"
    )


def test_an_empty_period_says_so(page):
    assert '<svg class="chart"' not in page("/dashboard?period=today")


@pytest.mark.parametrize(
    "query", ["period=x&target=y&unit=z&category=q", "municipality=nowhere", "unit=" + "9" * 40]
)
def test_nonsense_in_the_address_is_left_out(page, query):
    assert 'id="live"' in page(f"/dashboard?{query}")


def _count_queries(read):
    asked = []
    note = lambda *args: asked.append(args[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", note)
    read()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


def test_more_tickets_do_not_ask_the_database_more_often(page, cast):
    make_ticket(cast, created_at=clock.now() - DAY)
    few = _count_queries(page)
    for _ in range(4):
        make_ticket(cast, created_at=clock.now() - DAY, unit=cast.library, priority=Priority.URGENT)
    assert _count_queries(page) <= few + 1


def _export(client, cast, query="period=7"):
    sign_in(client, cast.marek)
    answer = client.get(f"/dashboard/export.csv?{query}")
    assert answer.mimetype == "text/csv"
    text = answer.get_data().decode("utf-8")
    assert text[0] == "\ufeff"
    return list(csv.reader(io.StringIO(text[1:]), delimiter=";"))


def test_export_has_a_line_per_ticket_of_the_period_in_local_time(client, cast):
    make_ticket(cast, created_at=clock.now() - DAY, assignee=cast.anna, status=TicketStatus.RESOLVED)
    make_ticket(cast, created_at=clock.now() - 20 * DAY)
    heading, *rows = _export(client, cast)
    assert len(heading) == len(COLUMNS)
    row = dict(zip(COLUMNS, rows[0], strict=True))
    assert len(rows) == 1
    assert (row["created_at"], row["holder"]) == ("2026-03-10 10:00", cast.anna.name)


@pytest.mark.parametrize("summary", ["=cmd|'/c calc'!A1", "+48", "-1", "@SUM(A1)", "\t=1"])
def test_export_cannot_carry_a_formula(client, cast, summary):
    make_ticket(cast, created_at=clock.now() - DAY, summary=summary)
    row = dict(zip(COLUMNS, _export(client, cast)[1], strict=True))
    assert row["summary"] == f"'{summary}"


def test_export_leaves_the_reporter_out(client, cast):
    make_ticket(cast, created_at=clock.now() - DAY)
    text = str(_export(client, cast))
    assert cast.jan.name not in text and "500000000" not in text


def test_every_column_of_the_export_has_a_heading():
    assert set(HEADINGS) == set(COLUMNS)


@pytest.mark.parametrize(
    ("share", "text"), [(None, "–"), (0.0, "0%"), (0.001, "1%"), (0.996, "99%"), (1.0, "100%"), (0.5, "50%")]
)
def test_a_hundred_per_cent_means_all_of_them(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(None, "–"), (63, "1 godz. 3 min"), (64, "ok. 1 godz. 4 min"), (1500, "ok. 25 godz.")],
)
def test_a_time_that_summaries_round_says_so_and_has_no_days(app, minutes, text):
    with force_locale("pl"):
        assert lasting(minutes) == text


def _sheets(answer):
    """The sheets as XML, and the texts that they share."""
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    return [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]


def test_the_workbook_has_times_and_numbers_and_no_formula(client, cast):
    make_ticket(cast, created_at=clock.now() - DAY, summary="=1+1", reopened_count=2)
    sign_in(client, cast.marek)
    (sheet,) = _sheets(client.get("/dashboard/export.xlsx?period=7"))
    assert "<f>" not in sheet and ">=1+1<" in sheet
    place = {name: xl_col_to_name(number) for number, name in enumerate(COLUMNS)}
    assert re.search(rf'<c r="{place["reopened"]}2" s="\d+"><v>2</v>', sheet)
    filed = re.search(rf'<c r="{place["created_at"]}2" s="\d+"><v>([\d.]+)</v>', sheet).group(1)
    assert float(filed) == pytest.approx(46091 + 10 / 24)  # 10 March 2026, 10:00 in Warsaw
    assert "Zgłoszono" in sheet and cast.jan.name not in sheet


def test_the_workbook_is_for_staff(client, cast):
    sign_in(client, cast.kinga)
    assert client.get("/dashboard/export.xlsx").status_code == 403


def test_a_workbook_that_would_take_minutes_is_made_by_the_worker(client, cast, monkeypatch):
    monkeypatch.setattr(dashboard, "MOST_AT_ONCE", 0)
    make_ticket(cast, created_at=clock.now() - DAY)
    sign_in(client, cast.marek)
    answer = client.get("/dashboard/export.xlsx?period=7&category=held_post")
    assert answer.status_code == 302
    assert answer.location == "/dashboard/exports?period=7&target=resolve&category=held_post"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_ticket_stands_in_the_file_once_however_many_are_read_at_a_time(client, cast, monkeypatch, ending):
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    for _ in range(2):
        at_once = [make_ticket(cast, created_at=clock.now() - DAY, summary="Post") for _ in range(3)]
    sign_in(client, cast.marek)
    answer = client.get(f"/dashboard/export.{ending}?period=7")
    content = answer.get_data(as_text=True) if ending == "csv" else _sheets(answer)[0]
    assert all(content.count(ticket.number) == 1 for ticket in at_once)
    assert content.count("Post") == 6


def rows_behind(page, name, text):
    """How many tickets the list shows to which the figure of that name leads; how many the figure says."""
    found = re.search(rf'href="([^"]+)" aria-label="{name}[^"]*?(\d+)"', text)
    assert found, name
    listed = page(html.unescape(found[1]))
    return len(re.findall(r'<tr class="|<tr>', listed.split("<tbody>")[-1])), int(found[2])


@pytest.fixture
def busy(cast):
    """A fortnight of tickets of all kinds, some reopened, some resolved days later."""
    for n in range(12):
        filed = clock.now() - n * DAY - n * timedelta(hours=5)
        make_ticket(
            cast,
            created_at=filed,
            priority=Priority.URGENT if n % 4 == 0 else Priority.NORMAL,
            reopened_count=n % 3 // 2,
            status=TicketStatus.CLOSED if n % 2 else TicketStatus.IN_PROGRESS,
            resolved_at=filed + 2 * DAY if n % 2 else None,
            assignee=cast.anna,
        )


@pytest.mark.parametrize("name", ["w tym pilne", "w tym wznowione", "rozwiązane w tym okresie", "środa, 10:00"])
def test_a_figure_counts_as_many_tickets_as_its_list_has(page, busy, name):
    listed, said = rows_behind(page, name, page("/dashboard?period=7"))
    assert listed == said > 0


def test_the_hour_that_the_clocks_put_back_is_found_whole(app):
    day = DayRange(date(2025, 10, 26), date(2025, 10, 26))  # a Sunday
    (start, end), *others = hours_of(day, 6 * 24 + 2)
    assert (end.astimezone(UTC) - start.astimezone(UTC), others) == (timedelta(hours=2), [])


def test_the_wall_board_says_what_burns_and_has_no_menu(page, cast):
    assert 'class="alarm"' not in page("/dashboard/wall")
    make_ticket(cast, priority=Priority.URGENT)
    text = page("/dashboard/wall")
    assert 'class="alarm"' in text and "<nav" not in text and cast.anna.name in text
