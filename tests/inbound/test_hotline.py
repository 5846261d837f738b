"""What is said in calls to the units' number; the stories are in tests/stories/test_hotline_*.py."""

from xml.etree import ElementTree as ET

import pytest

from helpdesk.extensions import db
from helpdesk.hotline import calls as hotline
from helpdesk.hotline import search
from helpdesk.inbound import hotline as spoken
from helpdesk.models import HotlineCall
from helpdesk.models.codes import HotlineState
from helpdesk.transaction import transaction
from tests.drafts import phone_of

STRANGER = "+48500000099"


def begun(number, sid="CA1"):
    with transaction():
        return spoken.begin(sid, number)


def verbs(document):
    return [element.tag for element in ET.fromstring(document)]


def said(document):
    return " ".join(element.text or "" for element in ET.fromstring(document).iter("Say"))


@pytest.mark.parametrize("key", ["", "2", "9", "#", "11"])
def test_another_key_reads_the_menu_again(cast, key):
    with transaction():
        assert verbs(spoken.pressed(begun(phone_of(cast.jan)), 0, key)) == ["Gather", "Redirect"]


def test_a_stranger_is_not_connected_without_a_key(cast):
    with transaction():
        assert verbs(spoken.menu(begun(STRANGER), spoken.READINGS)) == ["Say", "Hangup"]


def test_the_phone_shows_a_number_that_the_account_may_use(app, cast):
    with transaction():
        dial = ET.fromstring(spoken.connect(begun(phone_of(cast.jan)), 1)).find("Dial")
    assert dial.get("callerId") == app.config["SETTINGS"].hotline
    assert dial.get("timeout") == str(spoken.RING_SECONDS)


def test_connected_without_a_key_goes_on_to_the_next_person(cast):
    call = begun(phone_of(cast.jan))
    with transaction():
        spoken.connect(call, 1)
        document = spoken.after_ringing(call, 1, is_bridged=True, is_over=False)
    assert "Dial" in verbs(document)
    assert search.turns(call) == 2


def test_when_the_connection_broke_after_key_1_the_caller_is_told_who_calls_back(cast):
    call = begun(phone_of(cast.jan))
    with transaction():
        spoken.connect(call, 1)
        hotline.take(call, cast.anna)
        document = spoken.after_ringing(call, 1, is_bridged=False, is_over=False)
    assert cast.anna.name in said(document)


def test_the_same_turn_rings_the_same_people(cast):
    call = begun(phone_of(cast.jan))
    with transaction():
        assert spoken.connect(call, 1) == spoken.connect(call, 1)
    assert call.tried == [cast.anna.id]


@pytest.mark.parametrize("sid", ["", "CA/../1", "ą" * 40])
def test_a_call_without_a_proper_name_is_taken_too(cast, sid):
    begun(phone_of(cast.jan), sid)
    call = db.session.query(HotlineCall).one()
    assert call.ticket is not None
    assert spoken.read_token(spoken.token_for(call, 7)) == (call.sid, 7)


def test_who_calls_is_not_rung_for_the_own_call(cast):
    with transaction():
        cast.anna.contacts[0].value = STRANGER
    call = begun(STRANGER)
    with transaction():
        spoken.connect(call, 1)
    assert cast.anna.id not in call.tried


def test_a_call_that_is_over_rings_nobody(cast):
    call = begun(phone_of(cast.jan))
    with transaction():
        hotline.end(call)
        assert hotline.ring_next(call, 1) == []
    assert call.state is HotlineState.OVER
