"""What all scenarios have in common: people file and acknowledge, workers work, something happens, all is drained
and judged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from random import Random

from chaos import evidence, launcher, people, process
from chaos.judge import PATIENCE, Evidence, Verdict, judge
from chaos.ports import port_of, wait_until_open
from chaos.stage import POSTGRESQL, SQLITE, Stage
from chaos.supervisor import Supervisor

WORKERS = {SQLITE: 1, POSTGRESQL: 3}
TICKETS_PER_SECOND = {SQLITE: 3.0, POSTGRESQL: 4.0}
SETTLE_SECONDS = 90.0


@contextmanager
def filing(scene: Stage, per_second: float) -> Iterator[None]:
    """Tickets are filed inside the block, and acknowledged."""
    actors = [
        process.spawn(scene.log, people.file_tickets, scene, per_second),
        process.spawn(scene.log, people.answer_alerts, scene),
    ]
    try:
        yield
    finally:
        for actor in actors:
            process.end(actor)


@contextmanager
def web(scene: Stage) -> Iterator[None]:
    """The web side listens, for callbacks."""
    child = process.spawn(scene.folder / "web.log", launcher.run_web, scene)
    try:
        wait_until_open(port_of(scene.settings.public_url))
        yield
    finally:
        process.end(child)


def play(scene: Stage, happen: Callable[[Supervisor], None], *, patience: timedelta = PATIENCE) -> Verdict:
    """Workers run and tickets are filed while it happens; then everything is drained and judged."""
    supervisor = Supervisor(scene, WORKERS[scene.kind], Random(7))
    with web(scene), supervisor:
        supervisor.start()
        with filing(scene, TICKETS_PER_SECOND[scene.kind]):
            happen(supervisor)
        return drain_and_judge(scene, supervisor, patience=patience)


def drain_and_judge(scene: Stage, supervisor: Supervisor, *, patience: timedelta = PATIENCE) -> Verdict:
    """Workers go on undisturbed until nothing is due, sending or unknown; then the evidence is taken."""
    process.ask(scene.log, evidence.settle, scene, SETTLE_SECONDS)
    supervisor.stop()
    seen: Evidence = process.ask(scene.log, evidence.collect, scene)
    return judge(replace(seen, patience=patience))
