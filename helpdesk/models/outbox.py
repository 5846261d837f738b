"""The outbox: notifications (what must be said to whom) and attempts (each SMS, call and mail)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId, partial_index
from helpdesk.models.codes import AttemptState, Channel, InboundKind, Lane, NotificationEvent
from helpdesk.models.escalation import Escalation
from helpdesk.models.people import User
from helpdesk.models.ticket import Ticket

_ALERTS = f"lane = {int(Lane.ALERT)}"


class Notification(Base):
    """One message to one person over one channel. `dedupe_key` makes saying it twice impossible.

    With an escalation it is wanted only while that is open. `params` holds codes and values for the template.
    """

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(sa.String(120), unique=True)
    event: Mapped[NotificationEvent]
    channel: Mapped[Channel]
    address: Mapped[str] = mapped_column(sa.String(254), index=True)
    locale: Mapped[str] = mapped_column(sa.String(8), default="pl")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    escalation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("escalation.id"), index=True)
    step_position: Mapped[int | None]
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    user: Mapped[User | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    escalation: Mapped[Escalation | None] = relationship()
    attempts: Mapped[list["Attempt"]] = relationship(
        back_populates="notification", order_by="Attempt.ordinal", lazy="selectin"
    )


class Attempt(Base):
    """One try over one provider. The row is committed before the provider is called (DELIVERY rule 1).

    `id` is random; its signed form goes into callback addresses. One that went along in the message or call of
    another is `carried_by` that one. `text_hash` tells the provider's copy of an SMS from others. `unconfirmed_at`
    is when the alert went on because "delivered" had not been heard.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        sa.UniqueConstraint("notification_id", "ordinal"),
        sa.CheckConstraint(
            "state <> 'sending' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL)",
            name="sending_has_lease",
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'sent') OR (sending_at IS NOT NULL AND accepted_at IS NOT NULL)",
            name="accepted_has_time",
        ),
        sa.CheckConstraint(
            "(state IN ('delivered', 'undelivered', 'failed', 'expired', 'cancelled')) = (finished_at IS NOT NULL)",
            name="final_has_time",
        ),
        partial_index(
            "ix_attempt_due",
            "channel",
            "lane",
            "due_at",
            where="state = 'due'",
        ),
        partial_index("ix_attempt_alerted", "sending_at", where=_ALERTS),
        sa.Index("ix_attempt_state_lease", "state", "lease_until"),
        sa.Index("ix_attempt_provider_sid", "provider_sid"),
        sa.Index("ix_attempt_address_sending_at", "address", "sending_at"),
    )

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    notification_id: Mapped[int] = mapped_column(sa.ForeignKey("notification.id"))
    ordinal: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    channel: Mapped[Channel]
    lane: Mapped[int] = mapped_column(sa.SmallInteger, default=Lane.NOTICE)
    state: Mapped[AttemptState] = mapped_column(default=AttemptState.DUE)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]
    sending_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(sa.String(80))
    lease_until: Mapped[datetime | None]
    provider: Mapped[str] = mapped_column(sa.String(20), default="")
    provider_sid: Mapped[str | None] = mapped_column(sa.String(64))
    provider_status: Mapped[str] = mapped_column(sa.String(32), default="")
    error_code: Mapped[str] = mapped_column(sa.String(32), default="")
    error_text: Mapped[str] = mapped_column(sa.String(300), default="")
    carried_by: Mapped[str | None] = mapped_column(sa.ForeignKey("attempt.id"), index=True)
    text_hash: Mapped[str | None] = mapped_column(sa.String(64))
    unconfirmed_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(sa.String(254))
    notification: Mapped[Notification] = relationship(back_populates="attempts")


class Inbound(Base):
    """An SMS or a call that came in; the provider's id makes a repeated webhook harmless."""

    __tablename__ = "inbound"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[InboundKind]
    provider_sid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    address: Mapped[str] = mapped_column(sa.String(40), index=True)
    body: Mapped[str] = mapped_column(sa.Text, default="")
    outcome: Mapped[str] = mapped_column(sa.String(40), default="")
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"))
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
