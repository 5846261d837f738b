"""What keeps a machine that does not say so from mailing with us for ever."""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import InboundMail as Row
from helpdesk.models import Notification
from helpdesk.models.codes import MailState, NotificationEvent

# So many mails of one sender within so long; what is more waits for a manager.
LIMITS = ((timedelta(minutes=10), 10), (timedelta(hours=1), 25), (timedelta(hours=10), 100))
NEW_TICKETS = ((timedelta(hours=1), 10), (timedelta(hours=24), 30))
ANSWERS_TO_STRANGERS = (timedelta(hours=1), 60)


def is_too_much(sender: str) -> bool:
    """The mail that has just arrived is counted too."""
    return any(_came_from(sender, span) > most for span, most in LIMITS)


def opens_too_much(sender: str) -> bool:
    """One more ticket of the sender would be too many; what it would have been waits for a manager."""
    return any(_has_opened(sender, span) >= most for span, most in NEW_TICKETS)


def may_answer_strangers() -> bool:
    """A flood of mails with forged senders is not passed on to those whose addresses they bear."""
    span, most = ANSWERS_TO_STRANGERS
    query = sa.select(sa.func.count(Notification.id)).where(
        Notification.event == NotificationEvent.MAIL_ANSWER, Notification.created_at > clock.now() - span
    )
    return (db.session.scalar(query) or 0) < most


def _came_from(sender: str, span: timedelta) -> int:
    query = sa.select(sa.func.count(Row.id)).where(Row.sender == sender, Row.received_at > clock.now() - span)
    return db.session.scalar(query) or 0


def _has_opened(sender: str, span: timedelta) -> int:
    """Tickets, not answers in them."""
    query = sa.select(sa.func.count(Row.id)).where(
        Row.sender == sender,
        Row.received_at > clock.now() - span,
        Row.state == MailState.TAKEN,
        Row.message_row_id.is_(None),
    )
    return db.session.scalar(query) or 0
