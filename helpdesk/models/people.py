"""People: users with roles, their contacts, the units they speak for."""

from datetime import datetime, time
from typing import Any

import sqlalchemy as sa
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import METADATA, Base, BigId
from helpdesk.models.codes import STAFF, Channel, ContactKind, Priority, RoleName
from helpdesk.models.organisation import Municipality, Unit

user_role = sa.Table(
    "user_role",
    METADATA,
    sa.Column("user_id", sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role_id", sa.ForeignKey("role.id"), primary_key=True),
)
unit_member = sa.Table(
    "unit_member",
    METADATA,
    sa.Column("user_id", sa.ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("unit_id", sa.ForeignKey("unit.id"), primary_key=True, index=True),
)


class Role(Base, RoleMixin):
    __tablename__ = "role"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(32), unique=True)
    description: Mapped[str | None] = mapped_column(sa.String(200))


class User(Base, UserMixin):
    """A person who signs in. Columns starting with fs_, us_, tf_ and mf_ belong to Flask-Security.

    `quiet_from` and `quiet_until` (local) are the person's own quiet hours; without them those of the house count.
    `feed_secret` is the key in the address of their calendar. Without `reports_by_mail` a coordinator reads the
    monthly reports on their page alone.
    """

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(sa.String(8), default="pl")
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    reports_by_mail: Mapped[bool] = mapped_column(default=True)
    feed_secret: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    password: Mapped[str | None] = mapped_column(sa.String(255))
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    us_totp_secrets: Mapped[str | None] = mapped_column(sa.Text)
    us_phone_number: Mapped[str | None] = mapped_column(sa.String(32), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(sa.String(128))
    mf_recovery_codes: Mapped[list[str] | None]
    create_datetime: Mapped[datetime] = mapped_column(default=clock.now)
    update_datetime: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=user_role, lazy="selectin"
    )
    units: Mapped[list[Unit]] = relationship(secondary=unit_member, lazy="selectin", order_by=Unit.name)
    municipality: Mapped[Municipality | None] = relationship()
    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="user",
        order_by="Contact.position, Contact.id",
        cascade="all, delete-orphan",
        lazy="selectin",
    )

    def is_a(self, role: RoleName) -> bool:
        return any(own.name == role for own in self.roles)

    @property
    def is_staff(self) -> bool:
        return any(self.is_a(role) for role in STAFF)

    def contact(self, kind: ContactKind) -> "Contact | None":
        """The first usable contact of that kind: verified, not broken, not opted out; else None."""
        return next((c for c in self.contacts if c.kind == kind and c.is_usable), None)

    def check_tf_required(
        self,
        tf_setup_methods: list[tuple[str, str]],
        tf_fresh: bool,  # noqa: ARG002  (Flask-Security names it)
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Flask-Security asks after the first factor: staff always need a second, others if they set one up."""
        return self.is_staff or bool(tf_setup_methods), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        return self.is_staff

    def get_security_payload(self) -> dict[str, Any]:
        return {"email": self.email, "name": self.name}


class Contact(Base):
    """A phone number (E.164) or an e-mail address of a person. `code_digest` belongs to the code that was sent
    there to prove that it is theirs, with its end and the number of wrong tries."""

    __tablename__ = "contact"
    __table_args__ = (sa.UniqueConstraint("user_id", "kind", "value"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"))
    kind: Mapped[ContactKind]
    value: Mapped[str] = mapped_column(sa.String(254), index=True)
    position: Mapped[int] = mapped_column(default=0)
    verified_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
    broken_code: Mapped[str | None] = mapped_column(sa.String(32))
    opted_out_at: Mapped[datetime | None]
    code_digest: Mapped[str | None] = mapped_column(sa.String(64))
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    user: Mapped[User] = relationship(back_populates="contacts")

    @property
    def is_usable(self) -> bool:
        return self.verified_at is not None and self.broken_at is None and self.opted_out_at is None


class NotifyRule(Base):
    """How a person wants to be told of tickets of one urgency: over `channel`, `minutes` after the beginning.

    Between two local times of the day, which may span midnight; without them at any time.
    """

    __tablename__ = "notify_rule"
    __table_args__ = (
        sa.CheckConstraint("minutes >= 0", name="minutes"),
        sa.CheckConstraint("(from_time IS NULL) = (until_time IS NULL)", name="both_times"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    priority: Mapped[Priority]
    channel: Mapped[Channel]
    minutes: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    from_time: Mapped[time | None]
    until_time: Mapped[time | None]
