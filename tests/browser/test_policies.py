"""A manager asks what an urgent ticket on Saturday night would do, writes a policy and sees it before saving."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.stage import DESKTOP, PHONE, Site
from tests.browser.test_pages import RULES

SATURDAY = "2026-12-05T23:10"
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1280"])


def is_sound(page: Page, size: dict[str, int]) -> None:
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@SIZES
def test_a_manager_sees_each_message_that_a_ticket_on_saturday_night_would_send(site: Site, visit, size):
    page: Page = visit(size, site.people("manager")[0])
    page.goto(f"{site.url}/oncall/policies")
    page.get_by_label("Gdyby zgłoszenie przyszło").fill(SATURDAY)
    page.get_by_role("button", name="Pokaż, co by się stało").click()
    table = page.get_by_role("table", name=re.compile("Wszystkie wiadomości pierwszej rundy"))
    expect(table.get_by_role("row").nth(1)).to_contain_text("23:10:00")
    expect(table.get_by_role("row").nth(1)).to_contain_text("SMS")
    expect(table.get_by_role("row").nth(2)).to_contain_text("23:10:30")
    assert "+48 500 000 002" not in page.content()
    is_sound(page, size)


@SIZES
def test_a_new_policy_is_tried_before_it_is_saved_and_nothing_typed_is_lost(site: Site, visit, size):
    page: Page = visit(size, site.people("manager")[0])
    name = f"Hejt {size['width']}"
    page.goto(f"{site.url}/oncall/policies/add")
    page.get_by_label("Nazwa").fill(name)
    page.get_by_label("Kategoria").select_option("hate" if size is PHONE else "hate_speech")
    page.get_by_role("button", name="Dodaj stopień").click()
    page.get_by_role("group", name="Stopień 2").get_by_label("Kogo alarmować").select_option("managers")
    page.get_by_label("Gdyby takie zgłoszenie przyszło").fill(SATURDAY)
    page.get_by_role("button", name="Pokaż, co by się stało").click()
    expect(page.get_by_label("Nazwa")).to_have_value(name)
    expect(page.get_by_role("table")).to_contain_text("Maria Makietowa")
    is_sound(page, size)
    page.get_by_role("button", name="Zapisz").last.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
