"""Workers are stopped with a claim in their hands, longer than its lease, and go on: the machine was moved."""

from chaos import table
from chaos.play import play
from chaos.stage import POSTGRESQL, stage
from chaos.supervisor import Supervisor

TIMES = 4
SECONDS = 12.0  # on the fast clock two minutes: a lease and two looks


def run() -> bool:
    """Whether the promise was kept."""

    def happen(supervisor: Supervisor) -> None:
        for _ in range(TIMES):
            supervisor.freeze_one(SECONDS)
        supervisor.keep(1)

    with stage(POSTGRESQL) as scene:
        verdict = play(scene, happen)
    table.print_verdict(f"frozen with a claim, {TIMES} times", verdict)
    return verdict.is_kept
