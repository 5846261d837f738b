"""The worker: takes, lets go of the database, sends, records. Nothing stops the queue."""

from dataclasses import replace
from datetime import timedelta
from queue import Queue

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, InterfaceError, InternalError, OperationalError, ProgrammingError

from helpdesk import clock, outbox, wake
from helpdesk.extensions import db
from helpdesk.models import Heartbeat, Notification
from helpdesk.models.codes import AttemptState, Channel, Lane, NotificationEvent
from helpdesk.notify import twilio
from helpdesk.notify.channels import PROVIDERS
from helpdesk.notify.parcel import Parcel, Receipt
from helpdesk.notify.worker import ALL, POLL_SECONDS, POSTS, REST, URGENT, Worker, deliver_one
from helpdesk.oncall.running_alerts import running
from helpdesk.outbox import Letter
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, phone_of, soon, works

S = AttemptState


def code_for(cast, code="123456"):
    with transaction():
        outbox.enqueue_code(cast.anna, Channel.SMS, code, phone_of(cast.anna))


def sends_by(monkeypatch, send):
    provider = replace(twilio.SMS, prepare=lambda _attempt: Parcel(send))
    monkeypatch.setitem(PROVIDERS, Channel.SMS, (provider,))


def test_what_the_provider_took_is_accepted_and_knows_its_id(sim, cast):
    code_for(cast)
    assert works() == 1
    sms = attempts()[0]
    assert sms.state is S.ACCEPTED
    assert sms.provider_sid == sim.messages_to(phone_of(cast.anna))[0].sid


def test_an_idle_worker_says_so(sim, cast):
    assert deliver_one(Channel.SMS, ALL, "worker") == POLL_SECONDS


def test_a_code_that_came_too_late_is_not_sent(sim, cast):
    code_for(cast)
    clock.advance(timedelta(minutes=10))
    works()
    assert attempts()[0].state is S.EXPIRED
    assert sim.messages_to(phone_of(cast.anna)) == []


def test_a_row_that_cannot_be_put_into_words_is_set_aside_and_the_queue_goes_on(sim, cast):
    with transaction():
        broken = Letter(
            event=NotificationEvent.RECEIPT,
            channel=Channel.SMS,
            address=phone_of(cast.jan),
            dedupe_key="broken",
            locale="1",
            lane=Lane.ALERT,
        )
        outbox.enqueue(broken)
    code_for(cast)
    works()
    assert [(a.state, a.error_code) for a in attempts()] == [(S.FAILED, "internal"), (S.ACCEPTED, "")]


def test_an_alert_that_cannot_be_put_into_words_goes_on_to_the_next_channel(sim, cast):
    opened(cast)
    with transaction():
        sms = sa.select(Notification).where(Notification.event == "alert", Notification.channel == Channel.SMS)
        db.session.scalars(sms).one().locale = "1"
    works(Channel.SMS)
    call = attempts(channel=Channel.VOICE, to=cast.anna)[0]
    assert call.due_at == clock.now()


def test_a_library_that_breaks_while_sending_leaves_the_outcome_open(sim, cast, monkeypatch):
    def break_down():
        raise KeyError("sid")

    sends_by(monkeypatch, break_down)
    code_for(cast)
    works()
    assert attempts()[0].state is S.UNKNOWN


def test_a_row_that_the_database_cannot_take_is_set_aside_and_the_alert_goes_on(sim, cast, monkeypatch):
    """As PostgreSQL does with a text that has no room."""

    def too_long(_attempt):
        db.session.execute(sa.text("SELECT 1 / 0")).all()
        raise DataError("UPDATE", {}, ValueError("too long"))  # SQLite divides by nothing

    opened(cast)
    monkeypatch.setitem(PROVIDERS, Channel.SMS, (replace(twilio.SMS, prepare=too_long),))
    works(Channel.SMS)
    [sms] = attempts(channel=Channel.SMS, to=cast.anna)
    assert (sms.state, sms.error_code) == (S.FAILED, "internal")
    works(Channel.VOICE)
    assert len(sim.calls_to(phone_of(cast.anna))) == 1


@pytest.mark.parametrize("what", [OperationalError, InterfaceError, InternalError, ProgrammingError])
def test_a_database_that_is_away_is_not_the_rows_fault(sim, cast, monkeypatch, what):
    def away(_attempt):
        raise what("SELECT", {}, ConnectionError())

    monkeypatch.setitem(PROVIDERS, Channel.SMS, (replace(twilio.SMS, prepare=away),))
    code_for(cast)
    with pytest.raises(what):
        works()
    assert attempts()[0].state is S.DUE


def test_the_database_is_free_while_the_provider_is_slow(sim, cast, monkeypatch):
    connections = []

    def slowly():
        connections.append(db.engine.pool.checkedout())
        return Receipt("SM1", "queued")

    sends_by(monkeypatch, slowly)
    code_for(cast)
    works()
    assert connections == [0]


def test_nobody_is_called_after_somebody_answered(sim, cast):
    ticket = opened(cast)
    works()
    alert = running(ticket)
    with transaction():
        db.session.execute(sa.update(type(alert)).values(state="closed", closed_at=clock.now(), next_step_at=None))
    clock.advance(timedelta(seconds=30))
    works()
    assert sim.calls_to(phone_of(cast.anna)) == []
    assert attempts(channel=Channel.VOICE, to=cast.anna)[0].state is S.CANCELLED


def test_a_running_worker_wakes_at_once_and_stops_when_told(app, sim, cast, monkeypatch):
    idle: Queue = Queue()

    def without_polling(*post):
        if wait := deliver_one(*post):
            idle.put(post)
        return wait and 60

    monkeypatch.setattr("helpdesk.notify.worker.deliver_one", without_polling)
    clock.reset()
    worker = Worker(app)
    worker.start()
    try:
        for _ in range(sum(post.threads for post in POSTS)):
            idle.get(timeout=30)
        code_for(cast)
        assert soon(lambda: sim.messages_to(phone_of(cast.anna)) and attempts()[0].state is S.ACCEPTED)
    finally:
        worker.stop()
    assert not any(thread.is_alive() for thread in worker.threads)
    assert db.session.scalars(sa.select(Heartbeat.name)).all() == ["worker"]


def test_receipts_and_notices_let_the_alert_of_the_same_ticket_pass(app, monkeypatch):
    woken: Queue = Queue()
    monkeypatch.setattr(
        "helpdesk.notify.worker.deliver_one", lambda _channel, lanes, _owner: woken.put(lanes) or 60
    )
    worker = Worker(app)
    worker.start()
    try:
        for _ in range(sum(post.threads for post in POSTS)):
            woken.get(timeout=30)
        for lane in (Lane.REPLY, Lane.ALERT):
            wake.ring(wake.topic(Channel.SMS, lane))
        assert [woken.get(timeout=30) for _ in range(2)] == [URGENT, REST]
    finally:
        worker.stop()
