"""A real browser before the whole program, with worker, scheduler and simulator, on free ports."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from waitress import create_server

from helpdesk import clock, serve
from helpdesk.app import create_app
from helpdesk.config import Settings, read_settings
from helpdesk.demo import DEMO_PEOPLE, load_demo
from helpdesk.extensions import db
from helpdesk.jobs import JOBS, run_job
from helpdesk.models import Unit, User
from helpdesk.models.codes import UnitKind
from helpdesk.schema import upgrade_database
from helpdesk.simulator.driver import Simulator
from tests.conftest import sign_in

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


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """The demo world, as `helpdesk run` serves it; the application's context is at hand."""
    port = free_port()
    environ = {
        "MAIL_IN_ADDRESS": "pomoc@helpdesk.test",
        "DATA_DIR": str(folder),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SIMULATOR_PORT": str(free_port()),
        "SIMULATOR_SMTP_PORT": str(free_port()),
    }
    settings = read_settings(environ)
    app = create_app(settings)
    clock.advance(_until_ten(settings))
    upgrade_database(app)
    with app.app_context():
        load_demo()
    server = create_server(app, host="127.0.0.1", port=port, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    with serve.simulator(settings) as simulator, serve.background(app):
        assert simulator is not None
        thread.start()
        with app.app_context():
            yield Site(app, settings.public_url, simulator)
        server.close()
    clock.reset()


def _until_ten(settings: Settings) -> timedelta:
    """To ten in the morning of a working day, out of the quiet hours."""
    local = clock.now().astimezone(settings.zone)
    ten = local.replace(hour=10, minute=0) + timedelta(days=1)
    while ten.weekday() > 4:
        ten += timedelta(days=1)
    return ten - local


def session_cookie(site: Site, user: User) -> dict[str, str]:
    """The cookie of somebody who signed in with all factors."""
    client = site.app.test_client()
    sign_in(client, user)
    cookie = client.get_cookie("session")
    assert cookie is not None
    return {"name": "session", "value": cookie.value, "url": site.url}
