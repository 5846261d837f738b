"""Rule 13. The monitor outside hears from us while alerts get out, and only then; phones may stay unanswered."""

from datetime import timedelta

import pytest
from flask_babel import force_locale

from helpdesk import clock
from helpdesk.health import providers
from helpdesk.health.table import vital_signs
from helpdesk.transaction import transaction
from tests import vitals


@pytest.fixture(autouse=True)
def english(app):
    with app.test_request_context(), force_locale("en"), vitals.stamped():
        yield


def amiss():
    """The names of what keeps alerts from getting out."""
    vitals.beat("worker")
    return [check.name for check in vital_signs() if not check.ok]


def twenty_five_minutes_go_by(story, look=lambda: None):
    """Looked at once a minute."""
    for _ in range(25):
        clock.advance(timedelta(seconds=50))
        story.passes(seconds=10)
        look()


def everything_arrives(story):
    """SMS are delivered, phones ring, nobody answers."""
    state = story.sim.exchange.state
    for message in state.find_messages(lambda each: each.status == "queued"):
        story.sim.deliver(message.sid)
    for call in state.find_calls(lambda each: each.status == "queued"):
        story.sim.no_answer(call.sid)


def arrives_and_we_are_heard(story):
    everything_arrives(story)
    assert amiss() == []


def test_refused_credentials_without_another_company_silence_us(story, cast):
    story.sim.exchange.auth_token = "another"
    story.files(cast.osp, cast.jan)
    twenty_five_minutes_go_by(story)
    assert amiss() == ["ways_out", "arrived"]


def test_calls_without_any_company_silence_us_though_sms_go_over_another(story, cast, smsapi):
    story.sim.exchange.auth_token = "another"
    story.files(cast.osp, cast.jan)
    story.passes(seconds=30)
    assert amiss() == ["ways_out"]
    assert "SMS" not in providers.ways_out().says


def test_once_alerts_get_out_again_we_are_heard_again(story, cast):
    right = story.sim.exchange.auth_token
    story.sim.exchange.auth_token = "another"
    story.files(cast.osp, cast.jan)
    story.sim.exchange.auth_token = right
    for _ in range(6):
        story.passes(minutes=1)
        everything_arrives(story)
    assert amiss() == []


def test_an_alert_that_finds_no_phone_at_all_silences_us(story, cast):
    with transaction():
        for user in cast.everybody():
            user.contacts[0].verified_at = None
    story.files(cast.osp, cast.jan)
    assert amiss() == []
    story.passes(minutes=2)
    assert amiss() == ["arrived"]


def test_phones_that_nobody_answers_do_not_silence_us(story, cast):
    story.files(cast.osp, cast.jan)
    twenty_five_minutes_go_by(story, lambda: arrives_and_we_are_heard(story))


def test_a_flood_of_alerts_does_not_silence_us(story, cast):
    for _ in range(5):
        story.files(cast.osp, cast.jan)
    twenty_five_minutes_go_by(story, lambda: arrives_and_we_are_heard(story))
