"""A provider that refuses, is slow, cuts connections, is away for an hour, and whose callbacks go astray."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from chaos import fastclock, process, table
from chaos.faults import Plan
from chaos.judge import PATIENCE, Verdict
from chaos.play import play
from chaos.provider import change
from chaos.stage import SQLITE, Stage, stage
from chaos.supervisor import Supervisor
from chaos.world import phone_of

BAD_SECONDS = 8.0  # real; so many minutes of the program: × SPEED / 60
GOOD_SECONDS = 3.0
OUTAGE = timedelta(hours=1)
OUTAGE_STEPS = 60
# Until the last step of the alerts has come round again: five minutes of the program.
AFTER_OUTAGE_SECONDS = 330 / fastclock.SPEED
AT_ONCE = 2  # scenarios that are played side by side


@dataclass(frozen=True)
class Scenario:
    """`plan` is followed for BAD_SECONDS, a good one after that."""

    name: str
    plan: Plan


NUMBERS = [phone_of(gmina) for gmina in range(6)]
ALL_OF_IT = {"429": 0.1, "500": 0.1, "503": 0.1, "cut": 0.1, "500 after storing": 0.1, "cut after storing": 0.1}
CUT_EITHER_WAY = {"cut": 0.3, "cut after storing": 0.3}
SCENARIOS = (
    Scenario("nothing wrong", Plan(callbacks="orderly")),
    Scenario("429 bursts", Plan(faults={"429": 0.6})),
    Scenario("500 before storing", Plan(faults={"500": 0.4})),
    Scenario("503", Plan(faults={"503": 0.5})),
    Scenario("5xx after storing", Plan(faults={"500 after storing": 0.2, "504 after storing": 0.2})),
    Scenario("time-outs", Plan(faults={"silent": 0.15, "silent after storing": 0.15})),
    Scenario("connection cut before storing", Plan(faults={"cut": 0.4})),
    Scenario("connection cut after storing", Plan(faults={"cut after storing": 0.4})),
    Scenario("cut, and it cannot be asked", Plan(faults={"cut after storing": 0.3}, ask_faults={"500": 1.0})),
    Scenario("cut, and it can sometimes be asked", Plan(faults=CUT_EITHER_WAY, ask_faults={"500": 0.6})),
    Scenario("callbacks lost", Plan(callbacks="lost")),
    Scenario("callbacks repeated", Plan(callbacks="repeated")),
    Scenario("callbacks reordered", Plan(callbacks="reordered")),
    Scenario("callbacks before the answer", Plan(callbacks="early")),
    Scenario(
        "numbers refused: 21211 21610 21614",
        Plan(refused=dict(zip(NUMBERS[:3], (21211, 21610, 21614), strict=True))),
    ),
    Scenario(
        "undelivered: 30003 30005 30007",
        Plan(lost=dict(zip(NUMBERS[3:], (30003, 30005, 30007), strict=True)), callbacks="orderly"),
    ),
    Scenario("all of it, callbacks lost", Plan(faults=ALL_OF_IT, callbacks="lost")),
)


def run() -> bool:
    """Whether the promise was kept in every one."""
    asked = [(scenario.name, _question(scenario)) for scenario in SCENARIOS] + [("an hour's outage", _outage)]
    verdicts = process.ask_side_by_side(asked, AT_ONCE)
    for name, verdict in verdicts:
        table.print_verdict(name, verdict)
    return all(verdict.is_kept for _, verdict in verdicts)


def _question(scenario: Scenario) -> "process.Question[Verdict]":
    return lambda: _play(scenario)


def _play(scenario: Scenario) -> Verdict:
    with stage(SQLITE, scenario.plan) as scene:

        def happen(supervisor: Supervisor) -> None:
            supervisor.keep(BAD_SECONDS)
            change(scene.control_port, replace(Plan(), callbacks=scenario.plan.callbacks))
            supervisor.keep(GOOD_SECONDS)

        return play(scene, happen)


def _outage() -> Verdict:
    with stage(SQLITE) as scene:
        return play(scene, lambda supervisor: _be_away(scene, supervisor), patience=OUTAGE + PATIENCE)


def _be_away(scene: Stage, supervisor: Supervisor) -> None:
    """For an hour of the program: the clock is moved while nobody can be reached."""
    supervisor.keep(GOOD_SECONDS)
    change(scene.control_port, Plan(is_down=True))
    time.sleep(1)
    for _ in range(OUTAGE_STEPS):
        fastclock.move_on(OUTAGE / OUTAGE_STEPS)
        supervisor.keep(0.1)
    supervisor.keep(1)
    change(scene.control_port, Plan())
    supervisor.keep(AFTER_OUTAGE_SECONDS)
