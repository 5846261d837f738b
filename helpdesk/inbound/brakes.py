"""What keeps a machine that answers our SMS by itself from talking with us for ever."""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Inbound, Message, Ticket
from helpdesk.tickets.actor import Actor

A_WHILE, MOST_ANSWERS = timedelta(minutes=10), 10


def has_heard_enough(number: str) -> bool:
    query = (
        sa.select(sa.func.count())
        .select_from(Inbound)
        .where(Inbound.address == number, Inbound.answer != "", Inbound.received_at > clock.now() - A_WHILE)
    )
    return (db.session.scalar(query) or 0) >= MOST_ANSWERS


def is_known(ticket: Ticket, by: Actor, body: str) -> bool:
    """The same person has written the same words to the ticket a short time ago."""
    query = sa.select(Message.id).where(
        Message.ticket_id == ticket.id,
        Message.at > clock.now() - A_WHILE,
        Message.author_id == by.user_id,
        Message.from_reporter == by.is_reporter,
        Message.body == body,
    )
    return db.session.scalar(query.limit(1)) is not None


def no_text() -> tuple[str, str]:
    """A picture, or a slip of the finger."""
    return "empty", _("Your message has no text. Please answer with words.")
