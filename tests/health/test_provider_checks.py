"""Is the way out, and back, open?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk import clock, signs
from helpdesk.config import TWILIO_API, settings
from helpdesk.extensions import db
from helpdesk.health import providers
from helpdesk.health.check import Verdict
from helpdesk.health.sent import NOT_REACHED, recent
from helpdesk.models import Provider
from helpdesk.models.codes import AttemptState, Channel, CircuitState
from helpdesk.notify import twilio
from helpdesk.notify.channels import PROVIDERS
from helpdesk.serve import warn_of_strange_provider
from helpdesk.transaction import transaction
from tests import vitals

MINUTE = timedelta(minutes=1)
REAL = {"simulated": False, "twilio_api_url": TWILIO_API}
STRANGE = [
    ({"twilio_api_url": "https://relay.test"}, "TWILIO_API_URL is not Twilio's own address: https://relay.test"),
    ({"smsapi_url": "https://relay.test"}, "SMSAPI_URL is not SMSAPI's own address: https://relay.test"),
    ({"smsapi_url": "http://api.smsapi.pl"}, "SMSAPI_URL is not SMSAPI's own address: http://api.smsapi.pl"),
]


def known(name="sms:twilio", **columns):
    with transaction():
        db.session.add(Provider(name=name, **columns))


def failing(name="sms:twilio", code="20003"):
    known(name, state=CircuitState.OPEN, open_since=clock.now(), error_code=code)


def test_phones_that_nobody_answers_say_nothing_against_the_channel(cast):
    for _ in range(3):
        vitals.rang(cast.jan)
    assert providers.channels().ok


def test_a_provider_that_fails_alone_is_broken(cast):
    failing()
    assert providers.circuits().verdict is Verdict.BROKEN
    assert providers.circuits().says.startswith(
        "SMS over Twilio: failing since Wed 11 Mar 2026, 10:00 (code 20003), and"
    )


def test_every_provider_that_fails_stands_on_a_line_of_its_own(cast):
    failing()
    failing("voice:twilio")
    for check in (providers.circuits(), providers.ways_out()):
        assert [line.partition(" over ")[0] for line in check.lines] == ["SMS", "Call"]
        assert check.does == "Run: helpdesk doctor" and "helpdesk doctor" not in check.says


def test_a_provider_that_another_one_stands_in_for_is_a_warning(cast, monkeypatch):
    monkeypatch.setitem(PROVIDERS, Channel.SMS, (twilio.SMS, replace(twilio.SMS, name="sms:smsapi")))
    failing()
    assert providers.circuits().verdict is Verdict.WARNING
    assert "SMSAPI carries them meanwhile" in providers.circuits().says


def test_a_provider_that_is_not_used_any_more_is_no_matter(cast):
    failing("sms:yesterday")
    assert providers.circuits().ok


def test_mail_is_no_channel_of_alerts(cast):
    failing("email:smtp")
    assert not providers.circuits().ok
    assert providers.ways_out().ok


def test_a_provider_that_has_refused_nothing_for_a_while_since_it_answered_a_probe_is_believed(cast):
    known("voice:twilio", state=CircuitState.HALF_OPEN, open_since=clock.now(), probed_at=clock.now())
    assert not providers.ways_out().ok
    clock.advance(15 * MINUTE)
    assert providers.ways_out().ok


def test_little_money_is_named_with_the_currency(cast):
    known(balance=50.0, currency="PLN")
    assert providers.balance().ok
    with transaction():
        db.session.get_one(Provider, "sms:twilio").balance = 49.991
    assert providers.balance().says.startswith("Little is left in the account with Twilio: 49.99 PLN.")


def test_reports_that_do_not_reach_us_are_known_from_asking(cast):
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    clock.advance(3 * MINUTE)
    assert providers.webhook().ok
    clock.advance(MINUTE)
    assert providers.webhook().says.startswith("Twilio's reports do not reach http://helpdesk.test")


def test_a_report_that_came_after_the_message_went_out_is_enough(cast):
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    signs.note(signs.WEBHOOK)
    clock.advance(10 * MINUTE)
    assert providers.webhook().ok


def test_a_sign_that_is_written_once_a_minute_is_not_taken_for_silence(cast):
    signs.note(signs.WEBHOOK)
    clock.advance(MINUTE - timedelta(seconds=1))
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    signs.note(signs.WEBHOOK)
    clock.advance(10 * MINUTE)
    assert providers.webhook().ok


def test_a_message_of_another_company_says_nothing_about_twilios_reports(cast):
    vitals.ended(cast.jan, AttemptState.DELIVERED, provider="sms:smsapi")
    clock.advance(10 * MINUTE)
    assert providers.webhook().ok


def test_what_may_or_may_not_have_been_sent_for_minutes_is_named(cast):
    vitals.doubtful(cast.jan)
    clock.advance(5 * MINUTE)
    assert providers.doubt().ok
    clock.advance(MINUTE)
    assert providers.doubt().says.startswith("Whether 1 message was sent nobody has known for 6 min")


def test_a_code_that_only_our_settings_can_mend_is_named(cast):
    vitals.ended(cast.jan, AttemptState.FAILED, "30003")
    assert providers.set_up().ok
    vitals.ended(cast.jan, AttemptState.FAILED, "21606")
    vitals.ended(cast.jan, AttemptState.UNDELIVERED, "30007")
    assert "(code 21606, 30007)" in providers.set_up().says


def test_failures_older_than_a_day_are_history(cast):
    vitals.ended(cast.jan, AttemptState.FAILED, "21606")
    clock.advance(timedelta(hours=25))
    assert recent(*NOT_REACHED) == []
    assert providers.set_up().ok


def test_a_channel_over_which_nothing_arrives_is_failing(cast):
    for _ in range(3):
        vitals.ended(cast.jan, AttemptState.UNDELIVERED, "30008")
    assert providers.channels().says.startswith("Nothing has arrived over this channel for an hour: SMS.")
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    assert providers.channels().ok


def test_another_channel_does_not_hide_a_failing_one(cast):
    for _ in range(3):
        vitals.ended(cast.jan, AttemptState.FAILED, "30008", Channel.VOICE)
    vitals.ended(cast.jan, AttemptState.DELIVERED)
    assert not providers.channels().ok


@pytest.mark.parametrize(("changes", "says"), STRANGE)
def test_an_address_that_is_not_the_providers_own_is_named(app, changes, says):
    own = settings()
    app.config["SETTINGS"] = replace(own, **REAL | changes)
    try:
        assert providers.provider().verdict is Verdict.WARNING
        assert providers.provider().says == says
    finally:
        app.config["SETTINGS"] = own


@pytest.mark.parametrize(("changes", "says"), STRANGE)
def test_an_address_that_is_not_the_providers_own_is_named_at_the_start(app, caplog, changes, says):
    warn_of_strange_provider(settings())
    warn_of_strange_provider(replace(settings(), **REAL, smsapi_url="https://api2.smsapi.pl"))
    assert caplog.messages == []
    warn_of_strange_provider(replace(settings(), **REAL | changes))
    assert caplog.messages == [says]
