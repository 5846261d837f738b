"""What is known of each provider of a channel, shared by all workers."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.base import Base
from helpdesk.models.codes import CircuitState


class Provider(Base):
    """`name` is the channel and the company: "sms:twilio".

    `failures` counts those in a row. `next_at` is the pace: when a message that keeps to the rate may leave.
    `balance` is in `currency` as the provider counts it.
    """

    __tablename__ = "provider"
    __table_args__ = (sa.CheckConstraint("(state = 'closed') = (open_since IS NULL)", name="open_has_time"),)

    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    state: Mapped[CircuitState] = mapped_column(default=CircuitState.CLOSED)
    failures: Mapped[int] = mapped_column(default=0)
    open_since: Mapped[datetime | None]
    probed_at: Mapped[datetime | None]
    error_code: Mapped[str] = mapped_column(sa.String(32), default="")
    next_at: Mapped[datetime | None]
    balance: Mapped[float | None]
    currency: Mapped[str] = mapped_column(sa.String(8), default="")
    balance_at: Mapped[datetime | None]
