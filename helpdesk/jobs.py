"""The table of periodic jobs. Each asks the database "what is due and not done": a missed run is caught up by the
next one, and two schedulers do no harm. APScheduler is only the clock; it holds no state.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from helpdesk.notify import reconcile
from helpdesk.notify.worker import beat
from helpdesk.oncall.escalation import advance_due
from helpdesk.sla.reminders import remind_due
from helpdesk.transaction import release, transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    name: str
    seconds: int
    run: Callable[[], object]


def advance_escalations() -> None:
    with transaction():
        advance_due()


def send_reminders() -> None:
    with transaction():
        remind_due()


def heartbeat() -> None:
    beat("scheduler")


JOBS = (
    Job("advance_escalations", 2, advance_escalations),
    Job("take_over_expired", 10, reconcile.take_over_expired),
    Job("reconcile_unknown", 10, reconcile.reconcile_unknown),
    Job("send_reminders", 30, send_reminders),
    Job("heartbeat", 15, heartbeat),
)


def run_job(app: Flask, job: Job) -> None:
    """One run; an error is logged and the next run tries again."""
    with app.app_context():
        try:
            job.run()
        except Exception:
            log.exception("job %s failed; it runs again in %s s", job.name, job.seconds)
        finally:
            release()


def start_scheduler(app: Flask) -> BackgroundScheduler:
    """All jobs, each first run at once; one run of a job at a time."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in JOBS:
        scheduler.add_job(
            run_job,
            "interval",
            seconds=job.seconds,
            args=(app, job),
            id=job.name,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler
