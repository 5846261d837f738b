"""A number is added and proven, and one's own alert is tested, in a real browser."""

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from helpdesk.extensions import db
from helpdesk.models import Notification
from helpdesk.people.codes import code_of
from tests.browser.stage import DESKTOP, PHONE, Site
from tests.browser.test_pages import RULES

NUMBERS = {"360": ("500 000 071", "+48500000071"), "1280": ("500 000 072", "+48500000072")}


def is_accessible(page: Page, width: int) -> None:
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def code_for(number: str) -> str:
    db.session.rollback()  # to see what the page has written
    letters = sa.select(Notification).where(Notification.address == number).order_by(Notification.id.desc())
    return code_of(db.session.scalars(letters).first().params)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["360", "1280"])
def test_a_number_is_added_a_wrong_code_refused_and_the_right_one_taken(site: Site, visit, size):
    typed, number = NUMBERS[str(size["width"])]
    page: Page = visit(size, site.people("administrator")[1], noise=True)
    page.goto(f"{site.url}/me")
    page.get_by_label("Kolejny numer telefonu").fill(typed)
    page.get_by_role("button", name="Dodaj numer").click()
    expect(page.get_by_text("Wysłaliśmy tam SMS z kodem")).to_be_visible()
    code = code_for(number)
    page.get_by_label("Kod z sześciu cyfr").fill(f"{(int(code) + 1) % 1_000_000:06d}")
    page.get_by_role("button", name="Potwierdź").click()
    expect(page.locator("#code-error")).to_contain_text("Pozostałe próby: 4")
    is_accessible(page, size["width"])
    page.get_by_label("Kod z sześciu cyfr").fill(code)
    page.get_by_role("button", name="Potwierdź").click()
    expect(page.get_by_role("status").filter(has_text="od teraz działa")).to_be_visible()
    is_accessible(page, size["width"])


def test_the_page_of_a_test_shows_by_itself_that_it_was_confirmed(site: Site, visit):
    user = site.people("administrator")[2]
    page: Page = visit(PHONE, user)
    page.goto(f"{site.url}/me/test")
    page.get_by_role("button", name="Zadzwoń do mnie teraz").click()
    expect(page.locator("#live")).to_contain_text("Test trwa od")
    is_accessible(page, PHONE["width"])
    site.simulator.send_sms(user.contacts[0].value, "1")
    expect(page.locator("#live")).to_contain_text("Potwierdzony o", timeout=10_000)
    is_accessible(page, PHONE["width"])
