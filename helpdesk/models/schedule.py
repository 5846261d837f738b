"""Who is on duty."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId
from helpdesk.models.codes import RotationKind
from helpdesk.models.people import User


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
