"""The benchmarks' own helpers where they could lie in silence."""

import smtplib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests
import sqlalchemy as sa

from benchmarks import figures, flood
from benchmarks.crowd import alert_letter, alerted_people, enqueue_notices, insert_notices, open_alerts
from benchmarks.far_end import far_end
from helpdesk import outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Ticket
from helpdesk.models.codes import AttemptState, Channel, EscalationState, Lane
from helpdesk.oncall import running_alerts
from helpdesk.transaction import transaction
from tests.drafts import attempts


@pytest.fixture
def opened_crowd(app, cast):
    open_alerts(7)


def count(*where) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(*where))


def test_a_percentile_is_one_of_the_values():
    assert figures.percentile([float(n) for n in range(1, 101)], 99) == 99
    assert figures.percentile([3.0, 1.0, 2.0], 99) == 3
    assert figures.percentile([1.0], 99) == 1


def test_an_aim_that_is_not_reached_says_so():
    assert figures.aim(0.029, 0.030) == "< 30 ms met"
    assert figures.aim(0.030, 0.030, "p99") == "p99 < 30 ms MISSED"


def test_only_the_crowds_alerts_run_and_none_is_due(opened_crowd):
    assert count(Escalation.state == EscalationState.OPEN) == 7
    assert running_alerts.due() == []
    assert count(Attempt.state == AttemptState.DUE) == 0


def test_each_of_the_crowd_has_what_a_ticket_has(opened_crowd):
    tickets = db.session.scalars(sa.select(Ticket)).all()
    assert len({ticket.number for ticket in tickets}) == 8
    assert {(len(ticket.clocks), len(ticket.clocks[0].reminders)) for ticket in tickets} == {(3, 4)}
    assert len({len(alert.steps) for alert in db.session.scalars(sa.select(Escalation))}) == 1


def test_everybody_alerted_has_a_number_and_an_alert_of_their_own(app, cast):
    people = alerted_people(5)
    with transaction():
        for alerted in people:
            outbox.enqueue(alert_letter(alerted))
    urgent = [attempt for attempt in attempts(channel=Channel.SMS) if attempt.state is AttemptState.DUE]
    assert len({attempt.address for attempt in urgent}) == len(urgent) == 5
    assert len({attempt.notification.escalation_id for attempt in urgent}) == 5


def test_notices_past_the_outboxs_door_are_like_those_through_it(app, cast):
    enqueue_notices(4)
    insert_notices(4, first=4)
    kinds = Counter(
        (a.channel, a.lane, a.state, a.ordinal, a.address == a.notification.address, a.notification.event)
        for a in attempts()
        if a.lane == Lane.NOTICE and a.notification.dedupe_key.startswith("load:")
    )
    assert set(kinds.values()) == {4} and len(kinds) == 2


def test_requests_that_were_lost_or_came_twice_are_told(monkeypatch):
    monkeypatch.setattr(flood, "ALERTS", 3)
    assert flood.tally(Counter({"+99900000001": 2, "+99900000002": 1})) == "1 lost, 1 twice"


def test_the_far_end_answers_many_at_a_time_and_notes_when_they_came():
    with far_end(answers_after=1.0) as far:
        send = partial(requests.post, f"{far.provider_url}/Messages.json", timeout=30)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(send, [{"To": f"+9990000000{n}", "Body": "x"} for n in range(4)]))
        arrivals = [far.next() for _ in range(4)]
        assert len({answer.json()["sid"] for answer in answers}) == 4
        assert max(a.at for a in arrivals) - min(a.at for a in arrivals) < 1.0


def test_the_far_end_takes_mail():
    with far_end() as far:
        with smtplib.SMTP("127.0.0.1", far.mail_port, timeout=30) as mail:
            mail.sendmail("a@demo.test", ["b@demo.test"], b"Subject: KLO-2026-0001\r\n\r\nx")
        arrival = far.next()
    assert (arrival.channel, arrival.to, arrival.text) == ("email", "b@demo.test", "KLO-2026-0001")
