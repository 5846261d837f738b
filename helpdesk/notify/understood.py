"""What a receipt says of the files that came with a ticket."""

import sqlalchemy as sa

from helpdesk.attachment_words import WHY_LEFT_OUT
from helpdesk.extensions import db
from helpdesk.models import InboundMail, Ticket
from helpdesk.models.codes import MailState


def files_taken(ticket: Ticket) -> list[str]:
    return [file.name for file in ticket.attachments if file.message_id is None]


def files_left_out(ticket: Ticket) -> list[str]:
    """Each with the reason, in the reader's language; only a mail brings files that are not taken."""
    query = sa.select(InboundMail.left_out).where(
        InboundMail.ticket_id == ticket.id,
        InboundMail.state == MailState.TAKEN,
        InboundMail.message_row_id.is_(None),
    )
    left_out = db.session.scalar(query.order_by(InboundMail.id).limit(1)) or []
    return [f"{name} ({WHY_LEFT_OUT.get(code, code)})" for name, code in left_out]
