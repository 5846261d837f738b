"""Periodic jobs: one bad row, one bad job, one missed run do no harm."""

import time
from datetime import timedelta
from threading import Event

from helpdesk import clock, jobs, serve
from helpdesk.extensions import db
from helpdesk.jobs import JOBS, Job, one_by_one, run_job, start_scheduler
from helpdesk.models import Heartbeat
from helpdesk.notify.worker import Worker


def test_one_bad_row_does_not_hold_up_the_others(app):
    def beat(name):
        db.session.add(Heartbeat(name=name))
        db.session.flush()
        if name == "bad":
            raise ValueError(name)

    one_by_one(["first", "bad", "last"], beat)
    assert {row.name for row in db.session.query(Heartbeat)} == {"first", "last"}


def test_a_job_that_fails_says_so_and_runs_again(app, caplog):
    def fail():
        raise ValueError

    run_job(app, Job("broken", 7, fail))
    assert "job broken failed; it runs again in 7 s" in caplog.text


def test_every_job_runs_on_an_empty_database(app, caplog):
    for job in JOBS:
        run_job(app, job)
    assert "failed" not in caplog.text


def test_the_jobs_run_at_once_when_the_program_starts(app):
    scheduler = start_scheduler(app)
    try:
        assert _within_seconds(5, lambda: db.session.get(Heartbeat, "scheduler"))
    finally:
        scheduler.shutdown(wait=True)


def test_a_long_job_does_not_let_the_worker_take_on_more_when_the_program_ends(app, monkeypatch, caplog):
    has_begun, has_stopped, stop = Event(), Event(), Worker.stop

    def ask_for_minutes():
        has_begun.set()
        assert has_stopped.wait(10)

    def note_and_stop(worker):
        stop(worker)
        has_stopped.set()

    monkeypatch.setattr(jobs, "JOBS", (Job("long", 3600, ask_for_minutes),))
    monkeypatch.setattr(Worker, "stop", note_and_stop)
    with serve.background(app):
        assert has_begun.wait(10)
    assert "job long failed" not in caplog.text


def _within_seconds(seconds, is_so):
    for _ in range(seconds * 20):
        if is_so():
            return True
        db.session.rollback()
        time.sleep(0.05)
    return False


def test_after_the_clock_was_put_back_every_job_runs_at_once(app, monkeypatch):
    ran = []
    monkeypatch.setattr(jobs, "JOBS", (Job("rare", 3600, lambda: ran.append(1)),))
    monkeypatch.setattr(jobs, "LOOK_AT_THE_CLOCK", 0.1)
    scheduler = start_scheduler(app)
    try:
        assert _within_seconds(5, lambda: ran == [1])
        clock.advance(timedelta(hours=-2))
        assert _within_seconds(5, lambda: ran == [1, 1])
    finally:
        scheduler.shutdown(wait=True)


def test_jobs_that_hang_hold_up_no_other(app, monkeypatch):
    free, ran = Event(), []
    hanging = [Job(f"hangs {number}", 1, lambda: free.wait(10)) for number in range(12)]
    monkeypatch.setattr(jobs, "JOBS", (*hanging, Job("steps", 1, lambda: ran.append(1))))
    scheduler = start_scheduler(app)
    try:
        assert _within_seconds(5, lambda: len(ran) > 2)
    finally:
        free.set()
        scheduler.shutdown(wait=True)
