"""A million tickets as CSV, taken from a real web process: rows a second, and how much more memory it held for them
than for a small file."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from benchmarks.country import load_country
from benchmarks.far_end import free_port
from benchmarks.figures import load_average
from benchmarks.stage import Stage, signed_in, stage

ROWS = 1_000_000
AIM_ROWS, AIM_MB = 20_000, 150
EVERYTHING = "/dashboard/export.csv?period=custom&since=2000-01-01"
START_SECONDS = 60
PIECE = 1 << 16


def run(rows: int = ROWS) -> None:
    print(f"GET export.csv of gunicorn, one process, {rows:,} tickets, PostgreSQL; read as fast as it comes")
    with stage("postgresql") as world:
        with world.app.app_context():
            for line in load_country().grow(rows):
                print(f"    {line}")
            cookie = _session_of_a_manager(world.app)
        with web_process(world) as (port, pid):
            _get(port, "/dashboard/export.csv?period=today", cookie)
            before = peak_mb(pid)
            start = time.monotonic()
            lines = _get(port, EVERYTHING, cookie)
            pace, peak = (lines - 1) / (time.monotonic() - start), peak_mb(pid)
    print(f"  {lines - 1:,} rows   {pace:9,.0f} rows/s   aim: > {AIM_ROWS:,} {_verdict(is_met=pace > AIM_ROWS)}")
    more = peak - before
    print(f"  {more:.1f} MiB more than the {before:.1f} before   aim: < {AIM_MB} {_verdict(is_met=more < AIM_MB)}")
    print(f"  load average {load_average()}")


def _verdict(*, is_met: bool) -> str:
    return "met" if is_met else "MISSED"


@contextmanager
def web_process(world: Stage) -> Iterator[tuple[int, int]]:
    """The port and the id of a web process as an installation has it.

    Raises:
        RuntimeError: it did not start, with the end of its log.
    """
    port, log = free_port(), world.folder / "web.log"
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "4", "-t", "600"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, "helpdesk.app:create_app()"], env={**os.environ, **world.environ}, stdout=out, stderr=out
        )
    try:
        yield port, _ready(process, port, log)
    finally:
        process.terminate()
        process.wait()


def _ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> int:
    """The one child of gunicorn's own process, once it answers."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            _get(port, "/healthz", "")
        except OSError:
            time.sleep(0.2)
        else:
            return int(children.read_text().split()[0])
    raise RuntimeError(f"the web process did not start:\n{log.read_text()[-2000:]}")


def _get(port: int, path: str, cookie: str) -> int:
    """How many lines came.

    Raises:
        RuntimeError: it answered with an error.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer, lines = connection.getresponse(), 0
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    while piece := answer.read(PIECE):
        lines += piece.count(b"\n")
    connection.close()
    return lines


def peak_mb(pid: int) -> float:
    """The most that the process ever held in memory (VmHWM), in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no VmHWM")


def _session_of_a_manager(app: Flask) -> str:
    """As a header."""
    client = signed_in(app)
    cookie = client.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"
