"""Promised times: calendars, policies with their targets, a ticket's clocks and reminders."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId, partial_index
from helpdesk.models.codes import Category, Channel, ClockCause, Priority, SlaTargetKind
from helpdesk.models.ticket import Ticket

# A promise that runs, or ran out without anybody having noted it.
UNNOTED = "met_at IS NULL AND stopped_at IS NULL AND breached_at IS NULL"


class Calendar(Base):
    """When the clock runs. `weekly_hours`: {"0": [["08:00", "16:00"]], …}, 0 = Monday, local time.

    `closed_days`: ISO dates; `exceptions`: {"2026-12-31": [["08:00", "12:00"]]}; `worked_holidays`: Polish names of
    the public holidays that are not kept, as the `holidays` library writes them.
    Nothing but its name is ever changed in a row: an edit makes a new one, which `replaces_id` ties to the old,
    and `replaced_at` puts the old aside. So what a closed ticket was promised stays as it was.
    """

    __tablename__ = "calendar"
    __table_args__ = (
        partial_index(
            "ix_calendar_name_in_use",
            "name",
            unique=True,
            where="replaced_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Europe/Warsaw")
    always_open: Mapped[bool] = mapped_column(default=False)
    weekly_hours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    polish_holidays: Mapped[bool] = mapped_column(default=True)
    closed_days: Mapped[list[str]] = mapped_column(default=list)
    exceptions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    worked_holidays: Mapped[list[str]] = mapped_column(default=list)
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("calendar.id"))
    replaced_at: Mapped[datetime | None]


class SlaPolicy(Base):
    """A set of targets; contracts point at one, `is_default` serves the others.

    `acknowledgement_answers`: whoever takes a ticket has given the first response. Once a target is breached, it is
    said again every `again_urgent` or `again_normal` minutes, at most `again_at_most` times.
    """

    __tablename__ = "sla_policy"
    __table_args__ = (
        sa.CheckConstraint("again_urgent > 0 AND again_normal > 0 AND again_at_most >= 0", name="again"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    acknowledgement_answers: Mapped[bool] = mapped_column(default=False)
    again_urgent: Mapped[int] = mapped_column(default=120)
    again_normal: Mapped[int] = mapped_column(default=1440)
    again_at_most: Mapped[int] = mapped_column(sa.SmallInteger, default=10)
    targets: Mapped[list["SlaTarget"]] = relationship(back_populates="policy", lazy="selectin")
    reminder_rules: Mapped[list["ReminderRule"]] = relationship(order_by="ReminderRule.share", lazy="selectin")


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


class ReminderRule(Base):
    """At `share` per cent of the business budget of a target of this priority, whom to remind and how.

    `recipients`: codes of ReminderRecipient; `channels`: codes of Channel. A policy without rules for a priority
    reminds at 50, 75, 90 and 100 % as helpdesk/sla/reminders.py says.
    """

    __tablename__ = "reminder_rule"
    __table_args__ = (
        sa.UniqueConstraint("policy_id", "priority", "share"),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name="share"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_policy.id"))
    priority: Mapped[Priority]
    share: Mapped[int] = mapped_column(sa.SmallInteger)
    recipients: Mapped[list[str]] = mapped_column(default=list)
    channels: Mapped[list[str]] = mapped_column(default=list)


class Clock(Base):
    """One target of one ticket. Running: due_at set, met_at and stopped_at empty. Paused: paused_at set, no
    due_at. Met: met_at. `breached_at` stays once set. Stopped (merged, target dropped): stopped_at.

    `business_minutes`: whole minutes of business time from the start until it was met; None while it is not met.
    `said_again`: how often it was said after the breach.
    """

    __tablename__ = "sla_clock"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "kind"),
        sa.CheckConstraint("paused_at IS NULL OR due_at IS NULL", name="paused_has_no_due"),
        sa.Index("ix_sla_clock_kind_started", "kind", "started_at"),
        partial_index(
            "ix_sla_clock_unnoted",
            "due_at",
            where=UNNOTED,
        ),
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
    business_minutes: Mapped[int | None]
    said_again: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
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


class ClockChange(Base):
    """The ledger of the clocks, append-only: when, by whom, why, from what, to what.

    `before` and `after`: {"minutes": int, "calendar_id": int, "started_at": ISO, "due_at": ISO or None,
    "state": "running" | "paused" | "breached" | "met" | "stopped"}; `before` is empty for a clock that starts.
    `after` may also hold "offer": {"minutes", "calendar_id"}, what the policy promised at that moment, and
    "kept": True where the old promise was kept all the same.
    """

    __tablename__ = "sla_clock_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clock_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_clock.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(sa.String(120), default="")
    cause: Mapped[ClockCause]
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)


class FollowUp(Base):
    """An open ticket whose clocks are still to take an edit of the policies or calendars; gone once they have."""

    __tablename__ = "sla_follow_up"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    cause: Mapped[ClockCause]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    actor_name: Mapped[str] = mapped_column(sa.String(120), default="")


class Reminder(Base):
    """A share (50, 75, 90, 100 %) of a clock's budget at which people are reminded, once."""

    __tablename__ = "reminder"
    __table_args__ = (
        sa.UniqueConstraint("clock_id", "share"),
        partial_index(
            "ix_reminder_due",
            "due_at",
            where="done_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    clock_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_clock.id"))
    share: Mapped[int] = mapped_column(sa.SmallInteger)
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    clock: Mapped[Clock] = relationship(back_populates="reminders")


class DigestItem(Base):
    """A reminder of a normal ticket that waits for the person's next digest over the channel; one of a clock and
    share, once. `due_at`: when it goes at the latest; `said_again` as of the clock when it was made."""

    __tablename__ = "digest_item"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "clock_id", "channel", "share", "said_again"),
        partial_index(
            "ix_digest_item_due",
            "due_at",
            where="sent_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    clock_id: Mapped[int] = mapped_column(sa.ForeignKey("sla_clock.id"), index=True)
    channel: Mapped[Channel]
    share: Mapped[int] = mapped_column(sa.SmallInteger)
    said_again: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    clock: Mapped[Clock] = relationship()


class ReportSent(Base):
    """The monthly report of a municipality went to its coordinators; once a month."""

    __tablename__ = "report_sent"

    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
