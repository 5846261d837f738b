"""Requests to the API as the tests send them."""

import sqlalchemy as sa
from flask.testing import FlaskClient

from helpdesk.api_tokens import create_token
from helpdesk.extensions import db
from helpdesk.models import Ticket, User
from helpdesk.transaction import transaction

TICKETS = "/api/v1/tickets"


def bearer(user: User) -> dict[str, str]:
    with transaction():
        return {"Authorization": f"Bearer {create_token('tests', user)}"}


def body_for(place, **changes):
    body = {
        "unit": place.id,
        "category": "held_post",
        "priority": "urgent",
        "summary": "Wstrzymane ostrzeżenie o powodzi",
        "reporter": {"name": "Jan Testowy", "phone": "500 000 012"},
    }
    return {**body, **changes}


def file_ticket(client: FlaskClient, cast, user=None, headers=None, **changes):
    headers = {**bearer(user or cast.jan), **(headers or {})}
    return client.post(TICKETS, json=body_for(cast.osp, **changes), headers=headers)


def only_ticket() -> Ticket:
    return db.session.scalars(sa.select(Ticket)).one()


def read(client, user, path, **query):
    return client.get(path, query_string=query, headers=bearer(user))


def numbers(answer):
    return [entry["number"] for entry in answer.json["tickets"]]
