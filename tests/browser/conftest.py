"""A real browser before the whole program.

Chromium is the system's, else Playwright's own. With neither, these tests are skipped and say so; where CI is set
they fail instead, so that nobody believes that they ran.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from helpdesk.models import User
from tests.browser.stage import ARGUMENTS, NO_BROWSER, Site, chromium, running_site, session_cookie


@pytest.fixture(scope="module")  # not longer: its workers wake whenever a test of this process commits
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="module")  # not longer: two of Playwright cannot run in one process
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        path = chromium()
        if path is None and not own.exists():
            if os.environ.get("CI"):
                pytest.fail(NO_BROWSER)
            pytest.skip(NO_BROWSER)
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@dataclass
class Visitor:
    """Somebody with a browser window; what the console complained about is kept."""

    page: Page
    context: BrowserContext
    complaints: list[str]


@pytest.fixture
def visit(browser: Browser, site: Site):
    """Open a window: `visit(PHONE)`; complaints of the console fail the test at its end."""
    visitors: list[Visitor] = []

    def opened(size: dict[str, int], user: User | None = None, *, noise: bool = False) -> Page:
        context = browser.new_context(viewport=size, locale="pl-PL", reduced_motion="reduce")
        context.set_default_timeout(10_000)
        page = context.new_page()
        visitor = Visitor(page, context, [])
        if not noise:
            page.on("console", lambda m: m.type == "error" and visitor.complaints.append(m.text))
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitors.append(visitor)
        if user is not None:
            context.add_cookies([session_cookie(site, user)])
        return page

    yield opened
    for visitor in visitors:
        visitor.context.close()
    assert [c for v in visitors for c in v.complaints] == []
