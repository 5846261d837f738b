"""Rule 5. Killed while sending: unknown, neither failed nor blindly repeated; the provider is asked."""

from datetime import timedelta
from itertools import pairwise

import pytest

from helpdesk import clock
from helpdesk.models.codes import AckVia, AttemptState, Channel, Priority
from helpdesk.notify import worker
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.transaction import transaction
from tests.drafts import attempts, opened, own_session

S = AttemptState
BEFORE, AFTER = "before it asked the provider", "after the provider had taken it"


@pytest.fixture
def dies():
    """A worker takes what is due over the channel and is killed at that moment."""

    def die(moment, channel=Channel.SMS):
        with own_session():
            with transaction():
                load = worker.take(channel, worker.ALL, "killed")
            if moment is AFTER:
                load.parcel.send()

    return die


@pytest.fixture
def asked(sim):
    """When Twilio was asked for its list of messages."""
    times = []
    sim.on_request.append(lambda _method, url, _form: times.append(clock.now()) or () if ".json?To=" in url else ())
    return times


def states(user, channel=Channel.SMS):
    return [each.state for each in attempts(channel=channel, to=user) if each.notification.escalation_id]


def test_for_the_time_of_its_lease_nobody_touches_what_a_worker_was_sending(story, cast, dies):
    opened(cast)
    dies(BEFORE)
    story.passes(seconds=60)
    assert states(cast.anna) == [S.SENDING]
    assert story.texts(cast.anna) == []
    assert len(story.calls(cast.anna)) == 1  # the next channel does not wait for it


def test_killed_after_the_provider_had_it_it_is_found_and_sent_once(story, cast, dies):
    opened(cast)
    dies(AFTER)
    story.passes(minutes=2)
    assert states(cast.anna) == [S.ACCEPTED]
    assert len(story.texts(cast.anna)) == 1
    assert attempts(channel=Channel.SMS, to=cast.anna)[0].provider_sid == story.sms(cast.anna).sid


def test_what_is_found_brings_along_what_became_of_it(story, cast, dies):
    opened(cast)
    with story.sim.lose_callbacks():
        dies(AFTER)
        story.sim.deliver(story.sms(cast.anna).sid)
    story.passes(seconds=70)
    assert states(cast.anna) == [S.DELIVERED]


def test_killed_before_the_provider_had_it_it_is_looked_for_twice_and_sent_again(story, cast, dies, asked):
    opened(cast)
    dies(BEFORE)
    story.passes(seconds=80)
    assert story.texts(cast.anna) == []
    story.passes(seconds=20)
    assert states(cast.anna) == [S.FAILED, S.ACCEPTED]
    assert len(story.texts(cast.anna)) == 1
    assert [after - before for before, after in pairwise(asked)] == [timedelta(seconds=20)]


def test_a_lost_call_is_found_by_its_time_and_made_once(story, cast, dies):
    story.files(cast.osp, cast.jan)
    clock.advance(timedelta(seconds=30))
    dies(AFTER, Channel.VOICE)
    story.passes(minutes=2)
    assert len(story.calls(cast.anna)) == 1
    assert attempts(channel=Channel.VOICE, to=cast.anna)[0].provider_sid == story.call(cast.anna).sid


def test_a_call_that_was_never_made_is_made(story, cast, dies):
    story.files(cast.osp, cast.jan)
    clock.advance(timedelta(seconds=30))
    dies(BEFORE, Channel.VOICE)
    story.passes(minutes=2)
    assert len(story.calls(cast.anna)) == 1


def test_an_alert_goes_again_when_the_provider_cannot_be_asked(story, cast, dies):
    opened(cast)
    dies(AFTER)
    story.sim.fault("500", "/Messages", method="GET", times=9)
    story.passes(seconds=80)
    assert states(cast.anna) == [S.FAILED, S.ACCEPTED]
    assert len(story.texts(cast.anna)) == 2  # harmless; a lost one would not be


def test_a_notice_waits_until_the_provider_can_be_asked(story, cast, dies):
    opened(cast, priority=Priority.NORMAL)
    dies(AFTER)
    story.sim.fault("500", "/Messages", method="GET", times=5)
    story.passes(seconds=130)
    assert attempts(channel=Channel.SMS, to=cast.anna)[0].state is S.UNKNOWN
    story.passes(minutes=1)
    assert attempts(channel=Channel.SMS, to=cast.anna)[0].state is S.ACCEPTED
    assert len(story.texts(cast.anna)) == 1


def test_what_was_answered_meanwhile_is_not_sent_again(story, cast, dies):
    ticket = opened(cast)
    dies(BEFORE)
    with transaction():
        acknowledge(ticket, cast.beata, AckVia.PAGE)
    story.passes(minutes=3)
    assert [text for text in story.texts(cast.anna) if "PILNE" in text] == []


def test_a_mail_of_unknown_fate_goes_again_as_the_same_message(story, cast, dies):
    opened(cast, priority=Priority.NORMAL)
    dies(AFTER, Channel.EMAIL)
    story.passes(minutes=5, seconds=20)
    ids = [mail.headers["Message-ID"] for mail in story.sim.mails_to(cast.jan.contacts[1].value)]
    assert (len(ids), len(set(ids))) == (2, 1)
