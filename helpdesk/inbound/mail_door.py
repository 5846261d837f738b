"""The door for mails, whoever brings them: each in its own transaction, and what breaks the program is kept."""

import hashlib
import logging

import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from helpdesk.errors import BadUpload
from helpdesk.extensions import db
from helpdesk.inbound.mail_in import take_in
from helpdesk.models import InboundMail
from helpdesk.models.codes import MailState
from helpdesk.tickets.attachments import store_mail
from helpdesk.transaction import transaction

log = logging.getLogger(__name__)
# What a database says of this mail's own values; all else it says of itself.
OF_THE_MAIL = (DataError, IntegrityError)


def let_in(raw: bytes, mailbox: str = "") -> MailState:
    """What became of the mail, when it is committed.

    Raises:
        DBAPIError, BadUpload: the database is away or the disk full; bring it again.
    """
    try:
        return _taken_twice(raw, mailbox)
    except OF_THE_MAIL as refused:
        return _kept(raw, mailbox, refused)
    except (DBAPIError, BadUpload):
        raise
    except Exception as broken:
        return _kept(raw, mailbox, broken)


def _taken_twice(raw: bytes, mailbox: str) -> MailState:
    """Somebody else may be taking in the same mail at this moment: then the second look finds theirs."""
    try:
        return _taken(raw, mailbox)
    except IntegrityError:
        return _taken(raw, mailbox)


def _taken(raw: bytes, mailbox: str) -> MailState:
    with transaction():
        return take_in(raw, mailbox).state


def _kept(raw: bytes, mailbox: str, broken: Exception) -> MailState:
    """Raw, for a developer; the health page says so."""
    log.error("mail %s could not be taken in", hashlib.sha256(raw).hexdigest(), exc_info=broken)
    return set_aside(raw, mailbox, type(broken).__name__)


def set_aside(raw: bytes, mailbox: str, reason: str) -> MailState:
    """Keep a mail without reading it, for a manager to see: once, however often it is brought."""
    message_id = f"<{hashlib.sha256(raw).hexdigest()}@broken.invalid>"
    with transaction():
        if db.session.scalar(sa.select(InboundMail.id).filter_by(message_id=message_id)) is None:
            db.session.add(
                InboundMail(
                    message_id=message_id,
                    mailbox=mailbox[:254],
                    state=MailState.BROKEN,
                    reason=reason[:40],
                    stored_as=store_mail(raw),
                )
            )
    return MailState.BROKEN
