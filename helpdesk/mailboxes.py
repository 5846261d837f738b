"""The mailboxes that mails are fetched from: the file that MAILBOXES_FILE names, one [[mailbox]] each."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from helpdesk.errors import BadSetting

TLS, STARTTLS = "tls", "starttls"
PORTS = {TLS: 993, STARTTLS: 143}
# What the companies want to be asked for; the tenant is Microsoft's word for one of its customers.
TOKEN_URLS = {
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    "google": "https://oauth2.googleapis.com/token",
}
# Of an app on its own, and of one that acts for the person who gave the refresh token.
APP_SCOPE = "https://outlook.office365.com/.default"
PERSON_SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"


@dataclass(frozen=True, kw_only=True)
class OAuth2:
    """How to get an access token. Without a refresh token the program asks as an app on its own (Microsoft)."""

    company: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    tenant: str = "common"
    token_url: str = ""

    @property
    def url(self) -> str:
        return self.token_url or TOKEN_URLS[self.company].format(tenant=self.tenant)

    @property
    def fingerprint(self) -> str:
        """Of the refresh token that was given."""
        return sha256(self.refresh_token.encode()).hexdigest()[:16]

    @property
    def form(self) -> dict[str, str]:
        """What is asked for, but for the refresh token."""
        asked = {"client_id": self.client_id, "client_secret": self.client_secret}
        scope = {"scope": PERSON_SCOPE if self.refresh_token else APP_SCOPE} if self.company == "microsoft" else {}
        grant = "refresh_token" if self.refresh_token else "client_credentials"
        return {"grant_type": grant, **asked, **scope}


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """`address` is what mails are sent to, and its name for people. `municipality` is a code, "" for all;
    `group` the name of one of its groups, "" for none."""

    address: str
    host: str
    security: str = TLS
    port: int = 0
    ca_file: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    oauth2: OAuth2 | None = None
    municipality: str = ""
    group: str = ""
    inbox: str = "INBOX"
    done: str = "Helpdesk done"
    problem: str = "Helpdesk problem"

    @property
    def key(self) -> str:
        """Which mailbox it is, for locks and files: two entries of one mailbox have one."""
        place = f"{self.host.lower()}:{self.port}:{self.user}:{self.inbox}"
        return sha256(place.encode()).hexdigest()[:32]

    @property
    def sign(self) -> str:
        """Under which name it gives a sign of life."""
        return f"mailbox:{self.key}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log and no page may show."""
        given = (self.oauth2.client_secret, self.oauth2.refresh_token) if self.oauth2 else ()
        return tuple(secret for secret in (self.password, *given) if secret)


def read_mailboxes(name: str, value: str) -> tuple[Mailbox, ...]:
    """The file's mailboxes; `name` is the setting.

    Raises:
        BadSetting: with one sentence that quotes no secret.
    """
    try:
        written = tomllib.loads(Path(value).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as unread:
        raise BadSetting(f"{name} must be a file that can be read, not {value!r}.") from unread
    except tomllib.TOMLDecodeError as malformed:
        raise BadSetting(f"{name}: {value} is not TOML: {malformed}.") from malformed
    entries = written.pop("mailbox", None)
    if written or not isinstance(entries, list) or not entries:
        raise BadSetting(f"{name}: {value} must hold one or several [[mailbox]] and nothing else.")
    boxes = tuple(_mailbox(f"{name}, mailbox {number}", entry) for number, entry in enumerate(entries, 1))
    if len({box.key for box in boxes}) < len(boxes) or len({box.address for box in boxes}) < len(boxes):
        raise BadSetting(f"{name}: {value} names a mailbox twice.")
    return boxes


def _mailbox(where: str, entry: Any) -> Mailbox:
    values = _checked(where, entry, Mailbox)
    if "oauth2" in values:
        values["oauth2"] = _oauth2(f"{where}, oauth2", values["oauth2"])
    box = Mailbox(**values)
    if "@" not in box.address:
        raise BadSetting(f"{where}: address must be an e-mail address.")
    if box.security not in PORTS:
        raise BadSetting(f"{where}: security must be {TLS} or {STARTTLS}.")
    if bool(box.password) == bool(box.oauth2):
        raise BadSetting(f"{where}: give either password or [mailbox.oauth2].")
    if box.group and not box.municipality:
        raise BadSetting(f"{where}: a group needs its municipality.")
    if len({box.inbox, box.done, box.problem}) < 3:
        raise BadSetting(f"{where}: inbox, done and problem must be three folders.")
    if box.ca_file and not Path(box.ca_file).is_file():
        raise BadSetting(f"{where}: ca_file must be a file that exists.")
    return Mailbox(**values | {"port": box.port or PORTS[box.security], "user": box.user or box.address})


def _oauth2(where: str, entry: Any) -> OAuth2:
    given = OAuth2(**_checked(where, entry, OAuth2))
    if given.company not in TOKEN_URLS:
        raise BadSetting(f"{where}: company must be {' or '.join(TOKEN_URLS)}.")
    if not (given.refresh_token or (given.company == "microsoft" and given.client_secret)):
        raise BadSetting(f"{where}: refresh_token is missing.")
    return given


def _checked(where: str, entry: Any, shape: type) -> dict[str, Any]:
    """The entry's values, when their names and types are those of the shape."""
    if not isinstance(entry, Mapping):
        raise BadSetting(f"{where} must be a table.")
    known = {each.name: each for each in fields(shape)}
    for name in entry:
        if name not in known:
            raise BadSetting(f"{where}: {name} is not known; there are {', '.join(known)}.")
    for name, each in known.items():
        if each.default is MISSING and name not in entry:
            raise BadSetting(f"{where}: {name} is missing.")
        wanted = {"port": int, "oauth2": Mapping}.get(name, str)
        if name in entry and not isinstance(entry[name], wanted):
            raise BadSetting(f"{where}: {name} is of the wrong kind.")
    return dict(entry)
