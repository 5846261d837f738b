"""Calls to the units' number."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId, partial_index
from helpdesk.models.codes import HotlineState, RecordingState
from helpdesk.models.organisation import Unit
from helpdesk.models.people import User
from helpdesk.models.ticket import Attachment, Ticket


class HotlineCall(Base):
    """One call, from the first ring to its recording. `number` is E.164, empty when the caller hides it; `unit_id`
    is None for a caller whom we do not know. `tried` are the ids of those whose phone was rung for it, in order;
    `outcomes` says of each (by id) in which turn and with which HotlineOutcome. `heard_at`: the last sign of it.
    While `recording_next_at` is set the message is to be fetched, or to be deleted at the provider."""

    __tablename__ = "hotline_call"
    __table_args__ = (
        sa.CheckConstraint("(answered_by_id IS NULL) = (answered_at IS NULL)", name="answered_by_somebody"),
        sa.CheckConstraint("(state = 'over') = (ended_at IS NOT NULL)", name="over_has_time"),
        partial_index(
            "ix_hotline_call_recording",
            "recording_next_at",
            where="recording_next_at IS NOT NULL",
        ),
        partial_index(
            "ix_hotline_call_live",
            "heard_at",
            where="state <> 'over'",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    number: Mapped[str] = mapped_column(sa.String(20), default="", index=True)
    state: Mapped[HotlineState] = mapped_column(default=HotlineState.MENU)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    tried: Mapped[list[int]] = mapped_column(default=list)
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    heard_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    recording_sid: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    recording_seconds: Mapped[int | None]
    recording_state: Mapped[RecordingState] = mapped_column(default=RecordingState.NONE)
    recording_tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    recording_next_at: Mapped[datetime | None]
    attachment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attachment.id"))
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    unit: Mapped[Unit | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    attachment: Mapped[Attachment | None] = relationship()
