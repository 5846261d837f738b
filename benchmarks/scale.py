"""A country's tickets: what pages cost with ten thousand to four million of them, a year's worth."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from html import unescape
from statistics import median

import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient

from benchmarks.country import catch_up, load_country, open_tickets
from benchmarks.drawing import today
from benchmarks.figures import load_average, timed
from benchmarks.stage import DATABASES, signed_in, stage
from helpdesk.extensions import db
from helpdesk.models import Municipality, Ticket
from helpdesk.sla import reminders
from helpdesk.transaction import release

SIZES = (10_000, 100_000, 1_000_000, 4_000_000)
MOST = {"sqlite": 1_000_000, "postgresql": 4_000_000}
TIMES = 9
OPEN = 100_000
PAGES_ON = 10
NEXT = re.compile(r'href="([^"]+)" rel="next"')
DASHBOARD, LIST = 0.1, 0.03  # seconds
AIMS = {"dashboard": DASHBOARD}


def run(sizes: Sequence[int] = SIZES, databases: Sequence[str] = DATABASES) -> None:
    print(f"median of {TIMES} requests in this process, signed in as the manager, in ms; load {load_average()}")
    for kind in databases:
        with stage(kind) as world, world.app.app_context():
            # This context outlives its requests; in real life each has its own, and its own `g`.
            world.app.teardown_request(lambda _error: g.__dict__.clear())
            country = load_country()
            for size in sorted(size for size in sizes if size <= MOST[kind]):
                print(f"  {kind}, {size:,} tickets; load {load_average()}")
                for line in country.grow(size):
                    print(f"    {line}")
                _tell(_figures(world.app))


def _tell(figures: dict[str, float]) -> None:
    for name, seconds in figures.items():
        limit = AIMS.get(name.split(",")[0], LIST)
        over = "" if seconds < limit else f"over {limit * 1000:.0f}"
        print(f"    {name:42} {seconds * 1000:8.1f}   {over}")


def _figures(app: Flask) -> dict[str, float]:
    catch_up()
    client, number = signed_in(app), db.session.scalar(sa.select(Ticket.number).order_by(Ticket.id.desc()).limit(1))
    busiest = db.session.scalar(sa.select(Municipality.id).order_by(Municipality.id).offset(2).limit(1))
    release()
    found = {name: _median(client, path) for name, path in addresses(number or "", busiest or 0).items()}
    found[f"search, page {PAGES_ON}"] = _median(client, _page(client, "/desk?status=all&since=&q=festyn", PAGES_ON))
    with open_tickets(OPEN):
        found[f"reminders due among {OPEN:,} open tickets"] = _seconds(_reminders)
    return found


def _reminders() -> None:
    reminders.due()
    release()


def addresses(number: str, municipality: int) -> dict[str, str]:
    """What is measured, by its name."""
    last = today()
    year = f"since={last - timedelta(days=364)}&until={last}"
    month = f"since={last - timedelta(days=29)}&until={last}"
    return {
        "dashboard, year": f"/dashboard?period=custom&{year}",
        "dashboard, 30 days": "/dashboard?period=30",
        "dashboard, year, one category": f"/dashboard?period=custom&{year}&category=hate",
        "dashboard, year, one municipality": f"/dashboard?period=custom&{year}&municipality={municipality}",
        "desk": "/desk",
        "drill-down: late, year": f"/desk?status=all&{year}&target=resolve&outcome=breached",
        "drill-down: late, municipality": f"/desk?status=all&{month}&municipality={municipality}&outcome=breached",
        "drill-down: category, year": f"/desk?status=all&{year}&category=hate_speech&priority=urgent",
        "search for what nobody wrote": "/desk?status=all&since=&q=zzzz",
        "a ticket": f"/desk/{number}",
    }


def _page(client: FlaskClient, path: str, number: int) -> str:
    """The address of a later page of a list, or of its last."""
    for _ in range(number - 1):
        following = NEXT.search(client.get(path).text)
        if following is None:
            break
        path = unescape(following[1])
    return path


def _median(client: FlaskClient, path: str) -> float:
    def get() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return _seconds(get)


def _seconds(act: Callable[[], object]) -> float:
    return median(timed(act, TIMES))
