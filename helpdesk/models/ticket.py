"""Tickets and what hangs on them: timeline, messages, attachments."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId, partial_index
from helpdesk.models.codes import (
    OPEN_STATUSES,
    Category,
    EventKind,
    MessageKind,
    ParticipantState,
    Priority,
    TicketSource,
    TicketStatus,
)
from helpdesk.models.organisation import Group, Municipality, Unit
from helpdesk.models.people import User

if TYPE_CHECKING:
    from helpdesk.models.sla import Clock

_IS_OPEN = "status IN ('new', 'acknowledged', 'in_progress', 'waiting')"
_IS_UNANSWERED = f"{_IS_OPEN} AND acknowledged_at IS NULL"
_IS_MERGED = "merged_into_id IS NOT NULL"


class TicketCounter(Base):
    """The last number given in a municipality and a (local) year."""

    __tablename__ = "ticket_counter"

    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Ticket(Base):
    """One problem. `answers` holds the category's own questions, `next_due_at` the earliest running target."""

    __tablename__ = "ticket"
    __table_args__ = (
        sa.CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)", name="acknowledged_by_somebody"
        ),
        sa.CheckConstraint(
            "status NOT IN ('resolved', 'closed') OR resolved_at IS NOT NULL", name="resolved_has_time"
        ),
        sa.Index("ix_ticket_created", "created_at", "id"),
        sa.Index("ix_ticket_resolved", "resolved_at"),
        sa.Index("ix_ticket_municipality_created", "municipality_id", "created_at", "id"),
        sa.Index("ix_ticket_unit_created", "unit_id", "created_at", "id"),
        sa.Index("ix_ticket_assignee_created", "assignee_id", "created_at", "id"),
        partial_index(
            "ix_ticket_open_due",
            "next_due_at",
            "id",
            where=_IS_OPEN,
        ),
        partial_index(
            "ix_ticket_unanswered",
            "priority",
            "next_due_at",
            "id",
            where=_IS_UNANSWERED,
        ),
        # Of the merged alone: SQLite would find those not merged by it, which are all.
        partial_index(
            "ix_ticket_merged_into_id",
            "merged_into_id",
            where=_IS_MERGED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channel_group.id"))
    category: Mapped[Category]
    priority: Mapped[Priority]
    status: Mapped[TicketStatus] = mapped_column(default=TicketStatus.NEW)
    source: Mapped[TicketSource] = mapped_column(default=TicketSource.FORM)
    summary: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    post_url: Mapped[str] = mapped_column(sa.String(1000), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    case_number: Mapped[str] = mapped_column(sa.String(60), default="")
    reporter_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    reporter_name: Mapped[str] = mapped_column(sa.String(120), default="")
    reporter_phone: Mapped[str] = mapped_column(sa.String(20), default="", index=True)
    reporter_email: Mapped[str] = mapped_column(sa.String(254), default="", index=True)
    locale: Mapped[str] = mapped_column(sa.String(8), default="pl")
    submission_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    first_response_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopened_count: Mapped[int] = mapped_column(default=0)
    next_due_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ticket.id"))

    municipality: Mapped[Municipality] = relationship()
    unit: Mapped[Unit] = relationship()
    group: Mapped[Group | None] = relationship()
    merged_into: Mapped["Ticket | None"] = relationship(remote_side="Ticket.id")
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    acknowledged_by: Mapped[User | None] = relationship(foreign_keys=[acknowledged_by_id])
    reporter_user: Mapped[User | None] = relationship(foreign_keys=[reporter_user_id])
    events: Mapped[list["TimelineEvent"]] = relationship(
        back_populates="ticket", order_by="TimelineEvent.id", passive_deletes=True
    )
    messages: Mapped[list["Message"]] = relationship(back_populates="ticket", order_by="Message.id")
    clocks: Mapped[list["Clock"]] = relationship(back_populates="ticket")
    attachments: Mapped[list["Attachment"]] = relationship(back_populates="ticket", order_by="Attachment.id")

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def survivor(self) -> "Ticket":
        """The ticket in which the matter goes on: where it was merged into, else itself."""
        return self.merged_into.survivor if self.merged_into is not None else self

    @property
    def is_urgent(self) -> bool:
        return self.priority is Priority.URGENT


class TimelineEvent(Base):
    """Something that happened to a ticket; append-only. `data` holds codes and values, never sentences."""

    __tablename__ = "timeline_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[EventKind]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(sa.String(120), default="")
    is_public: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    ticket: Mapped[Ticket] = relationship(back_populates="events")


class Message(Base):
    """A public reply or an internal note."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[MessageKind]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    author_name: Mapped[str] = mapped_column(sa.String(120), default="")
    from_reporter: Mapped[bool] = mapped_column(default=False)
    body: Mapped[str] = mapped_column(sa.Text)
    ticket: Mapped[Ticket] = relationship(back_populates="messages")


class Participant(Base):
    """Somebody in copy. `address` is in lower case; `user` somebody whom we know, who may see the ticket."""

    __tablename__ = "ticket_participant"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "address"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    address: Mapped[str] = mapped_column(sa.String(254))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    state: Mapped[ParticipantState] = mapped_column(default=ParticipantState.OFFERED)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ticket: Mapped[Ticket] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])


class Attachment(Base):
    """A file of a ticket. Its bytes lie outside the web root under `stored_as`."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    content_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    stored_as: Mapped[str] = mapped_column(sa.String(80), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ticket: Mapped[Ticket] = relationship(back_populates="attachments")
