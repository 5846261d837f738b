"""Unanswered alerts and merged tickets by indexes that have no others in them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("status IN ('new', 'acknowledged', 'in_progress', 'waiting') AND acknowledged_at IS NULL")
MERGED = sa.text("merged_into_id IS NOT NULL")


def upgrade() -> None:
    _create("ix_ticket_unanswered", ["priority", "next_due_at", "id"], UNANSWERED)
    op.drop_index("ix_ticket_merged_into_id", "ticket")
    _create("ix_ticket_merged_into_id", ["merged_into_id"], MERGED)


def downgrade() -> None:
    op.drop_index("ix_ticket_merged_into_id", "ticket")
    op.create_index("ix_ticket_merged_into_id", "ticket", ["merged_into_id"])
    op.drop_index("ix_ticket_unanswered", "ticket")


def _create(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "ticket", columns, sqlite_where=where, postgresql_where=where)
