"""Sentences about what happened and when."""

from datetime import timedelta

import pytest
from flask_babel import force_locale

from helpdesk import clock
from helpdesk.models import TimelineEvent
from helpdesk.models.codes import EventKind
from helpdesk.sentences import ICONS, SENTENCES, ago, sentence, span, until, urgency


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=40), "under a minute"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(hours=2, minutes=10, seconds=59), "2 h 10 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=1, hours=3, minutes=5), "1 day 3 h"),
        (timedelta(days=2, minutes=5), "2 days"),
    ],
)
def test_a_span_has_at_most_two_units(app, length, words):
    with force_locale("en"):
        assert span(length) == words


def test_a_deadline_is_told_from_now(app):
    with force_locale("en"):
        assert until(clock.now() + timedelta(minutes=130)) == "in 2 h 10 min"
        assert until(clock.now() - timedelta(minutes=40)) == "40 min late"
        assert ago(clock.now() - timedelta(minutes=3)) == "3 min ago"


def test_a_deadline_is_soon_in_its_last_half_hour_and_then_late(app):
    assert urgency(clock.now() + timedelta(minutes=31)) == ""
    assert urgency(clock.now() + timedelta(minutes=30)) == "soon"
    assert urgency(clock.now() - timedelta(seconds=1)) == "late"


def test_every_kind_of_event_has_a_sentence_and_an_icon(app):
    for kind in EventKind:
        assert sentence(TimelineEvent(kind=kind, actor_name="Anna", data={}))
    assert SENTENCES.keys() == ICONS.keys() == set(EventKind)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"channel": "voice", "status": "completed"}, "Call to Anna: answered, but no key was pressed"),
        ({"channel": "voice", "status": "no-answer"}, "Call to Anna: nobody answered"),
        ({"channel": "voice"}, "Call to Anna: no answer"),  # written by an older version
        ({"channel": "sms", "code": "30003"}, "SMS to Anna: not delivered: the phone was off or out of range"),
    ],
)
def test_what_did_not_arrive_says_why_as_the_proof_does(app, data, said):
    data = {"state": "undelivered", "name": "Anna"} | data
    with force_locale("en"):
        assert sentence(TimelineEvent(kind=EventKind.ATTEMPT, actor_name="", data=data)) == said


def test_an_alert_names_its_people_and_channels(app):
    data = {"step": 1, "round": 1, "channels": ["sms", "voice"], "names": ["Anna", "Beata"]}
    with force_locale("en"):
        told = sentence(TimelineEvent(kind=EventKind.ALERTED, actor_name="", data=data))
    assert told == "Step 1: alerting Anna, Beata (SMS, Call)"
