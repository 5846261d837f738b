"""Categories and administrators of each municipality are summed up; a recount fills in those of the past."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = ("house", "category", "priority", "category_priority", "municipality", "unit", "administrator")
NEW = ("municipality_category", "municipality_administrator")


def upgrade() -> None:
    _allow(BEFORE + NEW)
    op.execute("DELETE FROM heartbeat WHERE name = 'recount'")  # the worker counts at once


def downgrade() -> None:
    op.execute(sa.delete(sa.table("figure", sa.column("kind"))).where(sa.column("kind").in_(NEW)))
    _allow(BEFORE)


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("figure") as batch:
        batch.drop_constraint(op.f("ck_figure_figurekind"), type_="check")
        batch.create_check_constraint(op.f("ck_figure_figurekind"), sa.column("kind").in_(kinds))
