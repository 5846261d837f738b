"""The pages of long exports: a button, progress, the file for its owner alone, words when it did not come about."""

import html
import io
import shutil
import zipfile
from datetime import date, timedelta

import pytest

from helpdesk import clock, exporting
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Export
from helpdesk.models.codes import Category, ExportState
from helpdesk.reports import exports
from helpdesk.reports.figures import Filters
from helpdesk.reports.period import Period
from helpdesk.routes import exports as pages
from helpdesk.transaction import transaction
from tests.conftest import sign_in
from tests.factories import make_ticket

ASKED = "period=custom&since=2026-03-05&until=2026-03-11"


@pytest.fixture(autouse=True)
def no_files(app):
    exporting.ENDING.clear()
    yield
    shutil.rmtree(settings().exports, ignore_errors=True)


@pytest.fixture
def manager(client, cast):
    make_ticket(cast, created_at=clock.now() - timedelta(days=1))
    sign_in(client, cast.marek)
    return client


@pytest.fixture
def export(cast):
    """Marek's, of 340,000 tickets."""
    period = Period(date(2026, 3, 5), date(2026, 3, 11), settings().zone)
    chosen = Filters(municipality_id=cast.modrzewie.id, category=Category.HELD_POST)
    with transaction():
        return exports.start(cast.marek, period, chosen, "pl", 340_000)


def written(export, done=0):
    """The task of a worker that has written so many rows."""
    with transaction():
        task = exports.take(export.id)
        exports.go_on(task, done)
    return task


def test_the_page_before_says_what_will_be_made_and_looking_makes_nothing(manager):
    text = manager.get(f"/dashboard/exports?{ASKED}&category=held_post").text
    assert "5 mar 2026 – 11 mar 2026" in text and "Wstrzymany post" in text and "1 zgłoszenie." in text
    assert db.session.query(Export).count() == 0


def test_the_button_leads_to_the_progress_and_a_second_click_to_the_same(manager):
    first, second = (manager.post(f"/dashboard/exports?{ASKED}") for _click in range(2))
    assert first.status_code == 303 and first.location == second.location
    assert "Plik czeka na swoją kolej" in manager.get(first.location).text


def test_progress_is_told_in_words_and_as_a_bar_without_a_script_too(manager, export):
    written(export, 12_000)
    text = manager.get(f"/dashboard/exports/{export.id}").text
    assert "12\xa0000 z 340\xa0000 wierszy" in text
    assert '<progress class="w-100" max="340000" value="12000" aria-labelledby="progress">' in text
    assert '<noscript><meta http-equiv="refresh"' in text
    assert "12\xa0000 z 340\xa0000 wierszy" in manager.get(f"/dashboard/exports/{export.id}/now").text


def test_the_page_names_the_filters(manager, export, cast):
    text = manager.get(f"/dashboard/exports/{export.id}").text
    assert cast.modrzewie.name in text and "Wstrzymany post" in text and "5 mar 2026 – 11 mar 2026" in text


def test_the_list_of_own_files_tells_them_apart(manager, export, cast):
    text = manager.get("/dashboard/exports?period=7").text
    assert f">5 mar 2026 – 11 mar 2026 · {cast.modrzewie.name} · Wstrzymany post</a>" in text


def test_when_all_rows_are_written_the_packing_is_told(manager, export):
    written(export, 340_000)
    assert "Trwa pakowanie pliku" in manager.get(f"/dashboard/exports/{export.id}").text


def test_the_finished_file_is_handed_over(manager):
    place = manager.post(f"/dashboard/exports?{ASKED}").location
    exporting.make_exports()
    assert f'href="{place}/file"' in manager.get(place).text
    answer = manager.get(f"{place}/file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=helpdesk-2026-03-05-2026-03-11.xlsx"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "MOD-2026-" in zipfile.ZipFile(io.BytesIO(answer.data)).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("part", ["", "/now", "/file"])
def test_nobody_else_sees_it_not_even_that_it_is_there(client, cast, export, part):
    sign_in(client, cast.anna)
    assert client.get(f"/dashboard/exports/{export.id}{part}").status_code == 404
    sign_in(client, cast.kinga)
    assert client.get(f"/dashboard/exports/{export.id}{part}").status_code == 403


def test_the_file_is_refused_before_it_is_ready(manager, export):
    assert manager.get(f"/dashboard/exports/{export.id}/file").status_code == 404


@pytest.mark.parametrize(
    ("trouble", "said"), [(exports.NO_ROOM, "za mało miejsca"), (exports.BROKEN, "coś poszło nie tak")]
)
def test_what_went_wrong_is_told_with_a_button_to_try_the_same_again(manager, export, cast, trouble, said):
    task = written(export)
    with transaction():
        exports.fail(task, trouble)
    text = manager.get(f"/dashboard/exports/{export.id}").text
    assert said in text and "Spróbuj ponownie</button>" in text and "<meta http-equiv" not in text
    again = f"{ASKED}&target=resolve&municipality={cast.modrzewie.id}&category=held_post"
    assert f'action="/dashboard/exports?{again}"' in html.unescape(text)


def test_after_a_day_the_page_says_that_the_file_is_gone(manager):
    place = manager.post(f"/dashboard/exports?{ASKED}").location
    exporting.make_exports()
    clock.advance(exports.KEPT + timedelta(seconds=1))
    with transaction():
        exports.expire()
    sign_in(manager, db.session.query(Export).one().user)
    assert "Plik został usunięty" in manager.get(place).text
    assert manager.get(f"{place}/file").status_code == 404


def test_a_file_on_another_machine_is_told_in_words(manager):
    place = manager.post(f"/dashboard/exports?{ASKED}").location
    exporting.make_exports()
    shutil.rmtree(settings().exports)
    assert "nie ma go na tym serwerze" in manager.get(place).text


def test_more_rows_than_excel_has_lead_to_the_other_file(manager, monkeypatch):
    monkeypatch.setattr(pages, "ROWS_OF_A_SHEET", 0)
    text = manager.post(f"/dashboard/exports?{ASKED}", follow_redirects=True).text
    assert "albo pobierz plik CSV" in text and "Przygotuj arkusz" not in text
    assert db.session.query(Export).count() == 0


def test_a_fourth_at_once_is_refused_in_words(manager):
    for day in (1, 2, 3):
        manager.post(f"/dashboard/exports?period=custom&since=2026-03-0{day}&until=2026-03-11")
    text = manager.post(f"/dashboard/exports?{ASKED}", follow_redirects=True).text
    assert "Trzy Twoje pliki są już w przygotowaniu" in text
    assert db.session.query(Export).filter_by(state=ExportState.WAITING).count() == 3


def test_the_pages_are_there_in_english(manager, export):
    with manager.session_transaction() as session:
        session["locale"] = "en"
    written(export, 12_000)
    assert "12,000 of 340,000 rows" in manager.get(f"/dashboard/exports/{export.id}").text
