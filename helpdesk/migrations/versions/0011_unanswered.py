"""Unanswered alerts by an index of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UNANSWERED = sa.text("status IN ('new', 'acknowledged', 'in_progress', 'waiting') AND acknowledged_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_ticket_unanswered",
        "ticket",
        ["priority", "next_due_at", "id"],
        sqlite_where=UNANSWERED,
        postgresql_where=UNANSWERED,
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_unanswered", "ticket")
