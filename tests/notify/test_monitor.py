"""A monitor outside hears from us every minute while alerts get out, and misses us when they do not."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Thread

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from helpdesk import clock, signs
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models.codes import Lane
from helpdesk.notify import monitor
from tests import vitals

MINUTE = timedelta(minutes=1)


@dataclass
class Outside:
    """The monitor: how often it heard from us, and what it answers."""

    heard: int = 0
    status: int = 200
    app: Flask = field(default_factory=lambda: Flask("outside"))


@pytest.fixture
def outside(app, monkeypatch) -> Iterator[Outside]:
    it = Outside()

    @it.app.get("/ping/hush-hush")
    def ping() -> tuple[str, int]:
        it.heard += 1
        return "", it.status

    server = make_server("127.0.0.1", 0, it.app)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"http://127.0.0.1:{server.port}/ping/hush-hush"
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), heartbeat_url=url))
    with vitals.stamped():
        vitals.beat("worker", "scheduler")
        yield it
    server.shutdown()
    thread.join()
    monitor.UNHEARD.is_over()


def test_while_all_is_well_it_hears_from_us(outside):
    monitor.tell()
    assert outside.heard == 1
    assert signs.seen_at(signs.MONITOR) == clock.now()


@pytest.mark.parametrize("part", ["worker", "scheduler"])
def test_it_hears_nothing_while_a_vital_part_is_silent(outside, caplog, part):
    vitals.beat(part, age=MINUTE)
    monitor.tell()
    assert outside.heard == 0
    assert "the monitor outside does not hear from us" in caplog.text


def test_it_hears_nothing_while_an_alert_waits_too_long(outside, cast):
    vitals.due(cast.jan, lane=Lane.ALERT)
    clock.advance(2 * MINUTE)
    vitals.beat("worker", "scheduler")
    monitor.tell()
    assert outside.heard == 0


def test_what_can_wait_for_the_morning_does_not_silence_us(outside, cast):
    cast.schedule.rotations[0].members.clear()
    monitor.tell()
    assert outside.heard == 1


def test_a_monitor_that_fails_is_logged_once_and_so_is_its_recovery(outside, caplog):
    caplog.set_level("INFO")
    outside.status = 503
    for _ in range(3):
        monitor.tell()
    outside.status = 200
    for _ in range(3):
        monitor.tell()
    assert [m for m in caplog.messages if "monitor" in m] == [
        "the monitor outside does not hear from us: it answers with 503",
        "the monitor outside hears from us again",
    ]


def test_a_monitor_that_cannot_be_reached_is_named_without_its_address(outside, app, monkeypatch, caplog):
    away = replace(settings(), heartbeat_url="http://127.0.0.1:9/ping/hush-hush")
    monkeypatch.setitem(app.config, "SETTINGS", away)
    monitor.tell()
    assert "does not hear from us: ConnectionError" in caplog.text
    assert "hush-hush" not in caplog.text


def test_no_transaction_is_open_while_we_wait_for_it(outside, monkeypatch):
    seen = []

    def away(*_args, **_kwargs):
        seen.append(db.session.registry.has() and db.session().in_transaction())
        raise requests.ConnectionError

    monkeypatch.setattr(monitor.requests, "get", away)
    monitor.tell()
    assert seen == [False]


def test_without_an_address_nobody_is_asked(outside, app, monkeypatch, caplog):
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings(), heartbeat_url=""))
    monitor.tell()
    assert outside.heard == 0
    assert signs.seen_at(signs.MONITOR) is None
    assert "monitor" not in caplog.text
