"""Mails that came in."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId, partial_index
from helpdesk.models.codes import MailState
from helpdesk.models.people import User
from helpdesk.models.ticket import Message, Ticket

_IS_HELD = "state IN ('held', 'broken')"


class InboundMail(Base):
    """One mail. `message_id` (with its brackets; a digest of a very long one) makes a second fetch harmless. The
    raw bytes lie under `stored_as` like an attachment. `reason` is a code; `left_out` holds [name, why] of each
    file that is only in the original. `message_row_id` is what it became in its ticket. `doubt` is the check that
    spoke against its sender: "dmarc", "spf" or ""."""

    __tablename__ = "inbound_mail"
    __table_args__ = (
        sa.CheckConstraint("(decided_by_id IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
        sa.CheckConstraint("state <> 'taken' OR ticket_id IS NOT NULL", name="taken_has_ticket"),
        sa.Index("ix_inbound_mail_sender_received_at", "sender", "received_at"),
        partial_index("ix_inbound_mail_held", "id", where=_IS_HELD),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(250), unique=True)
    mailbox: Mapped[str] = mapped_column(sa.String(254), default="")
    sender: Mapped[str] = mapped_column(sa.String(254), default="")
    sender_name: Mapped[str] = mapped_column(sa.String(120), default="")
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    state: Mapped[MailState] = mapped_column(default=MailState.HELD)
    reason: Mapped[str] = mapped_column(sa.String(40), default="")
    doubt: Mapped[str] = mapped_column(sa.String(10), default="")
    stored_as: Mapped[str] = mapped_column(sa.String(80), unique=True)
    left_out: Mapped[list[Any]] = mapped_column(default=list)
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    message_row_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ticket: Mapped[Ticket | None] = relationship()
    message_row: Mapped[Message | None] = relationship()
    decided_by: Mapped[User | None] = relationship()
