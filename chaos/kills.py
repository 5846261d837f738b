"""Workers are killed at named moments, again and again, while tickets are filed and acknowledged."""

from random import Random

from chaos import evidence, people, process, table
from chaos.judge import Verdict, judge
from chaos.stage import POSTGRESQL, SQLITE, Stage, stage
from chaos.supervisor import Supervisor

WORKERS = {SQLITE: 1, POSTGRESQL: 3}
TICKETS_PER_SECOND = {SQLITE: 4.0, POSTGRESQL: 6.0}
SECONDS_PER_KILL = 4.0
SETTLE_SECONDS = 60.0


def run(kills: int) -> bool:
    """On both databases, half of the kills each; whether the promise was kept."""
    verdicts = [_on(kind, kills - kills // 2 if kind == SQLITE else kills // 2) for kind in WORKERS]
    return all(verdict.is_kept for verdict in verdicts)


def _on(kind: str, kills: int) -> Verdict:
    with stage(kind) as scene:
        supervisor = Supervisor(scene, WORKERS[kind], Random(kills))
        actors = [
            process.spawn(scene.log, people.file_tickets, scene, TICKETS_PER_SECOND[kind]),
            process.spawn(scene.log, people.answer_alerts, scene),
        ]
        supervisor.kill_until(kills, kills * SECONDS_PER_KILL)
        process.end(actors[0])
        verdict = drain_and_judge(scene, supervisor)
        process.end(actors[1])
        table.print_kills(f"{kind}, {WORKERS[kind]} worker(s)", supervisor.kills())
        table.print_verdict(kind, verdict)
        return verdict


def drain_and_judge(scene: Stage, supervisor: Supervisor) -> Verdict:
    """Workers run undisturbed until nothing is due, sending or unknown; then the evidence is taken."""
    supervisor.start()
    process.ask(scene.log, evidence.settle, scene, SETTLE_SECONDS)
    verdict = judge(process.ask(scene.log, evidence.collect, scene))
    supervisor.stop()
    return verdict
