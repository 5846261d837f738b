"""The plan by keyboard alone: from who is on duty now to a day's shift, and to one's own calendar."""

from playwright.sync_api import Page, expect

from helpdesk import clock
from tests.browser.stage import DESKTOP, PHONE, Site

FOCUSED = "() => { const e = document.activeElement; return (e.labels?.[0] ?? e).innerText.trim(); }"


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the link, button or box whose name begins so has the focus."""
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def test_from_now_to_a_days_shift_by_keyboard(site: Site, visit):
    administrator = site.people("administrator")[0]
    page: Page = visit(DESKTOP, administrator)
    page.goto(f"{site.url}/oncall")
    tab_to(page, "Ten miesiąc")
    page.keyboard.press("Enter")
    expect(page.get_by_role("table")).to_be_visible()
    today = clock.now().astimezone(site.app.config["SETTINGS"].zone).date()
    cell = page.locator(f"#d{today.isoformat()}")
    expect(cell).to_contain_text("dziś")
    cell.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/oncall/week/**#d{today.isoformat()}")
    day = page.locator(f"#d{today.isoformat()}")
    expect(day.get_by_role("rowheader")).to_contain_text("dziś")
    expect(day).to_contain_text("–24:00")


def test_only_my_shifts_by_keyboard(site: Site, visit):
    administrator, other, *_rest = site.people("administrator")
    page: Page = visit(DESKTOP, administrator)
    page.goto(f"{site.url}/oncall/week")
    tab_to(page, "Tylko moje dyżury")
    page.keyboard.press("Space")
    tab_to(page, "Pokaż")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Widać tylko Twoje dyżury.")).to_be_visible()
    expect(page.get_by_role("table")).not_to_contain_text(other.name)


def test_the_address_of_ones_own_calendar_is_made_and_fetched(site: Site, visit):
    page: Page = visit(PHONE, site.people("administrator")[1])
    page.goto(f"{site.url}/oncall/calendars")
    page.get_by_role("button", name="Utwórz adres").press("Enter")
    address = page.get_by_label("Adres kalendarza").input_value()
    answer = page.request.get(address)
    assert answer.ok and answer.text().startswith("BEGIN:VCALENDAR")
