"""What the periodic jobs cost while 100,000 alerts run, of which ten have come to their next step."""

from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter

import sqlalchemy as sa
from flask import Flask

from benchmarks.crowd import open_alerts
from benchmarks.figures import aim, load_average, spread, timed
from benchmarks.stage import DATABASES, analyze, stage
from helpdesk import clock, jobs
from helpdesk.extensions import db
from helpdesk.jobs import JOBS, run_job
from helpdesk.models import Escalation
from helpdesk.models.codes import EscalationState
from helpdesk.oncall import handover, running_alerts
from helpdesk.oncall.schedule import all_schedules
from helpdesk.transaction import transaction

ALERTS = 100_000
DUE = 10
TIMES = 21
AIM = 0.020
ADVANCE = next(job for job in JOBS if job.run is jobs.advance_escalations)


def run() -> None:
    print(f"{ALERTS:,} open escalations; median of {TIMES} runs")
    for kind in DATABASES:
        with stage(kind) as world:
            app = world.app
            with app.app_context():
                open_alerts(ALERTS)
                analyze()
            _print_ticks(kind, app)
            _print_others(kind, app)
        print(f"  {kind:10} load average {load_average()}")


def _print_ticks(kind: str, app: Flask) -> None:
    idle = timed(lambda: run_job(app, ADVANCE), TIMES)
    _line(kind, "tick, none due", idle, aim(median(idle), AIM))
    with app.app_context():
        _let_come(DUE)
        finding = timed(_find, TIMES)
    _line(kind, f"finding {DUE} due", finding, aim(median(finding), AIM))
    run_job(app, ADVANCE)
    advancing = [_advance(app) for _ in range(TIMES)]
    _line(kind, f"tick, advancing {DUE}", advancing, f"{median(advancing) / DUE * 1000:.1f} ms each")


def _print_others(kind: str, app: Flask) -> None:
    """The other jobs that run every half minute or oftener, and the banner of every page."""
    with app.app_context(), transaction():
        _duty_began_long_ago()
    for job in JOBS:
        if job is not ADVANCE and job.seconds <= 30:
            _line(kind, f"{job.name}, every {job.seconds} s", timed(partial(run_job, app, job), TIMES))
    with app.app_context():
        _line(kind, "the banner of every page", timed(_banner, TIMES))


def _duty_began_long_ago() -> None:
    """Just after a change of hands the copied alerts, of which nobody was ever told, would each be told of it."""
    for schedule in all_schedules():
        handover.note(schedule.id)
        schedule.on_duty_since = clock.now() - timedelta(hours=1)


def _line(kind: str, name: str, seconds: list[float], note: str = "") -> None:
    print(f"  {kind:10} {name:32} {spread(seconds)}   {note}")


def _find() -> None:
    """The query as the tick asks it, with a transaction of its own."""
    db.session.rollback()
    found = len(running_alerts.due())
    if found != DUE:
        raise RuntimeError(f"{found} alerts are due, not {DUE}")


def _banner() -> None:
    db.session.rollback()
    running_alerts.unanswered()


def _let_come(count: int) -> None:
    """The alerts that have longest to wait come to their next step now."""
    last = sa.select(Escalation.id).filter_by(state=EscalationState.OPEN).order_by(Escalation.next_step_at.desc())
    with transaction():
        ids = db.session.scalars(last.limit(count)).all()
        soon = sa.update(Escalation).where(Escalation.id.in_(ids))
        db.session.execute(soon.values(next_step_at=clock.now() - timedelta(seconds=1)))


def _advance(app: Flask) -> float:
    with app.app_context():
        _let_come(DUE)
        before = len(running_alerts.due())
    start = perf_counter()
    run_job(app, ADVANCE)
    seconds = perf_counter() - start
    with app.app_context():
        if before != DUE or running_alerts.due():
            raise RuntimeError("the tick did not advance what was due")
    return seconds
