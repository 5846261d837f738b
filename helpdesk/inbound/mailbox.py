"""A mailbox at its server: the only place that speaks IMAP."""

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from imaplib import IMAP4
from threading import Event
from time import monotonic

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailboxLoginError, MailBoxStartTls

from helpdesk.errors import MailboxError
from helpdesk.inbound.mail_oauth import access_token
from helpdesk.mailboxes import STARTTLS, TLS, Mailbox

UNREADABLE = "unreadable"  # of a mail that its own server cannot give
TIMEOUT_SECONDS = 30
SLICE_SECONDS = 0.5  # how soon a waiting fetcher notices that it is to stop
AT_ONCE = 500  # mails that are listed at a time
KINDS: dict[str, Callable[..., BaseMailBox]] = {TLS: MailBox, STARTTLS: MailBoxStartTls}
NUMBER = re.compile(rb"UID (\d+)")
OCTETS = re.compile(rb"RFC822\.SIZE (\d+)")


class Inbox:
    """The open inbox. Every method raises MailboxError."""

    def __init__(self, mailbox: Mailbox, box: BaseMailBox, validity: int) -> None:
        self.mailbox, self._box = mailbox, box
        self.validity = validity  # numbers of mails count while this is the same
        self._can_idle = "IDLE" in box.client.capabilities

    def sizes(self) -> dict[str, int]:
        """The numbers (UID) of the oldest mails with their bytes."""
        with _told(self.mailbox):
            self._box.client.noop()  # some servers tell of new mails only then
            uids = self._box.uids("ALL", charset=None)[:AT_ONCE]
            if not uids:
                return {}
            lines = self._fetch(",".join(uids), "(UID RFC822.SIZE)")
        found = ((NUMBER.search(line), OCTETS.search(line)) for line in lines if isinstance(line, bytes))
        sizes = {uid[1].decode(): int(size[1]) for uid, size in found if uid and size}
        return {uid: sizes.get(uid, 0) for uid in uids}

    def raw(self, uid: str) -> bytes | None:
        """The mail as it is; None when somebody has moved it away."""
        return self._part(uid, "(BODY.PEEK[])")

    def head(self, uid: str) -> bytes | None:
        """Its fields alone."""
        return self._part(uid, "(BODY.PEEK[HEADER])")

    def move(self, uid: str, folder: str) -> None:
        """Where the server cannot MOVE: COPY, mark as deleted, EXPUNGE. Cut short, it is done again."""
        with _told(self.mailbox):
            self._box.move(uid, folder)

    def wait(self, seconds: float, stopping: Event) -> None:
        """Until something comes, or for so long. Without IDLE for so long."""
        if not self._can_idle:
            stopping.wait(seconds)
            return
        end = monotonic() + seconds
        with _told(self.mailbox), self._box.idle as idle:
            while not stopping.is_set() and monotonic() < end:
                if idle.poll(SLICE_SECONDS):
                    return

    def _part(self, uid: str, part: str) -> bytes | None:
        with _told(self.mailbox):
            lines = self._fetch(uid, part)
        return next((line[1] for line in lines if isinstance(line, tuple)), None)

    def _fetch(self, uids: str, parts: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            status, lines = self._box.client.uid("FETCH", uids, parts)
        except IMAP4.abort:
            raise
        except IMAP4.error as refused:
            status, lines = "BAD", [str(refused)]
        if status != "OK":
            raise MailboxError(UNREADABLE, _without_secrets(str(lines), self.mailbox.secrets))
        return list(lines)


@contextmanager
def open_inbox(mailbox: Mailbox) -> Iterator[Inbox]:
    """Connected, signed in, with its folders.

    Raises:
        MailboxError: "certificate", "unreachable", "token", "refused", "folder" or "lost".
    """
    with _told(mailbox, "unreachable"):
        box = _connect(mailbox)
    try:
        with _told(mailbox):
            _sign_in(box, mailbox)
            box.client.capabilities = tuple(box.client.capability()[1][0].decode().upper().split())
        with _told(mailbox, "folder"):
            validity = _prepare_folders(box, mailbox)
        yield Inbox(mailbox, box, validity)
    finally:
        _leave(box)


def _connect(mailbox: Mailbox) -> BaseMailBox:
    context = ssl.create_default_context(cafile=mailbox.ca_file or None)
    return KINDS[mailbox.security](mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS, ssl_context=context)


def _sign_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    token = access_token(mailbox, mailbox.oauth2) if mailbox.oauth2 else ""
    try:
        if token:
            box.xoauth2(mailbox.user, token, initial_folder=None)
        elif (mailbox.user + mailbox.password).isascii():
            box.login(mailbox.user, mailbox.password, initial_folder=None)
        else:
            box.login_utf8(mailbox.user, mailbox.password, initial_folder=None)
    except IMAP4.abort:
        raise
    except (MailboxLoginError, IMAP4.error) as refused:
        raise MailboxError("refused", _without_secrets(str(refused), (*mailbox.secrets, token))) from None


def _prepare_folders(box: BaseMailBox, mailbox: Mailbox) -> int:
    """Those that are missing are made; the UIDVALIDITY of the inbox."""
    for folder in (mailbox.done, mailbox.problem):
        if not box.folder.exists(folder):
            box.folder.create(folder)
    box.folder.set(mailbox.inbox)
    _, [validity] = box.client.response("UIDVALIDITY")
    return int(validity or 0)


def _leave(box: BaseMailBox) -> None:
    """A connection that is lost needs no farewell."""
    try:
        box.logout()
    except (ImapToolsError, IMAP4.error, OSError):
        box.client.shutdown()


@contextmanager
def _told(mailbox: Mailbox, code: str = "lost") -> Iterator[None]:
    """What went wrong, in one kind of error without secrets."""
    try:
        yield
    except MailboxError:
        raise
    except ssl.SSLCertVerificationError as wrong:
        raise MailboxError("certificate", wrong.verify_message) from None
    except (ImapToolsError, IMAP4.error, OSError) as broken:
        raise MailboxError(code, _without_secrets(str(broken), mailbox.secrets)) from None


def _without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    for secret in filter(None, secrets):
        text = text.replace(secret, "…")
    return text[:200]
