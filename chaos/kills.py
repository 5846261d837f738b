"""Workers are killed at named moments, again and again, while tickets are filed and acknowledged."""

from random import Random

from chaos import table
from chaos.play import TICKETS_PER_SECOND, WORKERS, drain_and_judge, filing
from chaos.stage import SQLITE, stage
from chaos.supervisor import Supervisor

SECONDS_PER_KILL = 4.0


def run(kills: int) -> bool:
    """On both databases, half of the kills each; whether the promise was kept, and so many workers were killed."""
    kept = [_on(kind, kills - kills // 2 if kind == SQLITE else kills // 2) for kind in WORKERS]
    return all(kept)


def _on(kind: str, kills: int) -> bool:
    with stage(kind) as scene:
        supervisor = Supervisor(scene, WORKERS[kind], Random(kills))
        with supervisor:
            with filing(scene, TICKETS_PER_SECOND[kind]):
                supervisor.kill_until(kills, kills * SECONDS_PER_KILL)
            supervisor.start()
            verdict = drain_and_judge(scene, supervisor)
        table.print_kills(f"{kind}, {WORKERS[kind]} worker(s)", supervisor.kills())
        table.print_verdict(kind, verdict)
        killed = sum(supervisor.kills().values())
        if killed < kills:
            print(f"  only {killed} of {kills} kills in the time for them: this proves too little")
        return verdict.is_kept and killed >= kills
