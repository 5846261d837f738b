"""Fetch the mails of one mailbox: each is let in, committed, and only then moved out of the inbox.

Killed between the two, the mail is found again, known by its Message-ID or its bytes, and only moved.
"""

import logging
from contextlib import nullcontext
from threading import Event, Lock

from sqlalchemy.exc import DBAPIError

from helpdesk import signs
from helpdesk.errors import BadUpload, MailboxError
from helpdesk.inbound import mail_in_hand
from helpdesk.inbound.mail_door import OF_THE_MAIL, let_in, set_aside
from helpdesk.inbound.mailbox import UNREADABLE, Inbox
from helpdesk.models.codes import MailState
from helpdesk.transaction import release

log = logging.getLogger(__name__)
LARGE = 2_000_000  # bytes
LARGEST = 100_000_000
# However many mailboxes there are, only one large mail is in memory.
one_at_a_time = Lock()


def fetch_all(inbox: Inbox, stopping: Event) -> int:
    """How many were taken in or set aside, each tried once. What cannot be stored now (a full disk) stays in the
    inbox for the next look. Within an application context, outside a transaction.

    Raises:
        MailboxError: the server is away.
        DBAPIError: the database is away.
    """
    done, tried = 0, set[str]()
    while not stopping.is_set():
        signs.note(inbox.mailbox.sign)
        release()
        found = {uid: size for uid, size in inbox.sizes().items() if uid not in tried}
        if not found:
            break
        for uid, size in found.items():
            if stopping.is_set():
                break
            tried.add(uid)
            done += _fetch_one(inbox, uid, size)
            signs.note(inbox.mailbox.sign)
            release()
    return done


def _fetch_one(inbox: Inbox, uid: str, size: int) -> bool:
    """False when it stays where it is."""
    if size > LARGEST:
        return _to_problems(inbox, uid, "too_large")
    if not mail_in_hand.take(inbox.mailbox, f"{inbox.validity}:{uid}"):
        return _to_problems(inbox, uid, "killed")
    try:
        with one_at_a_time if size > LARGE else nullcontext():
            folder = _let_in(inbox, uid)
    except BadUpload:
        log.warning("mail %s of %s waits in the inbox: it could not be stored", uid, inbox.mailbox.address)
        return False
    except Exception as broken:
        if _will_pass(broken):
            raise
        log.exception("mail %s of %s could not even be kept", uid, inbox.mailbox.address)
        return _to_problems(inbox, uid, getattr(broken, "code", type(broken).__name__))
    finally:
        release()
        mail_in_hand.put_down(inbox.mailbox)
    if folder:
        inbox.move(uid, folder)
    return bool(folder)


def _will_pass(error: Exception) -> bool:
    """The database or the server is away: not the mail's fault."""
    if isinstance(error, MailboxError):
        return error.code != UNREADABLE
    return isinstance(error, DBAPIError) and not isinstance(error, OF_THE_MAIL)


def _let_in(inbox: Inbox, uid: str) -> str:
    """The folder that it belongs to now; "" when somebody else has moved it away meanwhile."""
    raw = inbox.raw(uid)
    if raw is None:
        return ""
    state = let_in(raw, inbox.mailbox.address)
    return inbox.mailbox.problem if state is MailState.BROKEN else inbox.mailbox.done


def _to_problems(inbox: Inbox, uid: str, reason: str) -> bool:
    """True. It stays whole in the mailbox; what a manager sees here is its head."""
    log.error("mail %s of %s is set aside: %s", uid, inbox.mailbox.address, reason)
    head = f"Subject: UID {inbox.validity}:{uid}\r\n\r\n".encode() if reason == UNREADABLE else inbox.head(uid)
    if head is not None:
        set_aside(head, inbox.mailbox.address, reason)
        release()
        inbox.move(uid, inbox.mailbox.problem)
    mail_in_hand.put_down(inbox.mailbox)
    return True
