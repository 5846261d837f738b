"""Keeps the workers running: a killed one is started anew, with the next bomb."""

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Self

from chaos import journal, process
from chaos.bomb import Bomb
from chaos.launcher import run_worker
from chaos.moments import ANYWHERE, LEAVES_DOUBT, MOMENTS, RECONCILING
from chaos.stage import Stage

PATIENCE = 12.0  # a bomb whose moment does not come: killed from outside
LONGEST_PASSAGE = 4


class Supervisor:
    def __init__(self, stage: Stage, count: int, dice: Random) -> None:
        self._stage, self._count, self._dice = stage, count, dice
        self._running: dict[int, tuple[Bomb | None, float]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        for _ in range(self._count):
            self._start(None)

    def kill_until(self, kills: int, seconds: float) -> None:
        """Arm every worker until so many were killed, or so long."""
        end_at = time.monotonic() + seconds
        for _ in range(self._count):
            self._start(self._next_bomb())
        while sum(self.kills().values()) < kills and time.monotonic() < end_at:
            self._watch(armed=True)
            time.sleep(0.01)
        self.stop()

    def keep(self, seconds: float) -> None:
        """Let them work; one that ends by itself is started anew, as a service manager does."""
        end_at = time.monotonic() + seconds
        while time.monotonic() < end_at:
            self._watch(armed=False)
            time.sleep(0.05)

    def freeze_one(self, seconds: float, moment: str) -> None:
        """A new worker takes the place of one, is stopped at that moment of a claim, and goes on so much later."""
        oldest = next(iter(self._running))
        del self._running[oldest]
        process.end(oldest)
        bomb = Bomb(moment, self._dice.randint(1, LONGEST_PASSAGE), signal=signal.SIGSTOP)
        child = self._start(bomb)
        until = time.monotonic() + PATIENCE
        while child not in self._frozen() and time.monotonic() < until:
            self.keep(0.05)
        self.keep(seconds)
        os.kill(child, signal.SIGCONT)

    def _frozen(self) -> set[int]:
        return {line["pid"] for line in journal.read(self._stage.killed)}

    def stop(self) -> None:
        for child in self._running:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
        for child in self._running:
            process.end(child)
        self._running.clear()

    def kills(self) -> Counter[str]:
        return Counter(line["moment"] for line in journal.read(self._stage.killed))

    def _start(self, bomb: Bomb | None) -> int:
        child = process.spawn(self._stage.log, run_worker, self._stage, bomb)
        patience = bomb.seconds if bomb and bomb.moment == ANYWHERE else PATIENCE
        self._running[child] = bomb, time.monotonic() + patience
        return child

    def _watch(self, *, armed: bool) -> None:
        for child, (bomb, until) in list(self._running.items()):
            if armed and bomb and time.monotonic() > until:
                journal.note(self._stage.killed, moment=ANYWHERE)
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            elif not process.is_over(child):
                continue
            del self._running[child]
            waited_in_vain = bomb is not None and bomb.moment in RECONCILING and time.monotonic() > until
            self._start(self._next_bomb(LEAVES_DOUBT if waited_in_vain else MOMENTS) if armed else None)

    def _next_bomb(self, moments: tuple[str, ...] = MOMENTS) -> Bomb:
        """At the moment with the fewest kills so far, those that are armed included."""
        done = self.kills() + Counter(bomb.moment for bomb, _ in self._running.values() if bomb)
        fewest = min(done[moment] for moment in moments)
        moment = self._dice.choice([moment for moment in moments if done[moment] == fewest])
        passage = 1 if moment in RECONCILING else self._dice.randint(1, LONGEST_PASSAGE)
        return Bomb(moment, passage, self._dice.uniform(0.5, 2.5))
