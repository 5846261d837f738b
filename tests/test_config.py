"""Settings: read once, frozen; a bad value is refused with one sentence that names it and what it wants."""

import stat
from dataclasses import FrozenInstanceError, fields
from datetime import time
from pathlib import Path

import pytest

from helpdesk.config import TWILIO_API, Settings, read_settings
from helpdesk.errors import BadSetting
from helpdesk.paths import PACKAGE
from helpdesk.setting_values import PARSERS

TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "a" * 32,
    "TWILIO_AUTH_TOKEN": "the token",
    "TWILIO_FROM_NUMBER": "+48500000100",
}
COMPUTED = {"simulated"}

REFUSED = [
    ("DATABASE_URL", "mysql://db.test/helpdesk", "must start with sqlite:/// or postgresql://"),
    ("DATABASE_URL", "postgresql://db.test:port/helpdesk", "must look like postgresql://"),
    ("DATABASE_URL", "postgresql://", "must name a database"),
    ("DATABASE_URL", "sqlite:///:memory:", "must name a database"),
    ("SECRET_KEY", "too short", "must have at least 16 characters"),
    ("PUBLIC_URL", "helpdesk.example.pl", "must be an address such as https://helpdesk.example.pl"),
    ("PUBLIC_URL", "ftp://helpdesk.example.pl", "must be an address"),
    ("PUBLIC_URL", "https://helpdesk.example.pl?a=1", "must be an address"),
    ("PUBLIC_URL", "https://helpdesk.example.pl:port", "must be an address"),
    ("DEFAULT_TIME_ZONE", "Europe/Modrzewie", "must be a time zone such as Europe/Warsaw"),
    ("DEFAULT_TIME_ZONE", "../../etc", "must be a time zone"),
    ("DEFAULT_LOCALE", "de", "must be one of pl, en"),
    ("HOTLINE_NUMBER", "500 000 000", "must be a number such as +48500000000"),
    ("QUIET_HOURS", "22", "must look like 22:00-07:00"),
    ("DIGEST_TIMES", "8, noon", "must look like 08:00,13:00"),
    ("QUIET_HOURS", "22:00-25:00", "must look like 22:00-07:00"),
    ("SMS_LINKS", "maybe", "must be yes or no"),
    ("SMS_TRANSLITERATE", "2", "must be yes or no"),
    ("TWILIO_ACCOUNT_SID", "AC123", "must be AC and 32 letters or digits"),
    ("TWILIO_FROM_NUMBER", "A sender far too long", "must be a number such as"),
    ("TWILIO_FROM_NUMBER", "12345678901", "must be a number such as"),
    ("TWILIO_MESSAGING_SERVICE_SID", "AC" + "a" * 32, "must be MG and 32 letters or digits"),
    ("TWILIO_API_URL", "api.twilio.com", "must be an address"),
    ("TWILIO_TIMEOUT_SECONDS", "ten", "must be a whole number from 1 to 30"),
    ("TWILIO_TIMEOUT_SECONDS", "31", "must be a whole number from 1 to 30"),
    ("TWILIO_SMS_PER_SECOND", "0", "must be a whole number from 1"),
    ("TWILIO_CALLS_PER_SECOND", "1.5", "must be a whole number"),
    ("ALERT_SMS_GAP_SECONDS", "-1", "must be a whole number"),
    ("NOTICE_SMS_GAP_SECONDS", "two minutes", "must be a whole number"),
    ("SMS_PROVIDERS", "smsapi, pigeon", "must be a list such as twilio,smsapi"),
    ("SMS_PROVIDERS", "twilio,twilio", "must be a list"),
    ("SMS_PROVIDERS", "twilio,", "must be a list"),
    ("SMSAPI_TOKEN", "two words", "must be a token as SMSAPI makes them"),
    ("SMSAPI_SENDER", "A sender far too long", "must be a number such as"),
    ("SMSAPI_URL", "api.smsapi.pl", "must be an address"),
    ("SMSAPI_SMS_PER_SECOND", "0", "must be a whole number"),
    ("MAIL_PORT", "0", "must be a whole number"),
    ("MAIL_PORT", "65536", "must be a whole number"),
    ("MAIL_USE_TLS", "tls", "must be yes or no"),
    ("MAIL_DEFAULT_SENDER", "helpdesk", "must be an e-mail address"),
    ("MAIL_CA_FILE", "/nowhere.pem", "must be a file that exists"),
    ("MAILBOXES_FILE", "/nowhere.toml", "must be a file that can be read"),
    ("MAIL_AUTHSERV_ID", "mx; dmarc=pass", "must be the name of a mail server"),
    ("MAIL_IN_ADDRESS", "pomoc", "must be an e-mail address"),
    ("MAIL_IN_ADDRESS", "zgloszenia-dla-wszystkich@x.test", "must have at most 24 characters before the @"),
    ("MAIL_IN_ADDRESS", "pomoc+1@x.test", "must have at most 24 characters before the @, and no plus sign"),
    ("MAIL_DEFAULT_SENDER", "Pomoc <pomoc@example.test>", "must be an e-mail address"),
    ("RATELIMIT_STORAGE_URL", "nowhere://", "cannot be used: unknown storage"),
    ("PROMETHEUS_MULTIPROC_DIR", "/no/such/folder", "must be a folder that exists"),
    ("UPLOAD_LIMIT_MB", "-1", "must be a whole number"),
    ("TRUSTED_PROXIES", "one", "must be a whole number"),
    ("METRICS_TOKEN", "short", "must have at least 16 characters"),
    ("HEARTBEAT_URL", "monitor.example.pl/ping", "must be an address such as https://monitor.example.pl"),
    ("HEARTBEAT_URL", "https://monitor.example.pl:port", "must be an address"),
    ("LOW_BALANCE", "12.50", "must be a whole number"),
    ("TEST_ALERT_AT", "monday", "must look like mon 10:00, or be off"),
    ("TEST_ALERT_AT", "mon 24:00", "must look like mon 10:00"),
    ("SIMULATOR_PORT", "8001.5", "must be a whole number"),
    ("SIMULATOR_SMTP_PORT", "smtp", "must be a whole number"),
]
# Any text will do for these.
FREE = {
    "DATA_DIR",
    "OPERATOR_NAME",
    "VOICE",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_SECONDARY",
    "MAIL_SERVER",
    "MAIL_USERNAME",
    "MAIL_PASSWORD",
}


@pytest.fixture
def read(tmp_path: Path):
    return lambda **environ: read_settings({"DATA_DIR": str(tmp_path), **environ})


@pytest.mark.parametrize(("name", "value", "wants"), REFUSED)
def test_a_bad_value_is_refused_in_one_sentence(read, name, value, wants):
    with pytest.raises(BadSetting) as refused:
        read(**{name: value})
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} {wants}")
    assert sentence.endswith(".") and "\n" not in sentence


def test_every_setting_is_refused_something_or_takes_any_text():
    assert {name for name, _value, _wants in REFUSED} | FREE == set(PARSERS)


def test_every_field_can_be_set_and_every_variable_has_a_field():
    assert {f.name.upper() for f in fields(Settings)} - {name.upper() for name in COMPUTED} == set(PARSERS)


@pytest.mark.parametrize("name", PARSERS)
def test_every_setting_is_explained_in_the_readme(name):
    assert f"`{name}`" in (PACKAGE.parent / "README.md").read_text()


def test_without_any_setting_the_simulator_takes_twilios_place(read):
    found = read()
    assert found.simulated
    assert found.twilio_api_url == "http://127.0.0.1:8001"
    assert (found.mail_server, found.mail_port) == ("127.0.0.1", 8025)


def test_with_twilio_settings_nothing_is_simulated(read):
    found = read(**TWILIO)
    assert not found.simulated
    assert found.twilio_api_url == TWILIO_API


@pytest.mark.parametrize("missing", TWILIO)
def test_a_half_set_up_twilio_is_refused(read, missing):
    with pytest.raises(BadSetting, match=rf"^Twilio is only half set up: .*{missing}.* is missing\.$"):
        read(**{name: value for name, value in TWILIO.items() if name != missing})


def test_a_second_token_alone_is_half_set_up_too(read):
    with pytest.raises(BadSetting, match=r"^Twilio is only half set up: TWILIO_ACCOUNT_SID is missing\.$"):
        read(TWILIO_AUTH_TOKEN_SECONDARY="the next")


def test_smsapi_stands_beside_twilio_and_never_beside_the_simulator(read):
    assert read(**TWILIO, SMSAPI_TOKEN="the-token").smsapi_token == "the-token"
    with pytest.raises(BadSetting, match=r"^SMSAPI stands beside Twilio.*: TWILIO_ACCOUNT_SID is missing\.$"):
        read(SMSAPI_TOKEN="the-token")


@pytest.mark.parametrize("alone", [{"SMSAPI_SENDER": "GMINA"}, {"SMSAPI_URL": "http://127.0.0.1:1"}])
def test_a_half_set_up_smsapi_is_refused(read, alone):
    with pytest.raises(BadSetting, match=r"^SMSAPI is only half set up: SMSAPI_TOKEN is missing\.$"):
        read(**TWILIO, **alone)


def test_providers_of_sms_come_in_the_order_that_was_given(read):
    assert read().sms_providers == ("twilio", "smsapi")
    assert read(SMS_PROVIDERS="SMSAPI, twilio").sms_providers == ("smsapi", "twilio")


@pytest.mark.parametrize("sender", ["GMINA", "2way", "Pomoc.24", "+48500000200"])
def test_a_sender_at_smsapi_is_a_name_a_number_or_its_word_for_answers(read, sender):
    assert read(**TWILIO, SMSAPI_TOKEN="the-token", SMSAPI_SENDER=sender).smsapi_sender == sender


def test_a_messaging_service_can_stand_for_the_number(read):
    found = read(**TWILIO | {"TWILIO_FROM_NUMBER": "", "TWILIO_MESSAGING_SERVICE_SID": "MG" + "b" * 32})
    assert not found.simulated


def test_own_mail_server_is_used_beside_the_simulator(read):
    found = read(MAIL_SERVER="mail.example.test", MAIL_PORT="587")
    assert found.simulated
    assert (found.mail_server, found.mail_port) == ("mail.example.test", 587)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_leads_to_psycopg_3(read, scheme):
    known = read(DATABASE_URL=f"{scheme}://db.test/helpdesk", SECRET_KEY="the same everywhere")
    assert known.database_url == "postgresql+psycopg://db.test/helpdesk"


def test_a_key_that_several_machines_must_share_is_not_made_by_one_of_them(read, tmp_path):
    with pytest.raises(BadSetting, match=r"^SECRET_KEY is missing: .* the same on every machine\.$"):
        read(DATABASE_URL="postgresql://db.test/helpdesk")
    assert not (tmp_path / "secret_key").exists()


def test_the_database_lies_in_the_data_folder_by_default(read, tmp_path):
    found = read()
    assert found.database_url == f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}"
    assert found.is_sqlite


def test_the_secret_key_is_made_once_kept_and_readable_by_its_owner_alone(read, tmp_path):
    first, second = read().secret_key, read().secret_key
    assert first == second
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", [f.name for f in fields(Settings) if not f.repr])
def test_secrets_do_not_end_up_in_logs(name):
    assert "hush-hush" not in repr(Settings(**{name: "hush-hush"}))


@pytest.mark.parametrize("word", ["KEY", "TOKEN", "PASSWORD"])
def test_whatever_is_called_a_secret_is_kept_out_of_logs(word):
    shown = [f.name for f in fields(Settings) if f.repr and word.lower() in f.name]
    assert shown == []


def test_no_proxy_may_be_said(read):
    assert read(TRUSTED_PROXIES="0").trusted_proxies == 0


def test_a_data_folder_that_cannot_be_written_to_is_refused_in_one_sentence(read, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match=r"^DATA_DIR must be a folder to write in, not .*/file: .*\.$"):
        read(DATA_DIR=str(tmp_path / "file"))


def test_values_are_trimmed_and_an_empty_one_is_the_default(read):
    found = read(OPERATOR_NAME="  Pomoc dla gmin ", DEFAULT_LOCALE="  ")
    assert (found.operator_name, found.default_locale) == ("Pomoc dla gmin", "pl")


def test_addresses_lose_their_last_slash(read):
    assert read(PUBLIC_URL="https://helpdesk.example.pl/").public_url == "https://helpdesk.example.pl"


def test_numbers_may_be_written_with_spaces(read):
    assert read(HOTLINE_NUMBER="+48 500 000 000").hotline == "+48500000000"


def test_the_hotline_is_the_senders_number_unless_it_has_its_own(read):
    assert read(**TWILIO).hotline == "+48500000100"
    assert read(**TWILIO, HOTLINE_NUMBER="+48500000200").hotline == "+48500000200"


def test_two_tokens_may_sign_while_they_are_rotated(read):
    assert read(**TWILIO, TWILIO_AUTH_TOKEN_SECONDARY="the next").auth_tokens == ("the token", "the next")


def test_quiet_hours_are_two_local_times(read):
    assert read(QUIET_HOURS="21:30 - 06:00").quiet_hours == (time(21, 30), time(6))


def test_digest_times_are_in_order(read):
    assert read(DIGEST_TIMES="13:00, 07:30").digest_times == (time(7, 30), time(13))


def test_the_weekly_test_alert_has_a_day_and_a_local_time(read):
    assert read().test_alert_at == (0, time(10))
    assert read(TEST_ALERT_AT="Sun  7:05").test_alert_at == (6, time(7, 5))
    assert read(TEST_ALERT_AT="off").test_alert_at is None


def test_the_address_of_a_monitor_is_taken_as_it_is_and_kept_out_of_refusals(read):
    assert (
        read(HEARTBEAT_URL="https://monitor.test/push/k?ok=1").heartbeat_url == "https://monitor.test/push/k?ok=1"
    )
    with pytest.raises(BadSetting) as refused:
        read(HEARTBEAT_URL="monitor.test/hush-hush")
    assert "hush-hush" not in str(refused.value)


def test_settings_are_frozen(read):
    with pytest.raises(FrozenInstanceError):
        read().voice = "Polly.Jan"
