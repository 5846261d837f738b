"""Settings: read once from the environment, frozen; a bad value is refused at start with one clear sentence."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import current_app

from helpdesk.errors import BadSetting
from helpdesk.mailboxes import Mailbox
from helpdesk.setting_values import LOCALES as LOCALES  # for whoever reads the settings
from helpdesk.setting_values import PARSERS

TWILIO_API = "https://api.twilio.com"
SMSAPI_API = "https://api.smsapi.pl"
# The company's other addresses: its reserve, and its services for other countries.
SMSAPI_OWN = frozenset({SMSAPI_API, "https://api2.smsapi.pl"}) | {
    f"https://{host}.smsapi.{country}" for host in ("api", "api2") for country in ("com", "bg", "se")
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs between installations. Fields carry the names of their environment variables."""

    data_dir: Path = Path("var")
    database_url: str = ""
    secret_key: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    operator_name: str = "Helpdesk"
    default_time_zone: str = "Europe/Warsaw"
    default_locale: str = "pl"
    hotline_number: str = ""
    quiet_hours: tuple[time, time] = (time(22, 0), time(7, 0))
    digest_times: tuple[time, ...] = (time(8, 0), time(13, 0))
    sms_links: bool = False
    sms_transliterate: bool = True
    voice: str = "Polly.Ewa"
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_auth_token_secondary: str = field(default="", repr=False)
    twilio_from_number: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_api_url: str = TWILIO_API
    twilio_timeout_seconds: int = 10
    sms_providers: tuple[str, ...] = ("twilio", "smsapi")
    smsapi_token: str = field(default="", repr=False)
    smsapi_sender: str = ""
    smsapi_url: str = SMSAPI_API
    smsapi_sms_per_second: int = 10
    twilio_sms_per_second: int = 10
    twilio_calls_per_second: int = 1
    alert_sms_gap_seconds: int = 15
    notice_sms_gap_seconds: int = 120
    mail_server: str = "localhost"
    mail_port: int = 25
    mail_username: str = ""
    mail_password: str = field(default="", repr=False)
    mail_use_tls: bool = False
    mail_default_sender: str = "helpdesk@helpdesk.test"
    mail_ca_file: Path | None = None
    mail_in_address: str = ""
    mailboxes_file: tuple[Mailbox, ...] = ()
    mail_authserv_id: str = ""
    upload_limit_mb: int = 10
    ratelimit_storage_url: str = "memory://"
    trusted_proxies: int = 0
    metrics_token: str = field(default="", repr=False)
    heartbeat_url: str = field(default="", repr=False)
    low_balance: int = 50
    test_alert_at: tuple[int, time] | None = (0, time(10, 0))
    prometheus_multiproc_dir: Path | None = None
    simulator_port: int = 8001
    simulator_smtp_port: int = 8025
    simulated: bool = False

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.default_time_zone)

    @property
    def uploads(self) -> Path:
        return self.data_dir / "uploads"

    @property
    def exports(self) -> Path:
        """Long files that the worker makes, and the web hands over."""
        return self.data_dir / "exports"

    @property
    def mailboxes(self) -> tuple[Mailbox, ...]:
        """Those that mails are fetched from."""
        return self.mailboxes_file

    @property
    def auth_tokens(self) -> tuple[str, ...]:
        """The tokens that may have signed a webhook: two while they are being rotated."""
        return tuple(t for t in (self.twilio_auth_token, self.twilio_auth_token_secondary) if t)

    @property
    def hotline(self) -> str:
        return self.hotline_number or self.twilio_from_number


def settings() -> Settings:
    """The settings of the running application."""
    current: Settings = current_app.config["SETTINGS"]
    return current


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment.

    Raises:
        BadSetting: with one sentence that names the variable and what it wants.
    """
    environ = os.environ if environ is None else environ
    values = {
        name.lower(): parse(name, environ[name].strip())
        for name, parse in PARSERS.items()
        if environ.get(name, "").strip()
    }
    return _complete(Settings(**values))  # type: ignore[arg-type]


_SIMULATED = Settings(
    simulated=True,
    twilio_account_sid="AC" + "0" * 32,
    twilio_from_number="+48500000100",
    mail_server="127.0.0.1",
)


def _complete(given: Settings) -> Settings:
    """Fill what follows from other settings: database and key in the data folder, the simulator's world."""
    given = replace(given, data_dir=given.data_dir.resolve())
    if not given.database_url:
        given = replace(given, database_url=f"sqlite:///{given.data_dir / 'helpdesk.sqlite3'}")
    if not given.secret_key and not given.is_sqlite:
        # Each machine would make its own, and then not know the callbacks about what the other one sent.
        raise BadSetting("SECRET_KEY is missing: beside PostgreSQL it must be set, the same on every machine.")
    if not given.secret_key:
        given = replace(given, secret_key=_kept_secret(given.data_dir / "secret_key"))
    _check_smsapi(given)
    if _has_twilio(given):
        _check_twilio(given)
        return given
    return _simulate(given)


def _kept_secret(path: Path) -> str:
    """Made on the first start, then kept, readable by its owner alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another start was first; its key is the key
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip()
    except OSError as refused:
        raise BadSetting(
            f"DATA_DIR must be a folder to write in, not {path.parent}: {refused.strerror}."
        ) from refused


def _has_twilio(given: Settings) -> bool:
    return bool(
        given.twilio_account_sid
        or given.auth_tokens
        or given.twilio_from_number
        or given.twilio_messaging_service_sid
        or given.twilio_api_url != TWILIO_API
    )


def _check_twilio(given: Settings) -> None:
    sender = given.twilio_from_number or given.twilio_messaging_service_sid
    wanted = {
        "TWILIO_ACCOUNT_SID": given.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": given.twilio_auth_token,
        "TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID": sender,
    }
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise BadSetting(f"Twilio is only half set up: {missing[0]} is missing.")


def _check_smsapi(given: Settings) -> None:
    if not given.smsapi_token and (given.smsapi_sender or given.smsapi_url != SMSAPI_API):
        raise BadSetting("SMSAPI is only half set up: SMSAPI_TOKEN is missing.")
    if given.smsapi_token and not _has_twilio(given):
        raise BadSetting("SMSAPI stands beside Twilio, which makes the calls: TWILIO_ACCOUNT_SID is missing.")


def _simulate(given: Settings) -> Settings:
    own_mail = given.mail_server != Settings.mail_server
    return replace(
        given,
        simulated=True,
        twilio_account_sid=_SIMULATED.twilio_account_sid,
        twilio_auth_token=given.secret_key,
        twilio_from_number=_SIMULATED.twilio_from_number,
        twilio_api_url=f"http://127.0.0.1:{given.simulator_port}",
        mail_server=given.mail_server if own_mail else _SIMULATED.mail_server,
        mail_port=given.mail_port if own_mail else given.simulator_smtp_port,
    )
