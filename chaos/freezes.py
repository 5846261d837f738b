"""Workers are stopped, longer than a lease, and go on: the machine was moved. With a claim in their hands; in the
middle of a claim, with locks that all others wait for."""

from chaos import table
from chaos.judge import Verdict
from chaos.moments import AFTER_CLAIM, BEFORE_CLAIM
from chaos.play import play
from chaos.stage import POSTGRESQL, stage
from chaos.supervisor import Supervisor

TIMES = 4
SECONDS = 12.0  # on the fast clock two minutes: a lease and two looks
WHERE = {"with a claim": AFTER_CLAIM, "within a claim": BEFORE_CLAIM}


def run() -> bool:
    """Whether the promise was kept."""
    verdicts = {name: _frozen(moment) for name, moment in WHERE.items()}
    for name, verdict in verdicts.items():
        table.print_verdict(f"frozen {name}, {TIMES} times", verdict)
    return all(verdict.is_kept for verdict in verdicts.values())


def _frozen(moment: str) -> Verdict:
    def happen(supervisor: Supervisor) -> None:
        for _ in range(TIMES):
            supervisor.freeze_one(SECONDS, moment)
        supervisor.keep(1)

    with stage(POSTGRESQL) as scene:
        return play(scene, happen)
