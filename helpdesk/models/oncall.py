"""Who is on duty, and how an alert escalates."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId
from helpdesk.models.codes import AckVia, Channel, EscalationState, RotationKind, StepTarget
from helpdesk.models.people import User
from helpdesk.models.ticket import Ticket


class Schedule(Base):
    """An on-call schedule: layers of rotations, later layers win, overrides above all."""

    __tablename__ = "schedule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Europe/Warsaw")
    rotations: Mapped[list["Rotation"]] = relationship(
        back_populates="schedule", order_by="Rotation.layer", lazy="selectin"
    )
    overrides: Mapped[list["Override"]] = relationship(back_populates="schedule")


class Rotation(Base):
    __tablename__ = "rotation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"), index=True)
    layer: Mapped[int] = mapped_column(default=0)
    kind: Mapped[RotationKind]
    starts_at: Mapped[datetime]
    shift_length: Mapped[int] = mapped_column(default=1)
    schedule: Mapped[Schedule] = relationship(back_populates="rotations")
    members: Mapped[list["RotationMember"]] = relationship(
        back_populates="rotation",
        order_by="RotationMember.position",
        lazy="selectin",
        cascade="all, delete-orphan",
    )


class RotationMember(Base):
    __tablename__ = "rotation_member"

    rotation_id: Mapped[int] = mapped_column(sa.ForeignKey("rotation.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    rotation: Mapped[Rotation] = relationship(back_populates="members")
    user: Mapped[User] = relationship(lazy="joined")


class Override(Base):
    """`user` is on duty in [starts_at, ends_at), whatever the rotations say."""

    __tablename__ = "override"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.Index("ix_override_schedule_ends", "schedule_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    schedule: Mapped[Schedule] = relationship(back_populates="overrides")
    user: Mapped[User] = relationship(lazy="joined")


class EscalationPolicy(Base):
    """Steps in order; after the last it starts again. Without a municipality it is the default one."""

    __tablename__ = "escalation_policy"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"), unique=True)
    steps: Mapped[list["PolicyStep"]] = relationship(
        back_populates="policy", order_by="PolicyStep.position", cascade="all, delete-orphan"
    )


class StepColumns:
    """What a step says: whom, over which channels in order, and how long to wait for the next step."""

    position: Mapped[int] = mapped_column(default=0)
    target: Mapped[StepTarget]
    channels: Mapped[list[str]]
    channel_gap_seconds: Mapped[int] = mapped_column(default=30)
    minutes: Mapped[int] = mapped_column(default=5)


class PolicyStep(StepColumns, Base):
    __tablename__ = "policy_step"
    __table_args__ = (
        sa.UniqueConstraint("policy_id", "position"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("escalation_policy.id", ondelete="CASCADE"))
    schedule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("schedule.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    policy: Mapped[EscalationPolicy] = relationship(back_populates="steps")


class Escalation(Base):
    """One alert that runs until a human being acknowledges. `position` is the step that was alerted last,
    -1 before the first; `next_step_at` says when the next one is due."""

    __tablename__ = "escalation"
    __table_args__ = (
        sa.CheckConstraint("(state = 'open') = (next_step_at IS NOT NULL)", name="open_moves_on"),
        sa.CheckConstraint(
            "(state = 'acknowledged') = (acknowledged_at IS NOT NULL)", name="acknowledged_has_time"
        ),
        sa.Index(
            "ix_escalation_next_step",
            "next_step_at",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(
            "uq_escalation_open_ticket",
            "ticket_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    state: Mapped[EscalationState] = mapped_column(default=EscalationState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    position: Mapped[int] = mapped_column(default=-1)
    round: Mapped[int] = mapped_column(default=0)
    next_step_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    acknowledged_via: Mapped[AckVia | None]
    closed_at: Mapped[datetime | None]
    ticket: Mapped[Ticket] = relationship()
    steps: Mapped[list["EscalationStep"]] = relationship(
        back_populates="escalation", order_by="EscalationStep.position", lazy="selectin"
    )


class EscalationStep(StepColumns, Base):
    """A step as it was when the alert started; later edits of the policy do not touch it."""

    __tablename__ = "escalation_step"
    __table_args__ = (sa.UniqueConstraint("escalation_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    escalation_id: Mapped[int] = mapped_column(sa.ForeignKey("escalation.id"))
    schedule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("schedule.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    escalation: Mapped[Escalation] = relationship(back_populates="steps")

    def channel_list(self) -> list[Channel]:
        return [Channel(code) for code in self.channels]


class DutyTest(Base):
    """The weekly test alert of one ISO week ("2026-W47"): to whom, and whether it was confirmed."""

    __tablename__ = "duty_test"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    week: Mapped[str] = mapped_column(sa.String(8), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    user: Mapped[User | None] = relationship()
