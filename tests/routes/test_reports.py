"""The pages of the monthly reports, their PDFs, and who may open them."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pypdf
import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Calendar, Clock
from helpdesk.models.codes import Priority, SlaTargetKind
from helpdesk.monthly.pdf import pdf
from helpdesk.monthly.words import business_span, document
from helpdesk.reports.monthly import Figures, MonthlyReport, TargetFigures, month_period
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket

FEBRUARY = "2026-02"


@pytest.fixture
def filed(cast):
    return make_ticket(
        cast, created_at=clock.now() - timedelta(days=28), priority=Priority.URGENT, summary="Jan Kowalski jest zły"
    )


@pytest.fixture
def path(cast):
    return f"/reports/{cast.modrzewie.id}"


def text(answer):
    return answer.get_data(as_text=True)


def pages_of(answer):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)


def test_a_coordinator_reads_the_own_report(client, cast, filed, path):
    sign_in(client, cast.kinga)
    page = text(client.get(f"{path}/{FEBRUARY}"))
    assert "Raport miesięczny: luty 2026" in page and filed.number in page
    assert "Jednostki gminy przesłały 1 zgłoszenie." in page and "Zgłoszenie było pilne." in page
    assert client.get("/reports").location == path


@pytest.mark.parametrize("end", ["", f"/{FEBRUARY}", f"/{FEBRUARY}.pdf"])
def test_the_reports_of_another_municipality_are_not_to_be_found(client, cast, end):
    sign_in(client, cast.kinga)
    answer = client.get(f"/reports/{cast.brzezina.id}{end}")
    assert answer.status_code == 404 and "Nie ma takiego raportu" in text(answer)


@pytest.mark.parametrize("who", ["jan", "anna"])
def test_others_are_refused(client, cast, path, who):
    sign_in(client, getattr(cast, who))
    for end in ("", f"/{FEBRUARY}", f"/{FEBRUARY}.pdf"):
        assert client.get(f"{path}{end}").status_code == 403


def test_the_comparison_is_for_managers(client, cast):
    sign_in(client, cast.kinga)
    assert client.get("/reports/municipalities.xlsx").status_code == 403


@pytest.mark.parametrize("month", ["2026-13", "luty", "2026-04", "1999-01"])
def test_what_is_no_month_of_the_past_is_not_found(client, cast, path, month):
    sign_in(client, cast.marek)
    assert client.get(f"{path}/{month}").status_code == client.get(f"{path}/{month}.pdf").status_code == 404


def test_the_report_quotes_nobody(client, cast, filed, path):
    sign_in(client, cast.marek)
    for answer in (text(client.get(f"{path}/{FEBRUARY}")), pages_of(client.get(f"{path}/{FEBRUARY}.pdf"))):
        assert "Kowalski" not in answer and "Jan Testowy" not in answer and "zły" not in answer


def test_an_empty_month_says_so_kindly(client, cast, path):
    sign_in(client, cast.kinga)
    page = text(client.get(f"{path}/{FEBRUARY}"))
    assert "żadna jednostka gminy nie przesłała zgłoszenia" in page and "<table" not in page
    assert "żadna jednostka" in pages_of(client.get(f"{path}/{FEBRUARY}.pdf"))


def test_the_pdf_has_polish_letters_tags_and_a_language(client, cast, filed, path):
    with transaction():
        cast.osp.name = "OSP Zażółć Gęślą Jaźń ŁŚ"
    sign_in(client, cast.kinga)
    answer = client.get(f"{path}/{FEBRUARY}.pdf")
    assert "raport-modrzewie-2026-02.pdf" in answer.headers["Content-Disposition"]
    assert "OSP Zażółć Gęślą Jaźń ŁŚ" in pages_of(answer) and "Jak szybko działaliśmy" in pages_of(answer)
    root = pypdf.PdfReader(io.BytesIO(answer.data)).trailer["/Root"]
    assert root["/Lang"] == "pl" and root["/MarkInfo"]["/Marked"]


def test_a_running_month_says_which_days_it_is_compared_with(client, cast, filed, path):
    make_ticket(cast)
    sign_in(client, cast.kinga)
    running, over = (text(client.get(f"{path}/{month}")) for month in ("2026-03", FEBRUARY))
    assert "w tych samych dniach poprzedniego miesiąca: 1" in running and "miesiąc wcześniej:" not in running
    assert "miesiąc wcześniej: 0" in over


def test_cases_that_are_not_listed_are_counted(client, cast, filed, path):
    for _number in range(7):
        make_ticket(cast, created_at=filed.created_at, priority=Priority.URGENT)
    sign_in(client, cast.kinga)
    assert "Nie wymieniono jeszcze 2 takich zgłoszeń" in text(client.get(f"{path}/{FEBRUARY}"))


def test_the_report_says_which_cases_are_worth_a_look(client, cast, filed, path):
    sign_in(client, cast.kinga)
    page = text(client.get(f"{path}/{FEBRUARY}"))
    assert "To sprawy, w których nie dotrzymano terminu, otwarte ponownie i pilne." in page


def test_a_file_of_figures_is_kept_nowhere(client, cast, filed, path):
    sign_in(client, cast.kinga)
    assert client.get(f"{path}/{FEBRUARY}.pdf").headers["Cache-Control"] == "no-store"
    sign_in(client, cast.marek)
    for address in ("/reports/municipalities.xlsx", "/dashboard/export.xlsx", "/dashboard/export.csv"):
        answer = client.get(address)
        assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
        assert "Expires" not in answer.headers


def test_a_name_is_no_markup_in_the_pdf(client, cast, filed, path):
    evil = '#read("/etc/passwd") $x$ *a* [b] <c> \\ // @d `e` = f'
    with transaction():
        cast.osp.name = evil
    sign_in(client, cast.kinga)
    assert evil in " ".join(pages_of(client.get(f"{path}/{FEBRUARY}.pdf")).split())


def test_managers_see_where_nobody_is_written_to(client, cast):
    sign_in(client, cast.marek)
    assert "Żaden koordynator tej gminy" in text(client.get(f"/reports/{cast.brzezina.id}"))
    assert text(client.get("/reports")).count("brak koordynatora") == 1


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("sort=name&order=up", ["Brzezina", "Modrzewie"]),
        ("sort=name&order=down", ["Modrzewie", "Brzezina"]),
        ("sort=filed", ["Modrzewie", "Brzezina"]),
        ("sort=urgent&order=up", ["Brzezina", "Modrzewie"]),
        ("sort=share", ["Brzezina", "Modrzewie"]),
        ("sort=nonsense&order=x&target=y&after=z", ["Modrzewie", "Brzezina"]),
    ],
)
def test_the_comparison_is_sorted_by_any_column(client, cast, filed, query, order):
    sign_in(client, cast.marek)
    page = text(client.get(f"/reports?month={FEBRUARY}&{query}"))
    assert sorted(order, key=lambda name: page.index(f">{name}</a>")) == order
    assert page.count("aria-sort") == 1


def test_the_comparison_finds_by_a_part_of_the_name(client, cast):
    sign_in(client, cast.marek)
    page = text(client.get("/reports?q=BRZE"))
    assert "Brzezina" in page and "Modrzewie" not in page
    assert "Nie ma gminy o takiej nazwie" in text(client.get("/reports?q=nicniema"))


def test_a_month_that_cannot_be_read_is_said_beside_the_field_and_kept(client, cast):
    sign_in(client, cast.marek)
    answer = client.get("/reports?month=marzec")
    assert answer.status_code == 422 and 'value="marzec"' in text(answer)


def test_the_comparison_as_a_workbook_has_numbers(client, cast, filed):
    sign_in(client, cast.marek)
    answer = client.get(f"/reports/municipalities.xlsx?month={FEBRUARY}")
    sheet = zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()
    numbers = [re.search(rf'<c r="{cell}" s="\d+"><v>(\d+)</v>', sheet).group(1) for cell in ("C2", "D2", "C3")]
    assert numbers == ["1", "1", "0"] and 'r="G3"' not in sheet  # nothing decided: an empty cell


def report_of(filed, urgent, before):
    period = month_period(date(2026, 2, 1), clock.now(), settings().zone)
    targets = {kind: TargetFigures(kept=filed, missed=0) for kind in SlaTargetKind}
    now, earlier = (Figures(count, urgent, 0, 0, targets) for count in (filed, before))
    return MonthlyReport(1, "Łęg", period, clock.now(), now, earlier, [], [], [], [("OSP", 2)])


WORDS = {
    ("pl", 1, 0, 0): ("przesłały 1 zgłoszenie.", "To o 1 zgłoszenie więcej niż", "Zgłoszenie nie było pilne."),
    ("pl", 2, 2, 2): ("przesłały 2 zgłoszenia.", "To tyle samo co", "Wszystkie zgłoszenia były pilne."),
    ("pl", 5, 2, 10): ("przesłały 5 zgłoszeń.", "To o 5 zgłoszeń mniej niż", "2 zgłoszenia były pilne."),
    ("pl", 12, 5, 8): ("przesłały 12 zgłoszeń.", "To o 4 zgłoszenia więcej niż", "5 zgłoszeń było pilnych."),
    ("pl", 22, 1, 0): ("przesłały 22 zgłoszenia.", "To o 22 zgłoszenia więcej niż", "1 zgłoszenie było pilne."),
    ("en", 1, 1, 2): ("filed 1 ticket.", "That is 1 ticket fewer than", "The ticket was urgent."),
    ("en", 3, 0, 1): ("filed 3 tickets.", "That is 2 tickets more than", "None of the tickets was urgent."),
    ("en", 21, 1, 0): ("filed 21 tickets.", "That is 21 tickets more than", "1 ticket was urgent."),
}


@pytest.mark.parametrize("case", WORDS, ids=str)
def test_sentences_have_the_right_forms(app, case):
    locale, filed, urgent, before = case
    with force_locale(locale):
        lead = document(report_of(filed, urgent, before), "Operator").lead
    assert [words for words in WORDS[case] if words not in lead] == []


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (None, "–"),
        (0, "mniej niż minutę"),
        (59, "59 min"),
        (60, "1 godz."),
        (125, "2 godz. 5 min"),
        (1500, "25 godz."),
    ],
)
def test_business_time_has_hours_and_no_days(app, minutes, said):
    with force_locale("pl"):
        assert business_span(minutes) == said


def test_the_longest_span_of_time_is_one_line_of_the_pdf(app):
    with force_locale("pl"):
        report = report_of(3, 1, 2)
        taken = TargetFigures(kept=3, median=1158, longest=2878)
        figures = replace(report.figures, targets=dict.fromkeys(SlaTargetKind, taken))
        made = pdf(document(replace(report, figures=figures), "Operator"), clock.now())
    page = pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert page.count("19 godz. 18 min") == page.count("47 godz. 58 min") == 3


def test_no_sentence_ends_with_two_full_stops(client, cast, filed, path):
    late = clock.now() - timedelta(days=28)
    with transaction():
        calendar_id = db.session.scalar(sa.select(Calendar.id).where(Calendar.always_open))
        row = Clock(
            ticket_id=filed.id, kind=SlaTargetKind.RESOLVE, calendar_id=calendar_id, minutes=60, started_at=late
        )
        row.met_at, row.business_minutes = late + timedelta(hours=5), 300
        db.session.add(row)
    sign_in(client, cast.kinga)
    page = text(client.get(f"{path}/{FEBRUARY}"))
    assert "Rozwiązanie po 5 godz." in page and ".." not in page.partition("<main")[2]
