"""Long files that somebody asked for and the worker makes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk import clock
from helpdesk.base import Base, BigId, partial_index
from helpdesk.models.codes import ExportState
from helpdesk.models.people import User

_UNFINISHED = "finished_at IS NULL"


class Export(Base):
    """Of one person, who cannot have the same in the making twice.

    `asked`: the period and the filters as JSON with sorted names, see reports/exports.py. `total`: how many rows
    were expected; `done`: how many are written. `folder`: where in DATA_DIR/exports whoever makes it puts it;
    another try has another one. `trouble`: why it failed, a code.
    """

    __tablename__ = "export"
    __table_args__ = (
        sa.CheckConstraint("(state = 'writing') = (lease_until IS NOT NULL)", name="writing_has_lease"),
        sa.CheckConstraint("(state IN ('waiting', 'writing')) = (finished_at IS NULL)", name="end_has_time"),
        sa.CheckConstraint("(state = 'removed') = (deleted_at IS NOT NULL)", name="removed_has_time"),
        sa.CheckConstraint("state NOT IN ('writing', 'ready') OR folder <> ''", name="file_has_folder"),
        sa.CheckConstraint("(state = 'failed') = (trouble <> '')", name="failed_has_trouble"),
        sa.Index("ix_export_user", "user_id", "created_at"),
        partial_index(
            "uq_export_unfinished",
            "user_id",
            "asked",
            "locale",
            unique=True,
            where=_UNFINISHED,
        ),
        sa.Index("ix_export_state", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    asked: Mapped[str] = mapped_column(sa.String(300))
    locale: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[ExportState] = mapped_column(default=ExportState.WAITING)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    file_name: Mapped[str] = mapped_column(sa.String(100))
    folder: Mapped[str] = mapped_column(sa.String(32), default="")
    size: Mapped[int] = mapped_column(BigId, default=0)  # bytes
    tries: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    trouble: Mapped[str] = mapped_column(sa.String(20), default="")
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()
