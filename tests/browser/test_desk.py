"""The filters of the desk and of the overview, typed into a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.stage import PHONE


@pytest.mark.parametrize("path", ["/desk", "/dashboard"])
def test_municipalities_are_offered_while_one_is_typed(site, visit, path):
    page = visit(PHONE, site.people("manager")[0])
    page.goto(f"{site.url}{path}")
    page.get_by_text("Filtry", exact=True).click()
    page.get_by_label("Gmina (kod lub nazwa)").press_sequentially("rzos")
    expect(page.locator("#places option[value=WRZ]")).to_be_attached()
