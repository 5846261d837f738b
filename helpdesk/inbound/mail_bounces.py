"""A mail of ours did not arrive: the attempt becomes undelivered, as if its provider had called back (RFC 3464)."""

import re

from helpdesk.attempt_words import BOUNCED
from helpdesk.extensions import db
from helpdesk.inbound.mail_kinds import STATUS
from helpdesk.inbound.mail_mime import take_apart
from helpdesk.inbound.mail_text import unpack
from helpdesk.inbound.mail_thread import sent_as
from helpdesk.models import Attempt, Ticket
from helpdesk.models.codes import AttemptState, NotificationEvent
from helpdesk.notify import outcome
from helpdesk.tickets.timeline import record_attempt

LONGEST = 200_000  # bytes looked at
ACTION = re.compile(rb"^Action:\s*([a-z]+)", re.IGNORECASE | re.MULTILINE)
CODE = re.compile(rb"^Status:\s*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
CODE_IN_WORDS = re.compile(rb"\b(5\.[1-7]\.\d{1,2})\b")
ON_ITS_WAY = (b"delayed", b"delivered", b"relayed", b"expanded")


def take_bounce(raw: bytes, bounced_message_id: str) -> Ticket | None:
    """The ticket that the mail was about, None for no ticket.

    Raises:
        LookupError: we sent no such mail.
    """
    notification = sent_as(bounced_message_id)
    sent = [a for a in notification.attempts if a.sending_at is not None] if notification else []
    if notification is None or not sent:
        raise LookupError(bounced_message_id)
    code = failure_code(raw)
    if code is not None:
        _not_arrived(sent[-1], code)
    return notification.ticket


def failure_code(raw: bytes) -> str | None:
    """The code of the failure, "" without any; None where it says that the mail is only late, or has arrived."""
    message = take_apart(raw)
    report = b"\n".join(unpack(raw, part)[:LONGEST] for part in message.parts if part.type in STATUS)
    action, code = ACTION.search(report), CODE.search(report)
    if action is not None and action[1].lower() in ON_ITS_WAY:
        return None
    if code is None:
        texts = (unpack(raw, part)[:LONGEST] for part in message.parts if part.type.startswith("text/"))
        code = next((found for text in texts if (found := CODE_IN_WORDS.search(text))), None)
    return code[1].decode() if code else ""


def _not_arrived(attempt: Attempt, code: str) -> None:
    moved = outcome.reported(attempt.id, AttemptState.UNDELIVERED, sid=None, status=BOUNCED, code=code)
    db.session.refresh(attempt)
    # Of an alert this stands on the timeline already.
    if moved and attempt.notification.event is not NotificationEvent.ALERT:
        record_attempt(attempt, attempt.state, status=attempt.provider_status, code=code)
