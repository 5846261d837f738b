"""Tickets per second through the form and through the API, over HTTP, with 1 and 8 clients."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests
import sqlalchemy as sa
from flask import Flask

from benchmarks.stage import DATABASES, application, web
from helpdesk.api_tokens import create_token
from helpdesk.extensions import db
from helpdesk.models import Role, Unit, User
from helpdesk.models.codes import RoleName
from helpdesk.transaction import transaction

TICKETS = 160
FIELD = re.compile(r'name="(csrf_token|submission|page)"[^>]*value="([^"]*)"')


def run() -> None:
    print(f"{TICKETS} normal tickets each; a form is a page fetched and a page sent")
    for kind in DATABASES:
        with application(kind) as app, web(app) as url:
            form, api = _form(app, url), _api(app, url)
            for name, file in (("form", form), ("API", api)):
                rates = {clients: _rate(file, clients) for clients in (1, 8)}
                print(
                    f"  {kind:10} {name:4}  1 client {rates[1]:6.1f}/s   8 clients {rates[8]:6.1f}/s"
                    f"   ratio {rates[8] / rates[1]:.2f}"
                )


def _rate(file: Callable[[requests.Session], None], clients: int) -> float:
    def work(count: int) -> None:
        with requests.Session() as session:
            for _ in range(count):
                file(session)

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(work, [TICKETS // clients] * clients))
    return TICKETS / (time.perf_counter() - start)


def _form(app: Flask, url: str) -> Callable[[requests.Session], None]:
    with app.app_context():
        secret = db.session.scalars(sa.select(Unit.link_secret).limit(1)).one()
    address = f"{url}/u/{secret}?category=other"

    def file(session: requests.Session) -> None:
        hidden = dict(FIELD.findall(session.get(address).text))
        answer = session.post(address, data=hidden | FORM, allow_redirects=False)
        if answer.status_code not in (302, 303):
            raise RuntimeError(f"the form answered {answer.status_code}")

    return file


FORM = {
    "category": "other",
    "priority": "normal",
    "subject": "Pytanie o grupę",
    "description": "Jak dodać wydarzenie?",
    "name": "Jan Testowy",
    "email": "jan@unit.test",
}


def _api(app: Flask, url: str) -> Callable[[requests.Session], None]:
    with app.app_context():
        unit = db.session.scalars(sa.select(Unit.id).limit(1)).one()
        manager = db.session.scalars(sa.select(User).where(User.roles.any(Role.name == RoleName.MANAGER))).first()
        assert manager is not None
        with transaction():
            token = create_token("bench", manager)
    body = {
        "unit": unit,
        "category": "other",
        "priority": "normal",
        "summary": "Pytanie o grupę",
        "reporter": {"name": "Jan Testowy", "email": "jan@unit.test"},
    }

    def file(session: requests.Session) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        answer = session.post(f"{url}/api/v1/tickets", json=body, headers=headers)
        if answer.status_code != 201:
            raise RuntimeError(f"the API answered {answer.status_code}: {answer.text[:200]}")

    return file
