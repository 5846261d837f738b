"""One bomb in each worker: SIGKILL at the n-th passage of one moment; or SIGSTOP, as when a machine is moved."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, get_ident

from chaos import journal
from chaos.moments import ANYWHERE, STORED, here


@dataclass(frozen=True)
class Bomb:
    moment: str
    passage: int = 1
    seconds: float = 0.0  # for ANYWHERE: how long after the start
    signal: int = signal.SIGKILL


class Fuse:
    """Counts the passages of this process."""

    def __init__(self, bomb: Bomb | None, kills: Path) -> None:
        self._bomb = bomb
        self._kills = kills
        self._left = bomb.passage if bomb else 0
        self._lock = Lock()

    def passes(self, moment: str) -> None:
        if self._bomb is None or moment != self._bomb.moment or moment == ANYWHERE:
            return
        with self._lock:
            self._left -= 1
            is_now = self._left == 0
        if is_now and moment == STORED:
            here.killed_by_provider = True
        elif is_now:
            journal.note(self._kills, moment=moment, pid=os.getpid())
            # At this very thread: sent to the process, SIGSTOP may take it some instructions further.
            signal.pthread_kill(get_ident(), self._bomb.signal)
