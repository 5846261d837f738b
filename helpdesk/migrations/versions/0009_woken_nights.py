"""An index of the messages of alerts by time, for the nights in which they woke somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ALERTS = sa.text("lane = 0")


def upgrade() -> None:
    op.create_index("ix_attempt_alerted", "attempt", ["sending_at"], sqlite_where=ALERTS, postgresql_where=ALERTS)


def downgrade() -> None:
    op.drop_index("ix_attempt_alerted", "attempt")
