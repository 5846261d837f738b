"""A manager learns that nobody will be on duty, follows the warning and hands the duty's figures on."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Absence
from helpdesk.oncall.schedule import main_schedule, shifts
from helpdesk.transaction import transaction
from tests.browser.stage import DESKTOP, PHONE, Site
from tests.browser.test_pages import RULES

DAY = timedelta(days=1)
LINK = re.compile(r"ostrzeże\w+ na najbliższe 14 dni")


@pytest.fixture
def absent(site: Site):
    """Whoever is on duty in two days is away then."""
    shift = shifts(main_schedule(), clock.now() + 2 * DAY, clock.now() + 3 * DAY)[0]
    with transaction():
        absence = Absence(user=shift.user, starts_at=shift.starts_at, ends_at=shift.ends_at)
        db.session.add(absence)
    yield shift.user
    with transaction():
        db.session.delete(absence)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1280"])
def test_a_gap_is_seen_on_the_overview_and_explained_a_click_further(site: Site, visit, absent, size):
    page: Page = visit(size, site.people("manager")[0])
    page.goto(f"{site.url}/dashboard")
    page.get_by_role("link", name=LINK).click()
    warnings = page.get_by_role("region", name="Ostrzeżenia na najbliższe 14 dni")
    gap = warnings.get_by_role("listitem").filter(has_text="Nikt nie ma dyżuru").first
    expect(gap).to_contain_text("W grafiku, ale nieobecni lub już nie pracują")
    expect(gap).to_contain_text(absent.name)
    expect(warnings).to_contain_text("Uzupełnij grafik")
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_figures_of_a_month_are_downloaded_for_payroll(site: Site, visit):
    page: Page = visit(DESKTOP, site.people("manager")[0])
    page.goto(f"{site.url}/oncall/load")
    month = page.get_by_label("Miesiąc").input_value()
    with page.expect_download() as download:
        page.get_by_role("link", name="Dla kadr i płac").click()
    assert download.value.suggested_filename == f"dyzury-{month}.xlsx"
