"""`helpdesk doctor` asks the mail server, the provider and the public address, and sends nothing to anybody."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.serving import make_server

from helpdesk import clock, doctor
from helpdesk.cli.doctor import doctor as command
from helpdesk.config import Settings, settings
from helpdesk.extensions import db
from helpdesk.health.check import Verdict
from helpdesk.models import Provider
from helpdesk.models.codes import CircuitState
from helpdesk.notify import twilio
from helpdesk.simulator.driver import Simulator
from helpdesk.simulator.server import start_simulator
from helpdesk.transaction import transaction
from tests import vitals

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def english(app: Flask) -> Iterator[None]:
    with force_locale("en"):
        yield


@pytest.fixture
def change(app: Flask) -> Iterator[Callable[..., None]]:
    """Other settings for the rest of the test."""
    before = settings()

    def change(**fields: Any) -> None:
        app.config["SETTINGS"] = replace(settings(), **fields)
        app.extensions.pop("helpdesk_twilio", None)

    yield change
    change(**{name: getattr(before, name) for name in before.__dataclass_fields__})


@pytest.fixture
def web(app: Flask, change) -> Iterator[str]:
    """The program itself at its public address."""
    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    change(public_url=f"http://127.0.0.1:{server.port}")
    yield settings().public_url
    server.shutdown()
    thread.join()


@pytest.fixture
def sim(change) -> Iterator[Simulator]:
    house = settings()
    running = start_simulator(
        account_sid=house.twilio_account_sid,
        auth_token=house.twilio_auth_token,
        numbers=[house.hotline],
        public_url=house.public_url,
        voice_status_url=f"{house.public_url}/twilio/voice-status",
    )
    change(twilio_api_url=running.url, mail_server="127.0.0.1", mail_port=running.smtp_port)
    yield running
    running.stop()


def test_a_public_address_without_https_is_named(change):
    assert doctor.public_url().verdict is Verdict.WARNING
    change(simulated=False)
    assert doctor.public_url().verdict is Verdict.BROKEN
    change(public_url="https://helpdesk.test")
    assert doctor.public_url().verdict is Verdict.OK


def test_a_mail_server_that_answers_is_fine_and_gets_no_mail(sim):
    assert doctor.mail_server().ok
    assert sim.exchange.state.find_mails(lambda _mail: True) == []


def test_a_mail_server_that_does_not_answer_is_named(change):
    change(mail_server="127.0.0.1", mail_port=9)
    assert doctor.mail_server().says.startswith("The mail server 127.0.0.1:9 cannot be used: ")


def test_an_active_account_with_our_number_and_addresses_is_fine(sim):
    assert doctor.provider_account().ok
    assert doctor.sender().says == f"Twilio reports SMS and calls for {settings().hotline} to us."


def test_credentials_that_twilio_refuses_are_named(sim, change):
    change(simulated=False, twilio_auth_token="another token")
    assert doctor.provider_account().says.startswith("Twilio cannot be used (20003")


def test_a_provider_that_cannot_be_reached_is_named(change):
    change(simulated=False, twilio_api_url=NOWHERE)
    assert doctor.provider_account().says.startswith("Twilio cannot be used (connect")


@pytest.mark.parametrize(("status", "kind"), [("suspended", "Full"), ("active", "Trial")])
def test_a_suspended_or_trial_account_is_named(app, monkeypatch, status, kind):
    monkeypatch.setattr(twilio, "account_status", lambda: status)
    monkeypatch.setattr(twilio, "account_type", lambda: kind)
    assert not doctor.provider_account().ok


def test_a_number_that_the_account_does_not_have_is_named(sim, change):
    change(hotline_number="+48500000099")
    assert doctor.sender().says.startswith("The Twilio account has no number +48500000099.")


def test_addresses_that_were_typed_wrongly_at_twilio_are_named(sim, change):
    change(public_url="https://moved.test")
    typed = ", ".join(f"https://moved.test/twilio/{kind}" for kind in ("sms", "voice", "voice-status"))
    assert doctor.sender().says.endswith(typed)


def test_without_the_address_for_the_end_of_calls_it_is_said_what_is_lost(sim):
    sim.exchange.voice_status_url = ""
    found = doctor.sender()
    assert found.verdict is Verdict.WARNING
    assert "/twilio/voice-status" in found.says and "minutes later" in found.says


def test_a_name_as_sender_that_nobody_can_answer_is_named(sim, change):
    change(hotline_number=settings().twilio_from_number, twilio_from_number="GMINA")
    assert doctor.sender().verdict is Verdict.WARNING
    change(hotline_number="")
    assert doctor.sender().says.startswith("No number of ours can call people.")


def test_what_is_left_in_the_account_is_asked_now(sim):
    assert [check.says for check in doctor.balances()] == ["Twilio: 100.00 USD left in the account."]
    sim.exchange.balance = "49.90"
    assert [check.verdict for check in doctor.balances()] == [Verdict.BROKEN]


def test_an_account_that_does_not_say_what_is_left_is_named(change):
    change(twilio_api_url=NOWHERE)
    assert doctor.balances()[0].says.startswith("Twilio does not say what is left in the account (connect")


def test_a_public_address_where_nobody_answers_is_named(change):
    change(public_url=NOWHERE)
    assert doctor.reached_from_outside().says.startswith(f"{NOWHERE}/healthz does not answer")


def test_without_a_public_address_nothing_is_claimed_of_it(sim, change):
    change(public_url=Settings.public_url)
    for check in (doctor.public_url(), doctor.sender(), doctor.reached_from_outside()):
        assert check.verdict is Verdict.WARNING
        assert "PUBLIC_URL is not set" in check.says and "8000" not in check.says


def test_the_command_prints_a_line_for_each_check_and_fails_if_one_does(app, sim, cast):
    with vitals.stamped():
        result = app.test_cli_runner().invoke(command)
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "ok The database answers and has the schema of this version." in lines
    assert "!! Sending: never started. Start helpdesk worker or helpdesk run." in lines
    assert all(line.startswith(("ok ", "!  ", "!! ")) for line in lines)


def test_the_command_does_not_advise_to_run_it(app, sim, cast):
    with transaction():
        for name in ("sms:twilio", "voice:twilio"):
            db.session.add(Provider(name=name, state=CircuitState.OPEN, open_since=clock.now(), error_code="20003"))
    with vitals.stamped():
        lines = app.test_cli_runner().invoke(command).output.splitlines()
    assert [line[:3] for line in lines if "over Twilio: failing" in line] == ["!! ", "!! "]
    assert not [line for line in lines if "helpdesk doctor" in line]


def test_the_command_succeeds_when_nothing_is_broken(app, cast, web, sim):
    vitals.beat("worker", "scheduler")
    with vitals.stamped():
        result = app.test_cli_runner().invoke(command)
    assert "!!" not in result.output
    assert f"ok {web}/healthz answers, on this machine alone." in result.output.splitlines()
    assert result.exit_code == 0


def test_a_second_provider_is_asked_after_only_if_there_is_one(app):
    assert doctor.second_provider() == []


def test_the_address_for_answers_is_told_where_they_can_be_given(smsapi, change):
    [check] = doctor.second_provider()
    assert check.ok and "nobody can answer it" in check.says
    change(smsapi_sender="2way")
    [check] = doctor.second_provider()
    assert check.ok and check.says.endswith(smsapi.account.incoming_url)


def test_a_second_provider_that_refuses_us_is_named(smsapi, change):
    change(smsapi_token="another-token")
    [check] = doctor.second_provider()
    assert check.verdict is Verdict.BROKEN
    assert "101" in check.says
