"""Who is on duty: the plan, what changes it for a span, and what was."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId
from helpdesk.models.codes import HolidayRule, OverrideKind, RotationKind, SwapState
from helpdesk.models.people import User


class Schedule(Base):
    """An on-call schedule: layers of rotations, later layers win, overrides above all.

    Until `recorded_until` its shifts are history (DutyShift), whatever becomes of the plan. `on_duty` are the ids
    of those whom running alerts know to be on duty, since `on_duty_since`.
    """

    __tablename__ = "schedule"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Europe/Warsaw")
    feed_secret: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    recorded_until: Mapped[datetime | None]
    on_duty: Mapped[list[int] | None]
    on_duty_since: Mapped[datetime | None]
    rotations: Mapped[list["Rotation"]] = relationship(
        back_populates="schedule", order_by="Rotation.layer, Rotation.id"
    )
    overrides: Mapped[list["Override"]] = relationship(back_populates="schedule")


class Rotation(Base):
    """A layer as it is from `in_force_from` to `in_force_until` (None: open). A change ends it and begins another
    one with the same `layer`, so that the past keeps its people.

    `weekly_hours` as in BusinessCalendar, keys as text ("0" = Monday); None: at all hours.
    """

    __tablename__ = "rotation"
    __table_args__ = (
        sa.CheckConstraint("shift_length > 0", name="shift_length"),
        sa.CheckConstraint(
            "in_force_from IS NULL OR in_force_until IS NULL OR in_force_until > in_force_from", name="in_force"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"), index=True)
    layer: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    kind: Mapped[RotationKind]
    starts_at: Mapped[datetime]
    shift_length: Mapped[int] = mapped_column(default=1)
    weekly_hours: Mapped[dict[str, Any] | None]
    holidays: Mapped[HolidayRule] = mapped_column(default=HolidayRule.AS_USUAL)
    in_force_from: Mapped[datetime | None]
    in_force_until: Mapped[datetime | None]
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


class Absence(Base):
    """The person cannot be on duty in [starts_at, ends_at), whatever the plan says."""

    __tablename__ = "absence"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.Index("ix_absence_ends", "ends_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    user: Mapped[User] = relationship(lazy="joined", foreign_keys=[user_id])


class Swap(Base):
    """`offered_by` gives away their duty in [starts_at, ends_at): to `offered_to`, or to whoever takes it. With a
    return span they take over that person's duty in it. An absence offers its shifts this way."""

    __tablename__ = "swap"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint(
            "(return_starts_at IS NULL AND return_ends_at IS NULL) OR return_ends_at > return_starts_at",
            name="return_span",
        ),
        sa.CheckConstraint("state <> 'accepted' OR answered_by_id IS NOT NULL", name="accepted_by_somebody"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"), index=True)
    absence_id: Mapped[int | None] = mapped_column(sa.ForeignKey("absence.id"), index=True)
    offered_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    offered_to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    return_starts_at: Mapped[datetime | None]
    return_ends_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    state: Mapped[SwapState] = mapped_column(default=SwapState.OFFERED)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    schedule: Mapped[Schedule] = relationship()
    offered_by: Mapped[User] = relationship(foreign_keys=[offered_by_id])
    offered_to: Mapped[User | None] = relationship(foreign_keys=[offered_to_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    overrides: Mapped[list["Override"]] = relationship(back_populates="swap")


class Override(Base):
    """A change of the plan in [starts_at, ends_at). `user` comes in, `instead_of` goes out; the last word wins."""

    __tablename__ = "override"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.CheckConstraint("(kind = 'remove') = (user_id IS NULL)", name="somebody_comes_in"),
        sa.CheckConstraint(
            "(kind = 'remove' AND instead_of_id IS NOT NULL) OR (kind = 'add' AND instead_of_id IS NULL)"
            " OR kind = 'replace'",
            name="somebody_goes_out",
        ),
        sa.Index("ix_override_schedule_ends", "schedule_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"))
    kind: Mapped[OverrideKind] = mapped_column(default=OverrideKind.REPLACE)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    instead_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(sa.String(200), default="")
    swap_id: Mapped[int | None] = mapped_column(sa.ForeignKey("swap.id"), index=True)
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    schedule: Mapped[Schedule] = relationship(back_populates="overrides")
    user: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[user_id])
    instead_of: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[instead_of_id])
    swap: Mapped[Swap | None] = relationship(back_populates="overrides")


class TemporarySchedule(Base):
    """In [starts_at, ends_at) its own shifts are the plan (Christmas); overrides made later still count."""

    __tablename__ = "temporary_schedule"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.Index("ix_temporary_schedule_schedule_ends", "schedule_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    shifts: Mapped[list["TemporaryShift"]] = relationship(
        order_by="TemporaryShift.starts_at, TemporaryShift.id", lazy="selectin", cascade="all, delete-orphan"
    )


class TemporaryShift(Base):
    __tablename__ = "temporary_shift"
    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="span"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    temporary_id: Mapped[int] = mapped_column(
        sa.ForeignKey("temporary_schedule.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    user: Mapped[User] = relationship(lazy="joined")


class DutyShift(Base):
    """What happened: the person was on duty in [starts_at, ends_at). Written as time passes, never recomputed."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        sa.CheckConstraint("ends_at > starts_at", name="span"),
        sa.Index("ix_duty_shift_schedule_ends", "schedule_id", "ends_at"),
        sa.Index("ix_duty_shift_user_ends", "user_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    user: Mapped[User] = relationship(lazy="joined")


class ShiftNotice(Base):
    """The reminders of one shift that begins at `starts_at`: sent the evening before and at its start; confirmed by
    the person, or the managers are told."""

    __tablename__ = "shift_notice"
    __table_args__ = (sa.UniqueConstraint("schedule_id", "user_id", "starts_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(sa.ForeignKey("schedule.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    evening_at: Mapped[datetime | None]
    start_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    schedule: Mapped[Schedule] = relationship()
    user: Mapped[User] = relationship(lazy="joined")


class WarningTold(Base):
    """A warning about the plan that the managers have been told of; its key says what, when and how far ahead."""

    __tablename__ = "warning_told"

    key: Mapped[str] = mapped_column(sa.String(160), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
