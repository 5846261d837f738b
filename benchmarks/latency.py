"""From the commit of an urgent ticket to the provider receiving the request for the SMS; one at a time."""

import time
from multiprocessing.queues import Queue

import sqlalchemy as sa
from flask import Flask

from benchmarks.stage import DATABASES, application, provider, spread
from helpdesk import serve
from helpdesk.extensions import db
from helpdesk.models import Unit
from helpdesk.models.codes import Category, Priority
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.transaction import release, transaction

TICKETS = 100


def run() -> None:
    print(f"commit → provider has the request, {TICKETS} urgent tickets, one at a time (aim: 50 / 250 ms)")
    for kind in DATABASES:
        with provider() as (url, arrivals), application(kind, url) as app, serve.background(app):
            print(f"  {kind:10} {spread(_measure(app, arrivals))}")


def _measure(app: Flask, arrivals: "Queue[tuple[float, str, str]]") -> list[float]:
    found = []
    for _ in range(TICKETS):
        with app.app_context():
            number = _file()
            committed = time.time()
            release()
        found.append(_arrival(arrivals, number) - committed)
    return found


def _file() -> str:
    unit = db.session.scalars(sa.select(Unit).limit(1)).one()
    draft = TicketDraft(
        unit=unit,
        category=Category.HELD_POST,
        priority=Priority.URGENT,
        summary="Ostrzeżenie nie ukazało się",
        reporter=Reporter("Jan Testowy", "+48500000099"),
    )
    with transaction():
        return open_ticket(draft).number


def _arrival(arrivals: "Queue[tuple[float, str, str]]", number: str) -> float:
    """When the alert about the ticket came in; the reporter's receipt is passed over."""
    while True:
        at, to, body = arrivals.get(timeout=30)
        if number in body and to != "+48500000099":
            return at
