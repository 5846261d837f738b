"""How an alert escalates."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId, partial_index
from helpdesk.models.codes import AckVia, Category, Channel, EscalationState, StepTarget
from helpdesk.models.people import User
from helpdesk.models.ticket import Ticket


class EscalationPolicy(Base):
    """Steps in order; after the last it starts again. The policy that names most of a ticket's group, category and
    municipality counts; one that names nothing is the default.

    `acks_wanted`: so many people must take the ticket before the alert ends. `ack_minutes`: whoever took it is
    asked again when nothing was written on the ticket for so long; None: never.
    """

    __tablename__ = "escalation_policy"
    __table_args__ = (
        sa.CheckConstraint("acks_wanted BETWEEN 1 AND 5", name="acks_wanted"),
        sa.CheckConstraint("ack_minutes IS NULL OR ack_minutes > 0", name="ack_minutes"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channel_group.id"))
    category: Mapped[Category | None]
    acks_wanted: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    ack_minutes: Mapped[int | None] = mapped_column(sa.SmallInteger)
    steps: Mapped[list["PolicyStep"]] = relationship(
        back_populates="policy", order_by="PolicyStep.position", cascade="all, delete-orphan"
    )


class StepColumns:
    """What a step says: whom (`user_ids` where it names several), over which channels in order, and how long to
    wait for the next step."""

    position: Mapped[int] = mapped_column(default=0)
    target: Mapped[StepTarget]
    channels: Mapped[list[str]]
    channel_gap_seconds: Mapped[int] = mapped_column(default=30)
    minutes: Mapped[int] = mapped_column(default=5)
    user_ids: Mapped[list[int]] = mapped_column(default=list)


class PolicyStep(StepColumns, Base):
    """`repeats`: so often the step is alerted before the next one comes."""

    __tablename__ = "policy_step"
    __table_args__ = (
        sa.UniqueConstraint("policy_id", "position"),
        sa.CheckConstraint("minutes > 0", name="minutes"),
        sa.CheckConstraint("repeats BETWEEN 1 AND 10", name="repeats"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    policy_id: Mapped[int] = mapped_column(sa.ForeignKey("escalation_policy.id", ondelete="CASCADE"))
    schedule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("schedule.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    repeats: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    policy: Mapped[EscalationPolicy] = relationship(back_populates="steps")


class Escalation(Base):
    """One alert that runs until a human being acknowledges. `position` is the step that was alerted last,
    -1 before the first; `next_step_at` says when the next one is due. `acks_wanted` and `ack_minutes` are the
    policy's as they were when it started. At `ask_again_at` whoever took the ticket is asked again; once that was
    done (`asked_again_at`) it is when their time to answer is over. `handed_over_by`: that person has the ticket
    until somebody takes it in this alert.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        sa.CheckConstraint("(state = 'open') = (next_step_at IS NOT NULL)", name="open_moves_on"),
        sa.CheckConstraint(
            "(state = 'acknowledged') = (acknowledged_at IS NOT NULL)", name="acknowledged_has_time"
        ),
        partial_index(
            "ix_escalation_next_step",
            "next_step_at",
            where="state = 'open'",
        ),
        partial_index(
            "ix_escalation_ask_again",
            "ask_again_at",
            where="ask_again_at IS NOT NULL",
        ),
        partial_index(
            "uq_escalation_open_ticket",
            "ticket_id",
            unique=True,
            where="state = 'open'",
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
    acks_wanted: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    ack_minutes: Mapped[int | None] = mapped_column(sa.SmallInteger)
    ask_again_at: Mapped[datetime | None]
    asked_again_at: Mapped[datetime | None]
    handed_over_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    ticket: Mapped[Ticket] = relationship()
    handed_over_by: Mapped[User | None] = relationship(foreign_keys=[handed_over_by_id])
    steps: Mapped[list["EscalationStep"]] = relationship(
        back_populates="escalation", order_by="EscalationStep.position", lazy="selectin"
    )
    acknowledgements: Mapped[list["Acknowledgement"]] = relationship(order_by="Acknowledgement.id", viewonly=True)


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


class Acknowledgement(Base):
    """Somebody said "I have it" to an alert; a policy may want several."""

    __tablename__ = "acknowledgement"
    __table_args__ = (sa.UniqueConstraint("escalation_id", "user_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    escalation_id: Mapped[int] = mapped_column(sa.ForeignKey("escalation.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    via: Mapped[AckVia]
    user: Mapped[User] = relationship()


class DutyTest(Base):
    """The weekly test alert of one ISO week ("2026-W47"), or one that somebody makes of their own alert (no week):
    to whom, and whether it was confirmed."""

    __tablename__ = "duty_test"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    week: Mapped[str | None] = mapped_column(sa.String(8), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    user: Mapped[User | None] = relationship()
