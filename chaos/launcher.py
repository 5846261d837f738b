"""A real worker: what `helpdesk worker` runs, with the clock of the run, a bomb, and the record's headers."""

import http.client
import os
from dataclasses import replace
from time import monotonic
from typing import Any

from chaos import fastclock, headers, moments
from chaos.bomb import Bomb, Fuse
from chaos.stage import Stage
from helpdesk import jobs, serve, transaction
from helpdesk.notify import worker
from helpdesk.schema import refuse_another_schema
from helpdesk.single import only_one

SHORTEST_INTERVAL = 0.5


def run_worker(stage: Stage, bomb: Bomb | None = None) -> None:
    """Until SIGTERM, or until the bomb goes off."""
    _hasten()
    fuse = Fuse(bomb, stage.killed)
    moments.wrap_all(fuse.passes)
    _sign_requests()
    serve.set_up_logging()
    with only_one(stage.settings.database_url):
        app = stage.app()
        refuse_another_schema(app)
        with serve.background(app):
            serve.wait_for_signal()


def run_web(stage: Stage) -> None:
    """The web side, for callbacks and forms; until SIGTERM."""
    serve.set_up_logging()
    port = int(stage.settings.public_url.rsplit(":", 1)[1])
    serve.listen(stage.app(), "127.0.0.1", port)()


def _hasten() -> None:
    """The clock runs faster; so do the waits that are counted in real seconds."""
    vars(jobs)["JOBS"] = tuple(_more_often(job) for job in jobs.JOBS)
    worker.POLL_SECONDS = 0.5
    transaction.IDLE_SECONDS = transaction.IDLE_SECONDS // fastclock.SPEED


def _more_often(job: jobs.Job) -> jobs.Job:
    interval: Any = max(SHORTEST_INTERVAL, job.seconds / fastclock.SPEED)
    return replace(job, seconds=interval)


def _sign_requests() -> None:
    """The time is taken at the last instruction before the first byte leaves."""
    send_headers = http.client.HTTPConnection.endheaders

    def endheaders(connection: Any, *args: Any, **more: Any) -> None:
        connection.putheader(headers.CLAIMED, f"{getattr(moments.here, 'committed_at', 0.0):.6f}")
        if getattr(moments.here, "killed_by_provider", False):
            connection.putheader(headers.KILL, moments.STORED)
            connection.putheader(headers.PID, str(os.getpid()))
        connection.putheader(headers.SENT, f"{monotonic():.6f}")
        send_headers(connection, *args, **more)

    vars(http.client)["HTTPConnection"].endheaders = endheaders
