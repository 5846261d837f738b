"""Real processes of the program beside the benchmark: `helpdesk worker`, one or several."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from benchmarks.stage import Stage
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Heartbeat
from helpdesk.transaction import release
from helpdesk.wake import PG_CHANNEL

START_SECONDS = 60


@contextmanager
def workers(stage: Stage, count: int = 1) -> Iterator[list[int]]:
    """So many worker processes, ready to work; their ids. On leaving they finish what they are sending.

    Raises:
        RuntimeError: one did not start, with the end of its log.
    """
    running: list[subprocess.Popen[bytes]] = []
    log = stage.folder / "workers.log"
    try:
        for number in range(count):
            running.append(_start(stage, log))
            _wait_until_ready(stage, running[-1], number + 1, log)
        yield [process.pid for process in running]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def _start(stage: Stage, log: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "helpdesk", "worker"]
    with log.open("ab") as out:
        return subprocess.Popen(command, env={**os.environ, **stage.environ}, stdout=out, stderr=out)


def _wait_until_ready(stage: Stage, process: "subprocess.Popen[bytes]", number: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with stage.app.app_context():
            if _ready() >= number:
                return
            release()
        time.sleep(0.1)
    raise RuntimeError(f"a worker did not start:\n{log.read_text()[-2000:]}")


def _ready() -> int:
    """How many workers listen; on SQLite there is one, and its first sign of life tells."""
    if settings().is_sqlite:
        return db.session.scalar(sa.select(sa.func.count()).where(Heartbeat.name == "worker")) or 0
    listening = sa.text("SELECT count(*) FROM pg_stat_activity WHERE query = :listen")
    return db.session.scalar(listening, {"listen": f"LISTEN {PG_CHANNEL}"}) or 0


def resident_mb(pid: int) -> float:
    """What the process holds in memory now, in MiB."""
    return _memory_mb(pid, "VmRSS:")


def highest_mb(pid: int) -> float:
    """What it has held at most since its start, in MiB."""
    return _memory_mb(pid, "VmHWM:")


def _memory_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no {name}")
