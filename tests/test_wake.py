"""Bells: who is woken, and by whom."""

import pytest

from helpdesk import wake
from helpdesk.models.codes import Channel, Lane
from helpdesk.transaction import transaction
from helpdesk.wake import Bell, announce, topic


@pytest.fixture
def rung(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(wake, "ring", found.append)
    return found


def test_the_word_of_another_process_rings(rung):
    wake.heard(f"{topic(Channel.SMS, Lane.ALERT)}@another")
    assert rung == ["sms:0"]


def test_our_own_word_does_not_ring_twice(rung):
    wake.heard(f"{topic(Channel.SMS, Lane.ALERT)}@{wake.OWN_NAME}")
    assert rung == []


def test_a_bell_rings_when_what_is_due_has_been_committed(app):
    bell = Bell(Channel.SMS, (Lane.ALERT, Lane.SECURITY), 1)
    with transaction():
        announce(Channel.SMS, Lane.ALERT)
        assert bell._rings.empty()
    assert not bell._rings.empty()
