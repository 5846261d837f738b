"""A real browser before the whole program: web server, worker, scheduler and simulator on free ports.

Chromium is the system's, else Playwright's own. With neither, these tests are skipped and say so; where CI=true they
fail instead, so that nobody believes that they ran.
"""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress import create_server

from helpdesk import clock, serve
from helpdesk.app import create_app
from helpdesk.config import read_settings
from helpdesk.demo import DEMO_PEOPLE, load_demo
from helpdesk.extensions import db
from helpdesk.jobs import JOBS, run_job
from helpdesk.models import Unit, User
from helpdesk.models.codes import UnitKind
from helpdesk.schema import upgrade_database
from helpdesk.simulator.driver import Simulator

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NO_BROWSER = (
    "No Chromium: install the package `chromium` (apt-get install chromium) or run `playwright install chromium`."
)


def chromium() -> str | None:
    """The system's Chromium; None to let Playwright use its own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Site:
    """The running program; `simulator` is the far end."""

    app: Flask
    url: str
    simulator: Simulator

    def people(self, role: str) -> list[User]:
        """The demo's people with the role, in the order in which they were added."""
        emails = [person.email for person in DEMO_PEOPLE if person.role == role]
        query = sa.select(User).where(User.email.in_(emails)).order_by(User.id)
        return list(db.session.scalars(query))

    def link_of(self, kind: UnitKind) -> str:
        unit = db.session.scalars(sa.select(Unit).where(Unit.kind == kind).order_by(Unit.id)).first()
        return f"{self.url}/u/{unit.link_secret}"

    def passes(self, **time: float) -> None:
        """Move the clock; the jobs look at what has become due."""
        clock.advance(timedelta(**time))
        for job in JOBS:
            run_job(self.app, job)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo world, as `helpdesk run` serves it."""
    port = free_port()
    folder = tmp_path_factory.mktemp("site")
    environ = {
        "DATA_DIR": str(folder),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SIMULATOR_PORT": str(free_port()),
        "SIMULATOR_SMTP_PORT": str(free_port()),
    }
    settings = replace(read_settings(environ))
    app = create_app(settings)
    upgrade_database(app)
    with app.app_context():
        load_demo()
    server = create_server(app, host="127.0.0.1", port=port, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    with serve.simulator(settings) as simulator, serve.background(app):
        thread.start()
        with app.app_context():
            assert simulator is not None
            yield Site(app, settings.public_url, simulator)
        server.close()
    clock.reset()


@pytest.fixture(scope="session")
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

    def opened(size: dict[str, int], user: User | None = None) -> Page:
        context = browser.new_context(viewport=size, locale="pl-PL", reduced_motion="reduce")
        context.set_default_timeout(10_000)
        page = context.new_page()
        visitor = Visitor(page, context, [])
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


def session_cookie(site: Site, user: User) -> dict[str, str]:
    """The cookie of somebody who signed in with all factors."""
    client = site.app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=user.fs_uniquifier, _fresh=True, fs_cc="set", fs_paa=clock.now().timestamp())
    cookie = client.get_cookie("session")
    assert cookie is not None
    return {"name": "session", "value": cookie.value, "url": site.url}
