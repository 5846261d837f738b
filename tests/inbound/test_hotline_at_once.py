"""A call to the units' number, and something else at the same moment; and who may answer it."""

import threading
import time

import pytest

from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.hotline import calls as hotline
from helpdesk.inbound import hotline as spoken
from helpdesk.models import HotlineCall, Ticket, User
from helpdesk.models.codes import Priority
from helpdesk.oncall.running_alerts import running
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.lifecycle import change_priority
from helpdesk.transaction import transaction
from tests.drafts import at_once, phone_of


def begun(number):
    with transaction():
        return spoken.begin("CA1", number)


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_stranger_presses_1_while_somebody_makes_the_ticket_urgent(app, cast):
    call = begun("+48500000099")
    call_id, ticket_id, dorota = call.id, call.ticket.id, cast.dorota.id
    is_urgent = threading.Event()

    def hastens():
        with transaction():
            ticket = db.session.get_one(Ticket, ticket_id)
            change_priority(ticket, Priority.URGENT, of_user(db.session.get_one(User, dorota)))
            db.session.flush()
            is_urgent.set()
            time.sleep(0.3)

    def presses():
        is_urgent.wait(10)
        with transaction():
            return hotline.ring_next(db.session.get_one(HotlineCall, call_id), 1)

    assert at_once(app, hastens, presses)[1]
    assert running(db.session.get_one(Ticket, ticket_id)) is not None


def gone(user):
    user.active = False


WHO = {"never rung": lambda call, cast: cast.celina, "gone since": lambda call, cast: gone(cast.anna) or cast.anna}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("act", [hotline.take, hotline.pass_by])
def test_only_somebody_of_the_house_who_was_rung_answers_a_call(cast, who, act):
    call = begun(phone_of(cast.jan))
    with transaction():
        spoken.connect(call, 1)
        user = WHO[who](call, cast)
        with pytest.raises(NotFound):
            act(call, user)
    assert call.answered_by is None
