"""Tickets per second through the form and through the API, over HTTP, with 1 and 8 clients.

The clients have a process of their own: the server does not share its interpreter with them.
"""

import sqlalchemy as sa
from flask import Flask

from benchmarks.clients import Address, rate
from benchmarks.figures import load_average
from benchmarks.stage import DATABASES, stage, web
from helpdesk.api_tokens import create_token
from helpdesk.extensions import db
from helpdesk.models import Role, Unit, User
from helpdesk.models.codes import RoleName
from helpdesk.transaction import transaction

TICKETS = 160


def run() -> None:
    print(f"{TICKETS} normal tickets each; a form is a page fetched and a page sent; clients in their own process")
    for kind in DATABASES:
        with stage(kind) as world, web(world.app) as url:
            for address in (_form(world.app, url), _api(world.app, url)):
                rates = {clients: rate(address, clients, TICKETS) for clients in (1, 8)}
                print(
                    f"  {kind:10} {address.kind:4}  1 client {rates[1]:6.1f}/s   8 clients {rates[8]:6.1f}/s"
                    f"   ratio {rates[8] / rates[1]:.2f}   load average {load_average()}"
                )


def _form(app: Flask, url: str) -> Address:
    with app.app_context():
        secret = db.session.scalars(sa.select(Unit.link_secret).order_by(Unit.id).limit(1)).one()
    return Address("form", f"{url}/u/{secret}?category=other")


def _api(app: Flask, url: str) -> Address:
    with app.app_context():
        unit = db.session.scalars(sa.select(Unit.id).order_by(Unit.id).limit(1)).one()
        manager = db.session.scalars(sa.select(User).where(User.roles.any(Role.name == RoleName.MANAGER))).first()
        assert manager is not None
        with transaction():
            token = create_token("bench", manager)
    return Address("API", f"{url}/api/v1/tickets", token, unit)
