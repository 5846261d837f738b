"""The head of a mail of ours: what makes it one of a thread, and what keeps machines from answering it."""

import sqlalchemy as sa

from helpdesk import mail_ids
from helpdesk.extensions import db
from helpdesk.mail_rate import BY_PEOPLE
from helpdesk.models import InboundMail, Notification
from helpdesk.models.codes import Channel, NotificationEvent
from helpdesk.notify.links import absolute
from helpdesk.reports.subscription import stop_token

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
LONGEST_THREAD = 10  # Message-IDs: the first and the newest; RFC 5322 lets a long list be cut


def head_of(notification: Notification) -> dict[str, str]:
    """The fields beside the usual ones; the same each time that the mail is sent."""
    automatic = {} if notification.event in BY_PEOPLE else AUTOMATIC
    return {**automatic, **_thread(notification), **_list_of_reports(notification)}


def message_id(notification: Notification) -> str:
    return mail_ids.message_id(notification.id, notification.created_at)


def reply_to(notification: Notification) -> str | None:
    """None where the house takes no mail in, or the mail is about no ticket."""
    if notification.ticket_id is None:
        return None
    return mail_ids.reply_address(notification.ticket_id, notification.user_id) or None


def _list_of_reports(notification: Notification) -> dict[str, str]:
    """One click in the mail program ends them (RFC 2369, RFC 8058)."""
    if notification.event is not NotificationEvent.MONTHLY_REPORT or notification.user_id is None:
        return {}
    address = absolute("stop_reports.page", token=stop_token(notification.user_id))
    # On a line of its own: the library would encode a longer one.
    return {"List-Unsubscribe": f"\r\n <{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _thread(notification: Notification) -> dict[str, str]:
    before = _before(notification)
    if len(before) > LONGEST_THREAD:
        before = [before[0], *before[1 - LONGEST_THREAD :]]
    # One a line: the library would break a longer line inside an identifier.
    return {"In-Reply-To": before[-1], "References": "\r\n ".join(before)} if before else {}


def _before(notification: Notification) -> list[str]:
    """The mails about the ticket between this address and us, oldest first; of an answer to a mail that mail."""
    if notification.ticket_id is None:
        return [str(each) for each in (notification.params.get("in_reply_to"),) if each]
    ours = sa.select(Notification.created_at, Notification.id).where(
        Notification.ticket_id == notification.ticket_id,
        Notification.channel == Channel.EMAIL,
        Notification.address == notification.address,
        Notification.id < notification.id,
    )
    # Whoever is in copy has had the reporter's mails too.
    is_theirs = InboundMail.sender == notification.address.lower()
    theirs = sa.select(InboundMail.received_at, InboundMail.message_id).where(
        InboundMail.ticket_id == notification.ticket_id,
        sa.true() if notification.params.get("participant") else is_theirs,
        InboundMail.received_at <= notification.created_at,
    )
    found = [
        (at, 1, mail_ids.message_id(each, at))
        for at, each in db.session.execute(ours.order_by(Notification.id)).tuples()
    ]
    found += [(at, 0, each) for at, each in db.session.execute(theirs.order_by(InboundMail.id)).tuples()]
    return [each for _at, _ours, each in sorted(found, key=lambda each: each[:2])]
