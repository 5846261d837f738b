"""The page and the files about the load of duty."""

import io
import zipfile
from datetime import timedelta

import pytest

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence
from helpdesk.transaction import transaction
from tests.conftest import sign_in

PAGE = "/oncall/load"


@pytest.fixture
def manager(client, cast):
    cast.marek.locale = "en"
    db.session.commit()
    sign_in(client, cast.marek)
    return client


def text(answer):
    return answer.get_data(as_text=True)


def test_a_manager_sees_everybody_and_how_the_shares_differ(manager):
    page = text(manager.get(f"{PAGE}?month=2026-04"))
    assert all(name in page for name in ("Anna Testowa", "Beata Testowa", "Celina Testowa", "Dorota Testowa"))
    assert "above the mean" in page and "below the mean" in page
    assert "Plan: this is how it will be" in page and "Woken" not in page


def test_an_administrator_sees_their_own_row_alone(client, cast):
    sign_in(client, cast.anna)
    page = text(client.get(f"{PAGE}?month=2026-04"))
    assert "Anna Testowa" in page and "Beata Testowa" not in page
    assert "Beata" not in text(client.get(f"{PAGE}/export.csv?month=2026-04"))


def test_reporters_are_refused(client, cast):
    sign_in(client, cast.jan)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}/export.csv").status_code == 403


@pytest.mark.parametrize("month", ["2026-13", "march", "1999-01", "2028-01"])
def test_what_is_no_month_is_said_beside_the_field_and_kept(manager, month):
    answer = manager.get(f"{PAGE}?month={month}")
    assert answer.status_code == 422
    assert f'value="{month}"' in text(answer) and 'aria-describedby="month-error"' in text(answer)
    assert manager.get(f"{PAGE}/export.xlsx?month={month}").status_code == 404


def test_rest_that_is_too_short_explains_itself(manager):
    page = text(manager.get(f"{PAGE}?month=2026-04"))
    assert "there is no rest at all; 11 h in a row are due" in page


def test_the_file_has_every_shift_and_the_month_in_its_name(manager):
    answer = manager.get(f"{PAGE}/export.csv?month=2026-04")
    lines = text(answer).splitlines()
    assert 'filename="dyzury-2026-04.csv"' in answer.headers["Content-Disposition"]
    assert lines[0].startswith("\ufeff") and lines[0].count(";") == 8
    assert len(lines) == 1 + 31 and "2026-04-01 00:00" in lines[1]


def test_the_workbook_has_shifts_and_totals(manager):
    answer = manager.get(f"{PAGE}/export.xlsx?month=2026-04")
    assert answer.headers["Content-Disposition"].endswith("dyzury-2026-04.xlsx")
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"} <= set(names)


def test_warnings_stand_on_the_plan_and_are_counted_on_the_overview(manager, cast):
    assert "nothing clashes" in text(manager.get("/oncall"))
    with transaction():
        span = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(days=2)}
        db.session.add(Absence(user=cast.beata, **span))
    assert "Planned, but absent or gone: Beata Testowa." in text(manager.get("/oncall"))
    assert "1 warning about the next 14 days" in text(manager.get("/dashboard/now"))


def test_whole_numbers_of_others_are_for_managers(client, cast):
    with transaction():
        cast.beata.contacts[0].broken_at = clock.now()
    number = cast.beata.contacts[0].value[-9:]
    sign_in(client, cast.anna)
    assert number not in text(client.get("/oncall")).replace(" ", "").replace("\u00a0", "")
