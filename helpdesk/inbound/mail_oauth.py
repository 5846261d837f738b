"""Access tokens of Microsoft 365 and Google, from their token endpoints."""

import os
from contextlib import suppress
from pathlib import Path

import requests

from helpdesk.config import settings
from helpdesk.errors import MailboxError
from helpdesk.mailboxes import Mailbox, OAuth2

TIMEOUT_SECONDS = 15


def access_token(mailbox: Mailbox, oauth2: OAuth2) -> str:
    """A fresh one. Where the company gives a new refresh token with it (Microsoft: they last 90 days), that one is
    kept for the next time.

    Raises:
        MailboxError: "token", with the company's word.
    """
    kept = _kept(mailbox, oauth2)
    last = kept.read_text() if kept.exists() else oauth2.refresh_token
    form = oauth2.form | ({"refresh_token": last} if last else {})
    try:
        answer = requests.post(oauth2.url, data=form, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        said = answer.json()
    except (requests.RequestException, ValueError) as unanswered:
        raise MailboxError("token", type(unanswered).__name__) from None
    token = said.get("access_token") if isinstance(said, dict) else None
    if not answer.ok or not token:
        raise MailboxError("token", _refusal(said, answer.status_code))
    if said.get("refresh_token", last) != last:
        _keep(kept, said["refresh_token"])
    return str(token)


def _refusal(said: object, status: int) -> str:
    """The code of RFC 6749; the description that stands beside it may quote what was sent."""
    return str(said.get("error", status))[:80] if isinstance(said, dict) else str(status)


def _kept(mailbox: Mailbox, oauth2: OAuth2) -> Path:
    """One given anew in the settings has a file of its own."""
    return settings().data_dir / "mailboxes" / f"{mailbox.key}-{oauth2.fingerprint}.token"


def _keep(path: Path, token: str) -> None:
    """Whole or not at all, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with suppress(FileNotFoundError):
        unfinished.unlink()
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
    unfinished.replace(path)
