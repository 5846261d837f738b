"""What each setting may be: from the text of its environment variable to its value, or one sentence of refusal."""

import re
from collections.abc import Callable
from datetime import time
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from helpdesk.errors import BadSetting
from helpdesk.mailboxes import read_mailboxes

LOCALES = ("pl", "en")
SMS_COMPANIES = ("twilio", "smsapi")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _text(_name: str, value: str) -> str:
    return value


def _secret(name: str, value: str) -> str:
    if len(value) < 16:
        raise BadSetting(f"{name} must have at least 16 characters.")
    return value


def _number(name: str, value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise BadSetting(f"{name} must be a whole number from 1 to 65535, not {value!r}.")
    return int(value)


def _patience(name: str, value: str) -> int:
    """With the connecting before it, shorter than the lease of an attempt: a minute."""
    if not value.isdecimal() or not 0 < int(value) <= 30:
        raise BadSetting(f"{name} must be a whole number from 1 to 30, not {value!r}.")
    return int(value)


def _count(name: str, value: str) -> int:
    return 0 if value == "0" else _number(name, value)


def _yes_no(name: str, value: str) -> bool:
    words = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False)
    if value.lower() not in words:
        raise BadSetting(f"{name} must be yes or no, not {value!r}.")
    return words[value.lower()]


def _http_parts(value: str) -> SplitResult | None:
    """The parts of an address of the web; None if it is none."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _url(name: str, value: str) -> str:
    parts = _http_parts(value)
    if parts is None or parts.query:
        raise BadSetting(f"{name} must be an address such as https://helpdesk.example.pl, not {value!r}.")
    return value.rstrip("/")


def _monitor(name: str, value: str) -> str:
    """Not quoted when refused: whoever knows the address can keep the monitor quiet."""
    if _http_parts(value) is None:
        raise BadSetting(f"{name} must be an address such as https://monitor.example.pl/ping/helpdesk.")
    return value


def _zone(name: str, value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as unknown:
        raise BadSetting(f"{name} must be a time zone such as Europe/Warsaw, not {value!r}.") from unknown
    return value


def _locale(name: str, value: str) -> str:
    if value not in LOCALES:
        raise BadSetting(f"{name} must be one of {', '.join(LOCALES)}, not {value!r}.")
    return value


def _hours(name: str, value: str) -> tuple[time, time]:
    try:
        start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except ValueError as malformed:
        raise BadSetting(f"{name} must look like 22:00-07:00, not {value!r}.") from malformed
    return start, end


def _times(name: str, value: str) -> tuple[time, ...]:
    """Times of a day, in order."""
    try:
        return tuple(sorted({time.fromisoformat(part.strip()) for part in value.split(",")}))
    except ValueError as malformed:
        raise BadSetting(f"{name} must look like 08:00,13:00, not {value!r}.") from malformed


def _weekly(name: str, value: str) -> tuple[int, time] | None:
    """Day of the week (0 is Monday) and local time; None for "off"."""
    if value.lower() == "off":
        return None
    found = re.fullmatch(rf"({'|'.join(WEEKDAYS)})\s+([01]?\d|2[0-3]):([0-5]\d)", value.lower(), re.ASCII)
    if not found:
        raise BadSetting(f"{name} must look like mon 10:00, or be off, not {value!r}.")
    return WEEKDAYS.index(found[1]), time(int(found[2]), int(found[3]))


def _e164(name: str, value: str) -> str:
    compact = re.sub(r"[\s()-]", "", value)
    if not re.fullmatch(r"\+[1-9]\d{6,14}", compact):
        raise BadSetting(f"{name} must be a number such as +48500000000, not {value!r}.")
    return compact


def _sender(name: str, value: str) -> str:
    """A number, or an alphanumeric sender (one-way: nobody can reply to it)."""
    if re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 \-+_&]{1,11}", value):
        return value
    return _e164(name, value)


def _companies(name: str, value: str) -> tuple[str, ...]:
    """In the order in which they are to be used."""
    given = tuple(part.strip().lower() for part in value.split(","))
    if len(set(given)) < len(given) or not set(given) <= set(SMS_COMPANIES):
        raise BadSetting(f"{name} must be a list such as {','.join(SMS_COMPANIES)}, not {value!r}.")
    return given


def _smsapi_sender(name: str, value: str) -> str:
    """A name that SMSAPI has confirmed, its word "2way", or a number of the account."""
    if re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 .&@+_!%-]{1,11}", value):
        return value
    return _e164(name, value)


def _smsapi_token(name: str, value: str) -> str:
    """Not quoted when refused. It travels in a header, which takes no more than this."""
    if not re.fullmatch(r"[!-~]{8,}", value):
        raise BadSetting(f"{name} must be a token as SMSAPI makes them: letters and digits, no spaces.")
    return value


def _sid(prefix: str) -> Callable[[str, str], str]:
    def parse(name: str, value: str) -> str:
        if not re.fullmatch(prefix + r"[0-9a-zA-Z]{32}", value):
            raise BadSetting(f"{name} must be {prefix} and 32 letters or digits.")
        return value

    return parse


def _address(name: str, value: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value):
        raise BadSetting(f"{name} must be an e-mail address, not {value!r}.")
    return value


def _mailbox(name: str, value: str) -> str:
    """What follows its "+" is ours: with that it must fit into the 64 characters of RFC 5321."""
    local = _address(name, value).rpartition("@")[0]
    if len(local) > 24 or "+" in local:
        raise BadSetting(f"{name} must have at most 24 characters before the @, and no plus sign there.")
    return value


def _server(name: str, value: str) -> str:
    """The name by which a mail server signs what it found out (RFC 8601)."""
    if not re.fullmatch(r"[^\s;()=]+", value):
        raise BadSetting(f"{name} must be the name of a mail server such as mx.example.pl, not {value!r}.")
    return value


def _database(name: str, value: str) -> str:
    if value.startswith(("postgres://", "postgresql://")):
        value = "postgresql+psycopg://" + value.split("://", 1)[1]
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(f"{name} must start with sqlite:/// or postgresql://.")
    try:
        database = make_url(value).database
    except (ArgumentError, ValueError) as malformed:  # not quoted: there may be a password in it
        raise BadSetting(f"{name} must look like postgresql://user:password@host:5432/name.") from malformed
    if not database or database == ":memory:":
        raise BadSetting(f"{name} must name a database: sqlite:////folder/file or postgresql://host/name.")
    return value


def _storage(name: str, value: str) -> str:
    try:
        storage_from_string(value)
    except ConfigurationError as unusable:
        raise BadSetting(f"{name} cannot be used: {str(unusable).rstrip('.')}.") from unusable
    return value


def _folder(_name: str, value: str) -> Path:
    return Path(value)


def _existing_folder(name: str, value: str) -> Path:
    if not Path(value).is_dir():
        raise BadSetting(f"{name} must be a folder that exists, not {value!r}.")
    return Path(value)


def _existing_file(name: str, value: str) -> Path:
    if not Path(value).is_file():
        raise BadSetting(f"{name} must be a file that exists, not {value!r}.")
    return Path(value)


PARSERS: dict[str, Callable[[str, str], object]] = {
    "DATA_DIR": _folder,
    "DATABASE_URL": _database,
    "SECRET_KEY": _secret,
    "PUBLIC_URL": _url,
    "OPERATOR_NAME": _text,
    "DEFAULT_TIME_ZONE": _zone,
    "DEFAULT_LOCALE": _locale,
    "HOTLINE_NUMBER": _e164,
    "QUIET_HOURS": _hours,
    "DIGEST_TIMES": _times,
    "SMS_LINKS": _yes_no,
    "SMS_TRANSLITERATE": _yes_no,
    "VOICE": _text,
    "TWILIO_ACCOUNT_SID": _sid("AC"),
    "TWILIO_AUTH_TOKEN": _text,
    "TWILIO_AUTH_TOKEN_SECONDARY": _text,
    "TWILIO_FROM_NUMBER": _sender,
    "TWILIO_MESSAGING_SERVICE_SID": _sid("MG"),
    "TWILIO_API_URL": _url,
    "TWILIO_TIMEOUT_SECONDS": _patience,
    "SMS_PROVIDERS": _companies,
    "SMSAPI_TOKEN": _smsapi_token,
    "SMSAPI_SENDER": _smsapi_sender,
    "SMSAPI_URL": _url,
    "SMSAPI_SMS_PER_SECOND": _number,
    "TWILIO_SMS_PER_SECOND": _number,
    "TWILIO_CALLS_PER_SECOND": _number,
    "ALERT_SMS_GAP_SECONDS": _count,
    "NOTICE_SMS_GAP_SECONDS": _count,
    "MAIL_SERVER": _text,
    "MAIL_PORT": _number,
    "MAIL_USERNAME": _text,
    "MAIL_PASSWORD": _text,
    "MAIL_USE_TLS": _yes_no,
    "MAIL_DEFAULT_SENDER": _address,
    "MAIL_CA_FILE": _existing_file,
    "MAIL_IN_ADDRESS": _mailbox,
    "MAILBOXES_FILE": read_mailboxes,
    "MAIL_AUTHSERV_ID": _server,
    "UPLOAD_LIMIT_MB": _number,
    "RATELIMIT_STORAGE_URL": _storage,
    "TRUSTED_PROXIES": _count,
    "METRICS_TOKEN": _secret,
    "HEARTBEAT_URL": _monitor,
    "LOW_BALANCE": _count,
    "TEST_ALERT_AT": _weekly,
    "PROMETHEUS_MULTIPROC_DIR": _existing_folder,
    "SIMULATOR_PORT": _number,
    "SIMULATOR_SMTP_PORT": _number,
}
