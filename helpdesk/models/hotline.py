"""Calls to the units' number."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId
from helpdesk.models.codes import HotlineState, RecordingState
from helpdesk.models.organisation import Unit
from helpdesk.models.people import User
from helpdesk.models.ticket import Attachment, Ticket


class HotlineCall(Base):
    """One call, from the first ring to its recording. `number` is E.164, empty when the caller hides it; `tried`
    are the ids of those whose phone was rung for it."""

    __tablename__ = "hotline_call"
    __table_args__ = (
        sa.CheckConstraint("(answered_by_id IS NULL) = (answered_at IS NULL)", name="answered_by_somebody"),
        sa.CheckConstraint("(state = 'over') = (ended_at IS NOT NULL)", name="over_has_time"),
        sa.Index(
            "ix_hotline_call_recording",
            "recording_next_at",
            sqlite_where=sa.text("recording_state = 'awaited'"),
            postgresql_where=sa.text("recording_state = 'awaited'"),
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
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    recording_sid: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    recording_state: Mapped[RecordingState] = mapped_column(default=RecordingState.NONE)
    recording_tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    recording_next_at: Mapped[datetime | None]
    attachment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attachment.id"))
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    unit: Mapped[Unit | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    attachment: Mapped[Attachment | None] = relationship()
