"""Rule 6. A read time-out is unknown, not a retry; what was surely not taken is retried with growing distance."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from smtplib import SMTPServerDisconnected

import pytest
from flask_mail import Connection

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.models.codes import AttemptState, Channel, Priority
from tests.drafts import attempts, opened, works

S = AttemptState


@pytest.fixture
def changed(app):
    """Other settings for the rest of the test, or until the next change; the client is made anew."""

    def change(**values):
        app.config["SETTINGS"] = replace(settings(), **values)
        app.extensions.pop("helpdesk_twilio", None)

    return change


def sms_of(user):
    return attempts(channel=Channel.SMS, to=user)


def test_no_answer_in_time_is_unknown_and_not_sent_again(story, cast, changed):
    opened(cast)
    changed(twilio_timeout_seconds=0.2)
    story.sim.fault("slow", "/Messages", seconds=1)
    works(Channel.SMS)
    assert [attempt.state for attempt in sms_of(cast.anna)] == [S.UNKNOWN]
    changed(twilio_timeout_seconds=10)
    story.passes(seconds=40)
    assert [attempt.state for attempt in sms_of(cast.anna)] == [S.ACCEPTED]
    assert len(story.texts(cast.anna)) == 1


@pytest.mark.parametrize("fault", ["500_after", "cut_after"])
def test_a_lost_answer_is_never_a_second_message(story, cast, fault):
    story.sim.fault(fault, "/Messages")
    story.files(cast.osp, cast.jan)
    story.passes(seconds=90)
    assert len(story.texts(cast.anna)) == 1


@pytest.mark.parametrize("fault", ["500", "cut_before"])
def test_a_request_of_which_nobody_knows_is_looked_for_before_it_is_repeated(story, cast, fault):
    story.sim.fault(fault, "/Messages")
    story.files(cast.osp, cast.jan)
    assert [attempt.state for attempt in sms_of(cast.anna)] == [S.UNKNOWN]
    assert story.texts(cast.anna) == []
    story.passes(seconds=40)
    assert len(story.texts(cast.anna)) == 1


@pytest.mark.parametrize("fault", ["429", "503"])
def test_what_was_not_taken_is_given_again_in_a_few_seconds(story, cast, fault):
    story.sim.fault(fault, "/Messages")
    story.files(cast.osp, cast.jan)
    story.passes(seconds=10)
    assert len(story.texts(cast.anna)) == 1
    assert [attempt.state for attempt in sms_of(cast.anna)][-1] is S.ACCEPTED


def test_a_provider_that_cannot_be_reached_is_tried_again_and_nothing_is_unknown(story, cast, changed):
    here = settings().twilio_api_url
    changed(twilio_api_url="http://127.0.0.1:9")
    story.files(cast.osp, cast.jan)
    assert sms_of(cast.anna)[0].error_code == "connect"
    changed(twilio_api_url=here)
    story.passes(seconds=20)
    assert len(story.texts(cast.anna)) == 1
    assert S.UNKNOWN not in {attempt.state for attempt in attempts()}


def test_the_distance_grows_and_is_never_the_same(story, cast):
    story.sim.fault("503", "/Messages", times=99)
    story.files(cast.osp, cast.jan)
    story.passes(seconds=60)
    tries = sms_of(cast.anna)
    waits = [(later.due_at - earlier.finished_at).total_seconds() for earlier, later in pairwise(tries)]
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits, 1))
    assert len({wait / 2**n for n, wait in enumerate(waits, 1)}) == len(waits) == 4


def test_an_outage_of_an_hour_loses_no_notice(story, cast, changed):
    here, began = settings().twilio_api_url, clock.now()
    changed(twilio_api_url="http://127.0.0.1:9")
    ticket = story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    while clock.now() < began + timedelta(hours=1):
        clock.freeze(sms_of(cast.anna)[-1].due_at)
        works(Channel.SMS)
    changed(twilio_api_url=here)
    clock.advance(timedelta(minutes=15))
    works(Channel.SMS)
    assert ticket.number in story.last_text(cast.anna)


def test_a_mail_server_that_is_away_gets_the_mail_when_it_is_back(app, story, cast):
    mail = app.extensions["mail"]
    port, mail.port = mail.port, 9
    story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    assert story.subjects(cast.beata) == []
    mail.port = port
    story.passes(seconds=10)
    assert len(story.subjects(cast.beata)) == 1


def test_an_outage_that_leaves_every_answer_in_doubt_loses_no_notice(story, cast):
    story.sim.fault("500", "/Messages", times=7)
    ticket = story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    story.passes(minutes=15)
    assert len([text for text in story.texts(cast.anna) if ticket.number in text]) == 1


def test_a_doubt_after_several_refusals_does_not_end_a_notice(story, cast):
    story.sim.fault("503", "/Messages", times=5)
    story.sim.fault("500", "/Messages", times=1)
    ticket = story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
    story.passes(minutes=10)
    assert ticket.number in story.last_text(cast.anna)


def test_a_mail_server_that_hangs_up_for_minutes_gets_the_mail_in_the_end(story, cast, monkeypatch):
    def hangs_up(*_mail):
        raise SMTPServerDisconnected("Connection unexpectedly closed")

    with monkeypatch.context() as broken:
        broken.setattr(Connection, "send", hangs_up)
        story.files(cast.osp, cast.jan, priority=Priority.NORMAL)
        story.passes(minutes=3)
    story.passes(minutes=15)
    assert len(story.subjects(cast.beata)) == 1


def test_an_alert_of_unknown_fate_does_not_wait_before_it_goes_again(story, cast):
    story.sim.fault("cut_before", "/Messages", times=3)
    story.files(cast.osp, cast.jan)
    story.passes(seconds=70)
    doubtful = sms_of(cast.anna)[:-1]
    assert len(doubtful) >= 2
    assert all(later.due_at == earlier.finished_at for earlier, later in pairwise(doubtful))


def test_every_message_has_its_own_patience(story, cast):
    story.sim.fault("503", "/Messages", times=1)
    story.files(cast.osp, cast.jan)
    assert len(story.texts(cast.jan)) == 1  # the one behind it left at once
    story.passes(minutes=1)
    assert len(story.texts(cast.anna)) == 1
    assert timedelta() < sms_of(cast.anna)[1].due_at - sms_of(cast.anna)[0].due_at <= timedelta(seconds=2)
