"""Promised times: calendars, policies with their targets, a ticket's clocks and reminders."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId
from helpdesk.models.codes import Category, Priority, SlaTargetKind
from helpdesk.models.ticket import Ticket


class Calendar(Base):
    """When the clock runs. `weekly_hours`: {"0": [["08:00", "16:00"]], …}, 0 = Monday, local time.

    `closed_days`: ISO dates; `exceptions`: {"2026-12-31": [["08:00", "12:00"]]}.
    """

    __tablename__ = "calendar"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Europe/Warsaw")
    always_open: Mapped[bool] = mapped_column(default=False)
    weekly_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    polish_holidays: Mapped[bool] = mapped_column(default=True)
    closed_days: Mapped[list[str]] = mapped_column(default=list)
    exceptions: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SlaPolicy(Base):
    """A set of targets; contracts point at one, `is_default` serves the others."""

    __tablename__ = "sla_policy"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    targets: Mapped[list["SlaTarget"]] = relationship(back_populates="policy", lazy="selectin")


class SlaTarget(Base):
    """`minutes` of business time on `calendar`; a row with a category beats the one for all categories."""

    __tablename__ = "sla_target"
    __table_args__ = (
        sa.UniqueConstraint("policy_id", "kind", "priority", "category"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_policy.id"))
    kind: Mapped[SlaTargetKind]
    priority: Mapped[Priority]
    category: Mapped[Category | None]
    minutes: Mapped[int]
    calendar_id: Mapped[int] = mapped_column(sa.ForeignKey("calendar.id"))
    policy: Mapped[SlaPolicy] = relationship(back_populates="targets")
    calendar: Mapped[Calendar] = relationship(lazy="joined")


class Clock(Base):
    """One target of one ticket. Running: due_at set, met_at and stopped_at empty. Paused: paused_at set, no
    due_at. Met: met_at. `breached_at` stays once set. Stopped (merged, target dropped): stopped_at."""

    __tablename__ = "sla_clock"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "kind"),
        sa.CheckConstraint("paused_at IS NULL OR due_at IS NULL", name="paused_has_no_due"),
        sa.Index("ix_sla_clock_kind_started", "kind", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"))
    kind: Mapped[SlaTargetKind]
    calendar_id: Mapped[int] = mapped_column(sa.ForeignKey("calendar.id"))
    minutes: Mapped[int]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    ticket: Mapped[Ticket] = relationship(back_populates="clocks")
    calendar: Mapped[Calendar] = relationship(lazy="joined")
    reminders: Mapped[list["Reminder"]] = relationship(back_populates="clock", order_by="Reminder.share")
    pauses: Mapped[list["ClockPause"]] = relationship(order_by="ClockPause.starts_at")

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.stopped_at is None and self.paused_at is None


class ClockPause(Base):
    """A finished pause of a clock, [starts_at, ends_at)."""

    __tablename__ = "sla_clock_pause"
    __table_args__ = (sa.CheckConstraint("ends_at >= starts_at", name="span"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clock_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_clock.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Reminder(Base):
    """A share (50, 75, 90, 100 %) of a clock's budget at which people are reminded, once."""

    __tablename__ = "reminder"
    __table_args__ = (
        sa.UniqueConstraint("clock_id", "share"),
        sa.Index(
            "ix_reminder_due",
            "due_at",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clock_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_clock.id"))
    share: Mapped[int] = mapped_column(sa.SmallInteger)
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    clock: Mapped[Clock] = relationship(back_populates="reminders")
