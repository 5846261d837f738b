"""`make screenshots`: the pictures of the README, from the running demo, at 360 and 1280 pixels."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from helpdesk import clock
from helpdesk.models import User
from helpdesk.models.codes import UnitKind
from helpdesk.oncall.schedule import main_schedule, who_is_on_call
from tests.browser.stage import ARGUMENTS, DESKTOP, PHONE, Site, chromium, running_site, session_cookie
from tests.browser.test_story import file

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for width, size in ((360, PHONE), (1280, DESKTOP)):
            _take_all(site, browser, width, size)
        browser.close()


def _take_all(site: Site, browser: Browser, width: int, size: dict[str, int]) -> None:
    def take(page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / f"{name}-{width}.png", full_page=True)

    on_duty = who_is_on_call(main_schedule(), clock.now())
    reporter = _window(site, browser, size)
    link = site.link_of(UnitKind.FIRE_BRIGADE)
    reporter.goto(f"{link}?category=held_post")
    take(reporter, "form")
    number = file(
        reporter,
        link,
        category="held_post",
        urgency="urgent",
        subject="Ostrzeżenie o wichurze czeka na zatwierdzenie",
        q_post_url="https://facebook.test/posty/1",
        phone="500 000 014",
    )
    take(reporter, "receipt")
    phones = _window(site, browser, size)
    phones.goto(site.simulator.url)
    site.passes(seconds=31)
    phones.locator("#ringing").get_by_text(on_duty.name).wait_for()
    phones.screenshot(path=FOLDER / f"simulator-{width}.png")
    administrator = _window(site, browser, size, on_duty)
    for name, path in (("duty", "/duty"), ("desk", "/desk"), ("ticket", f"/desk/{number}")):
        administrator.goto(site.url + path)
        take(administrator, name)
    manager = _window(site, browser, size, site.people("manager")[0])
    for name, path in (
        ("dashboard", "/dashboard?period=30"),
        ("plan", "/oncall/week"),
        ("preview", "/oncall/policies/preview?at=2026-12-05T23:10"),
        ("load", "/oncall/load"),
    ):
        manager.goto(site.url + path)
        take(manager, name)
    for page in (reporter, phones, administrator, manager):
        page.context.close()


def _window(site: Site, browser: Browser, size: dict[str, int], user: User | None = None) -> Page:
    context = browser.new_context(viewport=size, locale="pl-PL", reduced_motion="reduce")
    if user is not None:
        context.add_cookies([session_cookie(site, user)])
    return context.new_page()


if __name__ == "__main__":
    main()
