"""The stage itself: transactions and the type of instants."""

from datetime import datetime

import pytest
from sqlalchemy.exc import StatementError

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Heartbeat
from helpdesk.transaction import after_commit, transaction


def test_what_is_written_in_a_transaction_stays(app):
    with transaction():
        db.session.add(Heartbeat(name="worker"))
    db.session.remove()
    assert db.session.get(Heartbeat, "worker").at == clock.now()


def test_an_error_in_a_transaction_leaves_nothing_behind(app):
    told = []
    with pytest.raises(RuntimeError), transaction():
        db.session.add(Heartbeat(name="worker"))
        after_commit(lambda: told.append("committed"))
        raise RuntimeError
    assert db.session.get(Heartbeat, "worker") is None
    assert told == []


def test_a_naive_instant_is_refused(app):
    with pytest.raises(StatementError, match="naive"), transaction():
        db.session.add(Heartbeat(name="worker", at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_page_that_needs_no_sign_in_opens(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_the_cast_is_there(cast):
    assert cast.anna.is_staff
    assert not cast.jan.is_staff
