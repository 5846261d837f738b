"""A worker that is frozen in the middle of its claim (the machine is paused, the network cut) holds the locks that
all others wait for: PostgreSQL ends its transaction, and it sends nothing when it goes on."""

from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from helpdesk.extensions import db
from helpdesk.models.codes import Channel
from helpdesk.notify import pace
from helpdesk.notify.circuit import row_of
from helpdesk.notify.worker import ALL, deliver_one, drain
from helpdesk.transaction import release, transaction
from tests.drafts import at_once, opened, works

POSTGRESQL = pytest.mark.parametrize("app", ["postgresql"], indirect=True)


def setting(name):
    return db.session.scalar(sa.text(f"SHOW {name}"))


@pytest.fixture
def frozen(monkeypatch):
    """The first to take a place in the provider's pace stops there until the test lets it go on."""
    has_stopped, may_go_on = Event(), Event()
    original = pace.take_place

    def take_place(*about):
        original(*about)
        if not has_stopped.is_set():
            db.session.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
            has_stopped.set()
            assert may_go_on.wait(10)

    monkeypatch.setattr(pace, "take_place", take_place)
    return has_stopped, may_go_on


@POSTGRESQL
def test_a_frozen_claim_holds_nobody_up_and_sends_nothing(app, story, cast, frozen):
    has_stopped, may_go_on = frozen
    with transaction():
        row_of("sms:twilio")
    opened(cast)

    def freezes():
        with pytest.raises(DBAPIError, match="idle-in-transaction"):
            deliver_one(Channel.SMS, ALL, "frozen")

    def goes_on():
        assert has_stopped.wait(10)
        drain((Channel.SMS,))  # stands behind it at the provider's row
        may_go_on.set()

    at_once(app, freezes, goes_on)
    assert len(story.texts(cast.jan)) == 1
    works(Channel.SMS)
    assert len(story.texts(cast.anna)) == 1


@POSTGRESQL
def test_the_server_gives_up_whoever_is_silent(app):
    assert setting("idle_in_transaction_session_timeout") == "30s"
    db.session.rollback()
    release()
    assert setting("idle_in_transaction_session_timeout") == "30s"
