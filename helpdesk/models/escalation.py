"""How an alert escalates."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId
from helpdesk.models.codes import AckVia, Channel, EscalationState, StepTarget
from helpdesk.models.people import User
from helpdesk.models.ticket import Ticket


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
