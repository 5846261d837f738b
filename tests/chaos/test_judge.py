"""A judge that cannot find a fault is worth nothing: each fault is shown to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chaos.judge import Evidence, Stored, Told, Try, judge

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
DELIVERED = Try("a1", "delivered", NOW)
FAILED = Try("a1", "failed", NOW, error_code="connect")
CANCELLED = Try("a1", "cancelled", NOW)
SENT = Stored("a1", sent=100.0, claimed=99.99)


def told(*tries: Try, number: int = 1, **changes: object) -> Told:
    return replace(Told(number, "alert", ticket=7, escalation=3, tries=tries), **changes)


def seen(*told: Told, stored: tuple[Stored, ...] = (), **changes: object) -> Evidence:
    return replace(Evidence(list(told), list(stored), filed=[7], at=NOW + timedelta(hours=1)), **changes)


def test_an_alert_that_was_stored_once_is_as_it_should_be():
    verdict = judge(seen(told(DELIVERED), stored=(SENT,)))
    assert verdict.is_kept and verdict.outcomes == {"stored": 1}


@pytest.mark.parametrize("state", ["accepted", "delivered", "failed", "expired", "unknown", "sending", "due"])
def test_an_alert_of_which_nothing_was_ever_stored_is_lost(state):
    verdict = judge(seen(told(Try("a1", state, NOW))))
    assert len(verdict.lost) == 1 and not verdict.is_kept


def test_a_ticket_that_nobody_was_alerted_about_is_lost():
    assert judge(seen()).lost == ["ticket 7: filed, but nobody is alerted"]


def test_an_alert_that_was_given_up_is_lost_unless_another_way_was_heard():
    call = told(Try("a2", "sent", NOW), number=2)
    assert len(judge(seen(told(FAILED))).lost) == 1
    assert judge(seen(told(FAILED), call, stored=(Stored("a2", 101.0),))).is_kept


def test_a_cancelled_alert_is_moot_only_after_an_acknowledgement():
    assert judge(seen(told(CANCELLED))).lost
    assert judge(seen(told(CANCELLED, ended_at=NOW + timedelta(minutes=1)))).outcomes == {"moot": 1}


def test_an_alert_that_nobody_touched_until_it_was_acknowledged_is_lost():
    assert judge(seen(told(CANCELLED, ended_at=NOW + timedelta(minutes=30)))).lost


def test_an_alert_that_was_stored_twice_is_a_duplicate():
    again = Stored("a2", sent=104.0)
    verdict = judge(seen(told(FAILED, Try("a2", "delivered", NOW)), stored=(SENT, again)))
    assert len(verdict.duplicated) == 1 and not verdict.is_kept


def test_a_second_message_after_one_that_did_not_arrive_is_no_duplicate():
    again = Stored("a2", sent=104.0)
    tries = Try("a1", "undelivered", NOW), Try("a2", "delivered", NOW)
    assert judge(seen(told(*tries), stored=(replace(SENT, failed=True), again))).is_kept


def test_a_duplicate_is_excused_while_the_provider_cannot_be_asked():
    again = Stored("a2", sent=104.0, asked_in_vain=103.0)
    verdict = judge(seen(told(FAILED, Try("a2", "delivered", NOW)), stored=(SENT, again)))
    assert verdict.is_kept and len(verdict.excused) == 1


def test_a_question_that_failed_before_the_first_was_sent_excuses_nothing():
    again = Stored("a2", sent=104.0, asked_in_vain=99.0)
    verdict = judge(seen(told(FAILED, Try("a2", "delivered", NOW)), stored=(SENT, again)))
    assert len(verdict.duplicated) == 1 and not verdict.is_kept


def test_what_another_attempt_carried_counts_as_stored_and_twice_as_a_duplicate():
    carried = told(Try("b1", "delivered", NOW, carried_by="a1"), number=2)
    assert judge(seen(told(DELIVERED), carried, stored=(SENT,))).is_kept
    twice = told(Try("b1", "failed", NOW, carried_by="a1"), Try("b2", "delivered", NOW), number=2)
    assert len(judge(seen(told(DELIVERED), twice, stored=(SENT, Stored("b2", 104.0)))).duplicated) == 1


def test_a_message_sent_after_the_acknowledgement_was_committed_is_late():
    assert judge(seen(told(DELIVERED), stored=(SENT,), acknowledged={7: 99.995})).late
    in_time = judge(seen(told(DELIVERED), stored=(SENT,), acknowledged={7: 100.25}))
    assert in_time.is_kept and in_time.nearest == pytest.approx(0.25)


def test_a_message_for_an_attempt_that_the_database_does_not_know_is_a_complaint():
    assert judge(seen(told(DELIVERED), stored=(SENT, Stored("c9", 100.0)))).complaints


def test_a_duplicate_is_excused_when_the_request_was_under_way_longer_than_a_lease():
    stopped = Stored("a1", sent=100.0, in_flight=6.0)
    verdict = judge(seen(told(FAILED, Try("a2", "delivered", NOW)), stored=(stopped, Stored("a2", 104.0))))
    assert verdict.is_kept and len(verdict.excused) == 1


def test_a_call_that_another_ticket_still_needs_is_not_late_but_a_message_is():
    other = told(Try("b1", "sent", NOW, carried_by="a1"), number=2, ticket=8)
    taken = {7: 99.0}
    assert judge(seen(told(DELIVERED), other, stored=(replace(SENT, is_call=True),), acknowledged=taken)).is_kept
    assert judge(seen(told(DELIVERED), other, stored=(SENT,), acknowledged=taken)).late
    assert judge(seen(told(DELIVERED), stored=(replace(SENT, is_call=True),), acknowledged=taken)).late


def test_a_call_that_is_taken_for_that_of_another_attempt_is_complained_of():
    call = Stored("a1", sent=100.0, is_call=True, sid="CA1")
    carried = told(Try("b1", "sent", NOW, carried_by="a1", sid="CA1"), number=2)
    assert judge(seen(told(replace(DELIVERED, sid="CA1")), carried, stored=(call,))).is_kept
    mistaken = told(Try("b2", "sent", NOW, sid="CA1"), number=2, ticket=8)
    verdict = judge(seen(told(replace(DELIVERED, sid="CA1")), mistaken, stored=(call, Stored("b2", 101.0))))
    assert verdict.complaints == ["ticket 8, alert 2: CA1 was made for a1"] and not verdict.is_kept
