"""From the commit of an urgent ticket to the provider having the request for the SMS: idle, and behind notices."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

import sqlalchemy as sa

from benchmarks.crowd import enqueue_notices, file_ticket
from benchmarks.far_end import FarEnd, far_end
from benchmarks.figures import aim, load_average, percentile, spread
from benchmarks.processes import workers
from benchmarks.stage import TOLD, Stage, stage
from helpdesk import serve
from helpdesk.extensions import db
from helpdesk.models import Attempt, Ticket
from helpdesk.models.codes import AttemptState, Lane, Priority
from helpdesk.oncall import escalation
from helpdesk.tickets.opening import Reporter
from helpdesk.transaction import after_commit, release, transaction

TICKETS = 100
NOTICES = 5_000
REPORTER = Reporter("Jan Testowy", "+48500000099")
BREATH = 0.05  # seconds between two tickets: the receipt of the first has left
IDLE_AIM, IDLE_P99_AIM, LOADED_AIM = 0.030, 0.150, 0.500


@contextmanager
def _one_process(stage: Stage) -> Iterator[None]:
    with serve.background(stage.app):
        time.sleep(1)  # the first run of every job is over
        yield


@contextmanager
def _two_processes(stage: Stage) -> Iterator[None]:
    with workers(stage):
        yield


# SQLite has one process by design; on PostgreSQL the worker may stand beside the web.
PLACES = (
    ("sqlite", "one process", _one_process),
    ("postgresql", "one process", _one_process),
    ("postgresql", "web and worker", _two_processes),
)


def run() -> None:
    print(f"commit → provider has the request, {TICKETS} urgent tickets, one at a time; with {TOLD}")
    for kind, name, background in PLACES:
        with far_end() as far, stage(kind, far) as world:
            with background(world):
                idle = _measure(world, far)
            with world.app.app_context():
                enqueue_notices(NOTICES)
            with background(world):
                loaded = _measure(world, far)
            left = _notices_left(world)
        _print(f"{kind:10} {name:14}", idle, loaded, left)


def _print(place: str, idle: list[float], loaded: list[float], left: int) -> None:
    p99 = percentile(idle, 99), percentile(loaded, 99)
    aims = aim(median(idle), IDLE_AIM, "median"), aim(p99[0], IDLE_P99_AIM, "p99")
    print(f"  {place} idle           {spread(idle)}   aims: {', '.join(aims)}")
    print(
        f"  {place} {NOTICES:,} notices  {spread(loaded)}   aim: {aim(p99[1], LOADED_AIM, 'p99')};"
        f" {left:,} notices still waited at the end; ratio {median(loaded) / median(idle):.2f};"
        f" load average {load_average()}"
    )


def _measure(world: Stage, far: FarEnd) -> list[float]:
    """Seconds for each ticket. The first does not count: connections are made."""
    return [_one(world, far) for _ in range(TICKETS + 1)][1:]


def _one(world: Stage, far: FarEnd) -> float:
    time.sleep(BREATH)
    with world.app.app_context():
        number, committed_at = _file()
        release()
        arrived_at = _arrival(far, number)
        _settle(number)
    return arrived_at - committed_at


def _settle(number: str) -> None:
    """The alert is over: its calls and further steps are not part of the next figure."""
    with transaction():
        escalation.end(db.session.scalars(sa.select(Ticket).filter_by(number=number)).one())


def _file() -> tuple[str, float]:
    """The ticket's number, and when it was committed."""
    committed: list[float] = []
    with transaction():
        after_commit(lambda: committed.append(time.time()))
        number = file_ticket(Priority.URGENT, reporter=REPORTER).number
    return number, committed[0]


def _arrival(far: FarEnd, number: str) -> float:
    """When the alert about the ticket came in; the reporter's receipt and notices are passed over."""
    while True:
        arrival = far.next()
        if number in arrival.text and arrival.channel == "sms" and arrival.to != REPORTER.phone:
            return arrival.at


def _notices_left(world: Stage) -> int:
    waiting = sa.select(sa.func.count()).where(Attempt.state == AttemptState.DUE, Attempt.lane == Lane.NOTICE)
    with world.app.app_context():
        return db.session.scalar(waiting) or 0
