"""The editor of schedules in a browser, at both widths: what a manager does in it, with axe at each step."""

from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.stage import DESKTOP, PHONE, Site
from tests.browser.test_pages import RULES

SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1280"])


@pytest.fixture
def manager(site: Site, visit):
    def opened(size: dict[str, int], path: str) -> Page:
        page: Page = visit(size, site.people("manager")[0], noise=True)  # the console notes every 422
        page.goto(f"{site.url}/oncall/schedules{path}")
        return page

    return opened


def is_good(page: Page) -> None:
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def days_later(page: Page, field: str, days: int) -> str:
    begin = datetime.fromisoformat(page.input_value(field))
    return (begin + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


@SIZES
def test_a_layer_is_shown_before_it_is_saved(manager, size):
    page = manager(size, "")
    page.click("tbody th a")
    page.locator("main .card a").first.click()
    page.select_option("#hours", "nights")
    page.click("button[value='up:2']")
    expect(page.locator("#hours")).to_have_value("nights")
    page.click(".actions button[value=show]")
    expect(page.locator("#preview")).to_be_visible()
    assert page.locator("tr.changed").count() > 0 and page.locator(".notice.burning").count() == 1
    is_good(page)


@SIZES
def test_what_is_wrong_in_a_layer_leads_to_its_field(manager, size):
    page = manager(size, "")
    page.click("tbody th a")
    page.click("a[href$='/layers/add']")
    page.fill("#shift_length", "0")
    page.click(".actions button[value=save]")
    page.click("#error-summary a[href='#shift_length']")
    expect(page.locator("#shift_length")).to_be_focused()
    is_good(page)


@SIZES
def test_a_change_that_leaves_nobody_is_warned_of_and_saved_anyway(manager, size):
    page = manager(size, "/override")
    page.check("input[value=remove]")
    page.select_option("#instead_of", index=2)
    page.fill("#ends_at", days_later(page, "#starts_at", 5))
    page.click("main .actions button")
    expect(page.locator("#error-summary")).to_be_focused()
    is_good(page)
    page.check("#anyway")
    page.click("main .actions button")
    row = page.locator("table form button").last
    expect(row).to_be_visible()
    is_good(page)
    row.click()
    expect(page.locator(".notice.success")).to_be_visible()


@SIZES
def test_a_temporary_plan_is_filled_in_and_its_gap_is_flagged(manager, size):
    page = manager(size, "/override")
    since, until = page.input_value("#starts_at"), days_later(page, "#starts_at", 3)
    page.goto(page.url.removesuffix("/override"))
    page.click("tbody th a")
    page.click("a[href$='/temporary']")
    page.fill("#name", "Święta")
    page.fill("#starts_at", since)
    page.fill("#ends_at", until)
    page.click("button[value=fill]")
    page.select_option("#shifts-1-person", index=0)
    page.click("button[value=save]")
    expect(page.locator("#error-summary")).to_be_focused()
    is_good(page)
    page.check("#anyway")
    page.click("button[value=save]")
    page.click("a:has-text('Święta')")
    expect(page.locator("#name")).to_have_value("Święta")
    is_good(page)
    page.go_back()
    page.locator("table form button").last.click()
    expect(page.locator(".notice.success")).to_be_visible()
