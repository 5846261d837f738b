"""A swap between two people, on a phone and at a desk: three steps to offer it, two to take it, one to undo it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.stage import DESKTOP, PHONE
from tests.browser.test_pages import RULES


def is_clean(page: Page) -> None:
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1280"])
def test_one_offers_a_shift_the_other_takes_it_and_it_is_undone(site, visit, size):
    giver, taker = site.people("administrator")[2:4]
    mine, theirs = visit(size, giver), visit(size, taker)
    mine.goto(site.url + "/oncall/cover")
    mine.get_by_role("link", name="Oddaj komuś").last.click()
    mine.get_by_label("Dla kogo").select_option(label=taker.name)
    mine.get_by_label("Uwagi").fill("Wizyta u lekarza")
    is_clean(mine)
    mine.get_by_role("button", name="Zaproponuj").click()
    expect(mine.locator("#offered")).to_be_visible()
    is_clean(mine)
    theirs.goto(site.url + "/oncall/cover")
    offer = theirs.locator("article", has_text="Wizyta u lekarza")
    expect(offer).to_contain_text(giver.name)
    is_clean(theirs)
    offer.get_by_role("button", name="Przejmuję").click()
    expect(theirs.get_by_role("status")).to_contain_text("Dyżur jest Twój")
    is_clean(theirs)
    mine.reload()
    mine.locator("tr", has_text="Wizyta u lekarza").get_by_role("button", name="Cofnij").click()
    expect(mine.get_by_role("status")).to_contain_text("Zamiana cofnięta")
    expect(mine.locator("main")).not_to_contain_text("Wizyta u lekarza")


def test_whoever_else_is_absent_is_named_before_it_is_saved(site, visit):
    first, second = site.people("administrator")[:2]
    span = "since=2031-05-05T08:00&until=2031-05-09T08:00"
    for user in (first, second):
        page = visit(PHONE, user)
        page.goto(f"{site.url}/oncall/cover/absent?{span}")
        page.get_by_role("button", name="Zapisz").click()
    expect(page.locator(".notice.warning")).to_contain_text(first.name)
    is_clean(page)
    page.get_by_role("button", name="Zapisz mimo to").click()
    expect(page.locator("main")).to_contain_text(second.name)
