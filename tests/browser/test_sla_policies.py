"""A manager changes a promised time and a calendar, and sees what that would move before saving it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.stage import PHONE, Site
from tests.browser.test_policies import SIZES, is_sound

LOOK = "Pokaż, co się zmieni"


@SIZES
def test_a_policy_is_looked_at_on_real_tickets_before_it_is_saved(site: Site, visit, size):
    page: Page = visit(size, site.people("manager")[0], noise=True)  # a 422 is one
    page.goto(f"{site.url}/sla")
    page.get_by_role("link", name="Zmień zestaw terminów Pakiet 1", exact=True).click()
    page.get_by_role("group", name="Zwykłe: Rozwiązanie").get_by_label("Czas").fill(
        "5 dni" if size is PHONE else "6 dni"
    )
    page.get_by_role("button", name="Dodaj termin dla kategorii").click()
    row = page.locator("fieldset.card").last
    row.get_by_label("Kategoria").select_option("other" if size is PHONE else "misleading")
    row.get_by_label("Czas").fill("kiedyś")
    page.get_by_role("button", name=LOOK).last.click()
    expect(row.get_by_label("Czas")).to_have_value("kiedyś")
    is_sound(page, size)
    row.get_by_label("Czas").fill("36 h")
    page.get_by_role("button", name=LOOK).last.click()
    expect(page.get_by_role("table")).to_contain_text("później")
    expect(page.get_by_text("Nic jeszcze nie zapisano.")).to_be_visible()
    is_sound(page, size)
    page.get_by_role("button", name="Zapisz").click()
    expect(page.get_by_role("status")).to_contain_text("Zapisano.")
    expect(page.get_by_text("36 godz.").last).to_be_visible()
    is_sound(page, size)


@SIZES
def test_a_calendar_shows_the_days_that_its_hours_open(site: Site, visit, size):
    page: Page = visit(size, site.people("manager")[0], noise=True)  # a 422 is one
    page.goto(f"{site.url}/sla/calendars")
    page.get_by_role("link", name=re.compile("Zmień kalendarz Godziny pracy")).click()
    page.get_by_label("sobota").fill("9-13, 12-14")
    page.get_by_role("button", name=LOOK).last.click()
    expect(page.get_by_text("Te godziny nakładają się na inne").last).to_be_visible()
    page.get_by_label("sobota").fill("9-13")
    page.get_by_role("button", name=LOOK).last.click()
    expect(page.get_by_text("09:00–13:00").first).to_be_visible()
    is_sound(page, size)
