"""The table of periodic jobs. Each asks the database "what is due and not done": a missed run is caught up by the
next one, and two schedulers do no harm. APScheduler is only the clock; it holds no state.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Thread
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from helpdesk import clock, recount, signs
from helpdesk.exporting import make_exports
from helpdesk.hotline import calls as hotline
from helpdesk.idempotency import forget_old_keys
from helpdesk.notify import balances, circuit, monitor, reconcile, recordings
from helpdesk.notify.hang_up import hang_up_moot
from helpdesk.oncall import (
    clock_put_back,
    contacts,
    duty_test,
    escalation,
    expiry,
    handover,
    history,
    in_vain,
    running_alerts,
    shift_notices,
    warning_letters,
)
from helpdesk.outage import DATABASE
from helpdesk.reports import counting, exports, monthly_letters
from helpdesk.sla import digest, following, reminders
from helpdesk.tickets import lifecycle
from helpdesk.tickets.attachments import sweep_orphans
from helpdesk.transaction import release, transaction

log = logging.getLogger(__name__)
FOLDS_IN_A_RUN = 200
LOOK_AT_THE_CLOCK = 2.0  # seconds


@dataclass(frozen=True)
class Job:
    name: str
    seconds: int
    run: Callable[[], object]


def advance_escalations() -> None:
    one_by_one(running_alerts.due(), escalation.advance)


def hand_over() -> None:
    schedules = handover.changed()
    one_by_one(handover.untold(schedules), handover.tell)
    one_by_one(schedules, handover.note)


def pass_unconfirmed() -> None:
    one_by_one(in_vain.unconfirmed(), in_vain.not_confirmed)


def ask_who_still_has_it() -> None:
    one_by_one(expiry.due(), expiry.look_after)


def send_reminders() -> None:
    one_by_one(reminders.due(), reminders.remind)


def follow_edits() -> None:
    """Open tickets take edited policies and calendars."""
    one_by_one(following.due(), following.follow)


def send_digests() -> None:
    one_by_one(digest.due(), digest.send)


def one_by_one(ids: Iterable[Any], act: Callable[[Any], object]) -> None:
    """Each in its own transaction: one that cannot go on does not hold up the others, and is tried again."""
    for each in ids:
        try:
            with transaction():
                act(each)
        except Exception:
            log.exception("%s(%s) failed; it is tried again", act.__qualname__, each)


def close_resolved() -> None:
    one_by_one(lifecycle.resolved_long_ago(), lifecycle.close)


def clean_up() -> None:
    with transaction():
        forget_old_keys()
        exports.expire()
    sweep_orphans()
    exports.sweep()


def try_the_next_phone() -> None:
    """The weekly test alert: begin it, and tell the managers when it was not confirmed."""
    if duty_test.is_due():
        with transaction():
            duty_test.start()
    one_by_one(duty_test.overdue(), duty_test.miss)


def warn_of_broken_contacts() -> None:
    one_by_one(contacts.soon(), contacts.warn)


def warn_of_the_plan() -> None:
    if warning_letters.untold():
        with transaction():
            warning_letters.tell(warning_letters.untold())


def record_duty() -> None:
    one_by_one(history.schedule_ids(), history.write_down)


def remind_of_duty() -> None:
    one_by_one(history.schedule_ids(), shift_notices.plan)
    one_by_one(shift_notices.due(), shift_notices.act)


def send_monthly_reports() -> None:
    one_by_one(monthly_letters.due(), monthly_letters.send)


def end_silent_calls() -> None:
    """The end of a call to the units' number may never be reported."""
    one_by_one(hotline.silent(), hotline.end_silent)


def count_tickets() -> None:
    """What changed goes into the summaries; a great backlog over several runs."""
    for _turn in range(FOLDS_IN_A_RUN):
        if not counting.is_any_due():
            return
        with transaction():
            counting.fold()


def heartbeat() -> None:
    if signs.lies_ahead(signs.SCHEDULER):
        clock_put_back.put_right()
    signs.note(signs.SCHEDULER, signs.ALWAYS)
    if DATABASE.is_over():
        log.warning("the database can be used again")


JOBS = (
    Job("advance_escalations", 2, advance_escalations),
    Job("pass_unconfirmed", 5, pass_unconfirmed),
    Job("hand_over", 5, hand_over),
    Job("hang_up_moot", 2, hang_up_moot),
    Job("take_over_expired", 10, reconcile.take_over_expired),
    Job("reconcile_unknown", 10, reconcile.reconcile_unknown),
    Job("ask_about_silent", 10, reconcile.ask_about_silent),
    Job("probe_providers", 15, circuit.probe_open),
    Job("fetch_recordings", 10, recordings.fetch_due),
    Job("end_silent_calls", 30, end_silent_calls),
    Job("ask_who_still_has_it", 10, ask_who_still_has_it),
    Job("send_reminders", 30, send_reminders),
    Job("follow_edits", 5, follow_edits),
    Job("send_digests", 30, send_digests),
    Job("try_the_next_phone", 20, try_the_next_phone),
    Job("warn_of_broken_contacts", 600, warn_of_broken_contacts),
    Job("warn_of_the_plan", 600, warn_of_the_plan),
    Job("record_duty", 60, record_duty),
    Job("remind_of_duty", 30, remind_of_duty),
    Job("send_monthly_reports", 600, send_monthly_reports),
    Job("heartbeat", 15, heartbeat),
    Job("tell_the_monitor", 60, monitor.tell),
    Job("ask_balances", 3600, balances.ask_all),
    Job("count_tickets", 2, count_tickets),
    Job("recount", 1800, recount.nightly),
    Job("make_exports", 5, make_exports),
    Job("close_resolved", 600, close_resolved),
    Job("clean_up", 3600, clean_up),
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
    # A thread for every run that there can be, the first ones included: none waits for one that hangs.
    threads = ThreadPoolExecutor(2 * len(JOBS))
    scheduler = BackgroundScheduler(timezone="UTC", executors={"default": threads})
    for job in JOBS:
        scheduler.add_job(run_job, args=(app, job), misfire_grace_time=None)
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
    Thread(target=_follow_the_clock, args=(scheduler,), name="clock", daemon=True).start()
    return scheduler


def _follow_the_clock(scheduler: BackgroundScheduler) -> None:
    """APScheduler notes the time of the next run: after the clock was put back by an hour it would run nothing for
    an hour. All jobs then run at once, and go on from there."""
    before = clock.now()
    while scheduler.running:
        time.sleep(LOOK_AT_THE_CLOCK)
        if clock.now() < before:
            for job in scheduler.get_jobs():
                job.modify(next_run_time=clock.now())
        before = clock.now()
