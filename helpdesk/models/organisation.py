"""The clients: municipalities, their groups, contracts, units and publishing profiles."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId
from helpdesk.models.codes import ProfileRight, UnitKind


class Municipality(Base):
    """A gmina. `code` starts its ticket numbers (LEO-2026-0042). `mail_signature` stands under mails to its units:
    who looks after its group, in plain text."""

    __tablename__ = "municipality"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(4), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    teryt: Mapped[str | None] = mapped_column(sa.String(7))
    county: Mapped[str] = mapped_column(sa.String(80), default="")
    province: Mapped[str] = mapped_column(sa.String(80), default="")
    mail_signature: Mapped[str] = mapped_column(sa.Text, default="")
    units: Mapped[list["Unit"]] = relationship(back_populates="municipality", order_by="Unit.name")
    groups: Mapped[list["Group"]] = relationship(back_populates="municipality")
    contracts: Mapped[list["Contract"]] = relationship(back_populates="municipality")


class Group(Base):
    """A Facebook group, page or another channel, with its rules (regulamin)."""

    __tablename__ = "channel_group"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    rules_url: Mapped[str] = mapped_column(sa.String(500), default="")
    municipality: Mapped[Municipality] = relationship(back_populates="groups")


class Contract(Base):
    """What a municipality has bought; without `valid_to` it runs month by month."""

    __tablename__ = "contract"
    __table_args__ = (sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"), index=True)
    package: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    sla_policy_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sla_policy.id"))
    municipality: Mapped[Municipality] = relationship(back_populates="contracts")


class Unit(Base):
    """An office, school, fire brigade … `link_secret` is the key in its own filing link; it can be renewed. With
    `urgent_by_mail` a mail of its people that begins with PILNE wakes the one on duty without a question."""

    __tablename__ = "unit"
    __table_args__ = (sa.Index("ix_unit_municipality_id_name", "municipality_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    municipality_id: Mapped[int] = mapped_column(sa.ForeignKey("municipality.id"))
    name: Mapped[str] = mapped_column(sa.String(160))
    short_name: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[UnitKind]
    link_secret: Mapped[str] = mapped_column(sa.String(40), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    urgent_by_mail: Mapped[bool] = mapped_column(default=False)
    municipality: Mapped[Municipality] = relationship(back_populates="units", lazy="joined")
    profiles: Mapped[list["Profile"]] = relationship(back_populates="unit")


class Profile(Base):
    """A Facebook profile of a unit and its right to publish without approval."""

    __tablename__ = "profile"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(160))
    url: Mapped[str] = mapped_column(sa.String(500), default="")
    right: Mapped[ProfileRight] = mapped_column(default=ProfileRight.REQUESTED)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    unit: Mapped[Unit] = relationship(back_populates="profiles")
