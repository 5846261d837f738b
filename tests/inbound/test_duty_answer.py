"""A bare yes confirms a shift; a ticket is meant first."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.inbound.sms import receive
from helpdesk.jobs import remind_of_duty
from helpdesk.models import ShiftNotice
from helpdesk.models.codes import AckVia, Channel
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.escalation import advance
from helpdesk.oncall.running_alerts import running
from helpdesk.transaction import transaction
from tests.drafts import opened, phone_of, works

MINUTE = timedelta(minutes=1)
EIGHT = datetime(2026, 3, 12, 7, 0, tzinfo=UTC)


@pytest.fixture
def reminded(cast, sim):
    """Beata, at the start of her shift."""
    remind_of_duty()
    clock.freeze(EIGHT)
    remind_of_duty()
    works(Channel.SMS)
    clock.advance(MINUTE)
    return cast.beata


def says(user, body):
    with transaction():
        return receive(sid=f"SM{clock.now().timestamp()}{body}", number=phone_of(user), body=body)


def confirmed(user):
    db.session.rollback()
    query = sa.select(ShiftNotice).where(ShiftNotice.user_id == user.id, ShiftNotice.start_at.is_not(None))
    return all(row.confirmed_at for row in db.session.scalars(query))


def alerted(cast):
    ticket = opened(cast)
    works(Channel.SMS)
    return ticket


@pytest.mark.parametrize("body", ["1", "ok", "TAK"])
def test_who_answers_so_confirms_the_duty(reminded, body):
    assert "2026" in says(reminded, body)
    assert confirmed(reminded)


@pytest.mark.parametrize("body", ["2", "jestem chora", "0001 1"])
def test_other_answers_confirm_nothing(reminded, body):
    says(reminded, body)
    assert not confirmed(reminded)


def test_a_ticket_that_waits_is_meant_first_and_the_next_yes_confirms(cast, reminded):
    ticket = alerted(cast)
    assert ticket.number in says(reminded, "1")
    assert not confirmed(reminded)


def test_a_yes_to_an_alert_that_somebody_else_took_confirms_nothing(cast, reminded):
    ticket = alerted(cast)
    clock.advance(MINUTE)
    with transaction():
        acknowledge(ticket, cast.anna, AckVia.PAGE)
    assert cast.anna.name.split()[0] in says(reminded, "1")
    assert not confirmed(reminded)


def test_a_ticket_of_before_the_reminder_is_not_meant(cast, sim):
    remind_of_duty()
    ticket = alerted(cast)
    clock.advance(5 * MINUTE)
    with transaction():
        advance(running(ticket).id)
    works(Channel.SMS)
    with transaction():
        acknowledge(ticket, cast.anna, AckVia.PAGE)
    clock.freeze(EIGHT)
    remind_of_duty()
    clock.advance(MINUTE)
    says(cast.beata, "1")
    assert confirmed(cast.beata)


def test_who_was_not_reminded_has_nothing_to_confirm(cast, reminded):
    assert "2026" not in says(cast.dorota, "1")
