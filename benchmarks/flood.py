"""1,000 urgent alerts in one commit against a provider that answers after 100 ms: until the last was requested."""

import time
from collections import Counter
from collections.abc import Container
from contextlib import suppress
from dataclasses import replace
from queue import Empty

from flask import Flask

from benchmarks.crowd import Alerted, alert_letter, alerted_people, phone
from benchmarks.far_end import Arrival, FarEnd, far_end
from benchmarks.figures import load_average
from benchmarks.processes import workers
from benchmarks.stage import TOLD, analyze, stage
from helpdesk import outbox
from helpdesk.models.codes import Channel, Lane
from helpdesk.notify.worker import POSTS
from helpdesk.transaction import release, transaction

ALERTS = 1_000
ANSWERS_AFTER = 0.1
CROWDS = (("postgresql", 1), ("postgresql", 2), ("postgresql", 4), ("sqlite", 1))
THREADS = sum(
    post.threads for post in POSTS if post.channel is Channel.SMS and post.lanes[0] <= Lane.ALERT <= post.lanes[1]
)
QUIET = 5  # seconds without a request, and all there is has come
QUIET_OF_ONE = 20  # longer than the gap that a number is left between two SMS


def run() -> None:
    print(
        f"{ALERTS:,} alerts to as many people in one commit; answered after {ANSWERS_AFTER * 1000:.0f} ms;"
        f" each worker process has {THREADS} threads for alerts; with {TOLD}"
    )
    alone: dict[str, float] = {}
    for kind, count in CROWDS:
        seconds, requests = _flood(kind, count)
        alone.setdefault(kind, seconds)
        print(
            f"  {kind:10} {count} worker{'s' if count > 1 else ' '}   {seconds:6.1f} s until the last was requested"
            f"   {ALERTS / seconds:6.1f}/s   ratio to 1 worker {alone[kind] / seconds:4.2f}"
            f"   bound {bound(count):5.1f} s   {tally(requests)}   load average {load_average()}"
        )
    print(f"  {ALERTS:,} alerts to one person, with the pace of a new installation: {_to_one_person()}")


def bound(processes: int) -> float:
    """Seconds that the provider alone takes: no thread has more than one request open."""
    return ALERTS * ANSWERS_AFTER / (THREADS * processes)


def tally(requests: Counter[str]) -> str:
    """How many numbers got no request, and how many requests were one too many."""
    twice = sum(requests.values()) - len(requests)
    return f"{ALERTS - len(requests)} lost, {twice} twice"


def _flood(kind: str, processes: int) -> tuple[float, Counter[str]]:
    """Seconds from the commit until the last was requested, and the requests by number."""
    with far_end(ANSWERS_AFTER) as far, stage(kind, far) as world:
        with world.app.app_context():
            people = alerted_people(ALERTS)
            analyze()
        with workers(world, processes):
            _warm_up(world.app, far, people[: 4 * THREADS * processes])
            committed_at = _alert(world.app, people)
            arrivals = _until_quiet(far, QUIET, {one.phone for one in people})
            return arrivals[-1].at - committed_at, Counter(arrival.to for arrival in arrivals)


def _warm_up(app: Flask, far: FarEnd, people: list[Alerted]) -> None:
    """Every thread has made its connections, as in a worker that has run for a while."""
    with app.app_context(), transaction():
        for number, alerted in enumerate(people):
            outbox.enqueue(alert_letter(replace(alerted, phone=phone(ALERTS + number)), run=1))
    for _ in people:
        far.next()
    time.sleep(2)


def _alert(app: Flask, people: list[Alerted]) -> float:
    """All in one transaction; when it was committed."""
    with app.app_context():
        with transaction():
            for alerted in people:
                outbox.enqueue(alert_letter(alerted))
        committed_at = time.time()
        release()
    return committed_at


def _to_one_person() -> str:
    """How many SMS carry the alerts; one after the other, because a number gets one at a time."""
    with far_end(ANSWERS_AFTER) as far, stage("postgresql", far, pace={}) as world:
        with world.app.app_context():
            people = alerted_people(ALERTS)
            analyze()
        with workers(world):
            first = people[0]
            committed_at = _alert(
                world.app, [replace(one, user_id=first.user_id, phone=first.phone) for one in people]
            )
            arrivals = _until_quiet(far, QUIET_OF_ONE, {first.phone})
    return f"{len(arrivals)} SMS, the last after {arrivals[-1].at - committed_at:.1f} s"


def _until_quiet(far: FarEnd, seconds: float, numbers: Container[str]) -> list[Arrival]:
    """What comes to the numbers until nothing comes to them for so long. An alert that takes longer than its step
    gives a channel goes on to other people meanwhile: that is not the flood that is measured."""
    found: list[Arrival] = []
    until = time.monotonic() + seconds
    with suppress(Empty):
        while time.monotonic() < until:
            arrival = far.next(timeout=seconds)
            if arrival.to in numbers:
                found.append(arrival)
                until = time.monotonic() + seconds
    return found
