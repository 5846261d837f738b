"""What is left in the accounts is asked every hour."""

from datetime import timedelta

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.health import providers
from helpdesk.models import Provider
from helpdesk.notify.balances import ask_all


def left():
    db.session.expire_all()
    row = db.session.get(Provider, "sms:twilio")
    return (row.balance, row.currency) if row else None


def test_what_is_left_is_kept(sim):
    ask_all()
    assert left() == (100.0, "USD")


def test_it_is_asked_once_an_hour_whoever_asks(sim):
    ask_all()
    sim.exchange.balance = "12.30"
    ask_all()
    assert left() == (100.0, "USD")
    clock.advance(timedelta(hours=1))
    ask_all()
    assert left() == (12.3, "USD")
    assert not providers.balance().ok


def test_a_provider_that_cannot_be_asked_keeps_what_was_known(sim, caplog):
    ask_all()
    clock.advance(timedelta(hours=1))
    sim.fault("503", path="Balance", method="GET")
    ask_all()
    assert left() == (100.0, "USD")
    assert "sms:twilio does not say what is left in the account" in caplog.text
