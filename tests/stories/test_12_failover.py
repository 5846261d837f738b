"""Rule 12. While Twilio takes no SMS, SMSAPI carries them; when Twilio takes them again, everything goes back."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health import providers
from helpdesk.models import Provider
from helpdesk.models.codes import AttemptState, Channel, CircuitState, Priority, TicketStatus
from tests.drafts import attempts, phone_of


@pytest.fixture
def account(smsapi):
    """Ours at SMSAPI."""
    return smsapi.account


@pytest.fixture
def outage(sim):
    """Twilio refuses our account until `outage.end()`."""

    class Outage:
        token = sim.exchange.auth_token

        def begin(self):
            sim.exchange.auth_token = "somebody else's"

        def end(self):
            sim.exchange.auth_token = self.token

    return Outage()


def circuit():
    db.session.rollback()
    return db.session.scalar(sa.select(Provider.state).filter_by(name="sms:twilio"))


def texts(account, user):
    return [sms.body for sms in account.messages_to(phone_of(user))]


def test_an_alert_leaves_at_once_over_smsapi_and_once_only(story, account, outage, cast):
    outage.begin()
    ticket = story.files(cast.osp, cast.jan)
    [text] = texts(account, cast.anna)
    assert ticket.number in text
    assert story.texts(cast.anna) == []
    story.passes(seconds=20)
    assert len(texts(account, cast.anna)) == 1


def test_three_failures_in_a_row_are_enough_to_look_elsewhere(story, account, sim, cast):
    sim.fault("503", "/Messages", times=3)
    story.files(cast.osp, cast.jan)
    story.files(cast.osp, cast.jan)
    story.files(cast.osp, cast.jan)
    assert circuit() is not CircuitState.CLOSED
    asked = len(attempts(channel=Channel.SMS))
    story.files(cast.osp, cast.jan)
    new = attempts(channel=Channel.SMS)[asked:]
    found = {attempt.provider for attempt in new}
    assert "sms:smsapi" in found and "sms:twilio" not in found


def test_while_twilio_is_refused_nobody_asks_it_to_send(story, account, sim, outage, cast):
    outage.begin()
    story.files(cast.osp, cast.jan)
    orders = []
    sim.on_request.append(lambda method, url, form: orders.append(url) or () if method == "POST" else ())
    story.passes(minutes=6)  # the next step: other people
    assert texts(account, cast.beata)
    assert [url for url in orders if "/Messages" in url] == []


def test_the_health_page_says_who_fails_and_who_carries_meanwhile(story, account, outage, cast):
    outage.begin()
    story.files(cast.osp, cast.jan)
    with force_locale("en"):
        says = providers.circuits().says
    assert "SMS over Twilio: failing since" in says
    assert "20003" in says and "SMSAPI carries them meanwhile" in says


def test_a_recovered_twilio_is_probed_tried_with_one_notice_and_used_again(story, account, sim, outage, cast):
    outage.begin()
    story.files(cast.osp, cast.jan)
    outage.end()
    story.passes(minutes=1)
    assert circuit() is CircuitState.HALF_OPEN  # it answers, nothing has been sent
    carried = len(account.messages)
    story.files(cast.library, cast.jan, priority=Priority.NORMAL)
    story.passes(minutes=3)
    assert circuit() is CircuitState.CLOSED
    story.files(cast.osp, cast.jan)
    story.passes(minutes=1)
    assert len(account.messages) == carried
    assert story.texts(cast.anna)


def test_an_alert_does_not_wait_for_the_receipt_that_tries_twilio(story, account, outage, cast):
    outage.begin()
    story.files(cast.osp, cast.jan)
    outage.end()
    story.passes(minutes=1)
    before = len(texts(account, cast.anna))
    story.files(cast.osp, cast.jan)
    assert len(texts(account, cast.anna)) == before + 1
    assert circuit() is CircuitState.CLOSED
    assert story.texts(cast.jan)


def test_what_smsapi_delivered_stands_on_the_ticket(story, account, outage, cast):
    outage.begin()
    story.files(cast.osp, cast.jan)
    [sms] = account.messages_to(phone_of(cast.anna))
    account.deliver(sms.id)
    last = attempts(channel=Channel.SMS, to=cast.anna)[-1]
    assert (last.provider, last.state, last.provider_sid) == ("sms:smsapi", AttemptState.DELIVERED, sms.id)


def test_a_report_of_smsapi_that_was_lost_is_asked_for(story, account, outage, cast):
    outage.begin()
    with account.reports.lose():
        story.files(cast.osp, cast.jan)
        account.deliver(account.messages_to(phone_of(cast.anna))[0].id)
    story.passes(minutes=2)
    assert attempts(channel=Channel.SMS, to=cast.anna)[1].state is AttemptState.DELIVERED


def test_an_sms_from_a_name_does_not_ask_for_an_answer(story, account, outage, cast):
    outage.begin()
    story.files(cast.osp, cast.jan)
    assert texts(account, cast.anna)[0].endswith("Odbierz telefon i wcisnij 1.")


def test_an_answer_to_2way_takes_the_ticket_and_is_confirmed(story, account, outage, cast):
    story.app.config["SETTINGS"] = replace(settings(), smsapi_sender="2way")
    outage.begin()
    ticket = story.files(cast.osp, cast.jan)
    assert texts(account, cast.anna)[0].endswith("Odpisz 1=przyjmuje 2=nie moge")
    assert account.text_in(phone_of(cast.anna), "1") == (200, "OK")
    story.passes()
    assert story.state(ticket).status is TicketStatus.ACKNOWLEDGED
    assert texts(account, cast.anna)[-1].startswith(ticket.number)


def test_when_both_fail_the_first_that_recovers_carries_the_alert(story, account, smsapi, outage, cast):
    outage.begin()
    smsapi.refuse(101, times=50)
    ticket = story.files(cast.osp, cast.jan)
    assert texts(account, cast.anna) == []
    smsapi.errors.clear()
    story.passes(minutes=7)
    assert any(ticket.number in text for text in texts(account, cast.beata))
