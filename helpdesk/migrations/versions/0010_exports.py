"""Long files that the worker makes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("waiting", "writing", "ready", "failed", "removed")
UNFINISHED = sa.text("finished_at IS NULL")
CHECKS = {
    "writing_has_lease": "(state = 'writing') = (lease_until IS NOT NULL)",
    "end_has_time": "(state IN ('waiting', 'writing')) = (finished_at IS NULL)",
    "removed_has_time": "(state = 'removed') = (deleted_at IS NOT NULL)",
    "file_has_folder": "state NOT IN ('writing', 'ready') OR folder <> ''",
    "failed_has_trouble": "(state = 'failed') = (trouble <> '')",
}


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("asked", sa.String(length=300), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=100), nullable=False),
        sa.Column("folder", sa.String(length=32), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("trouble", sa.String(length=20), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(sa.column("state").in_(STATES), name=op.f("ck_export_exportstate")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_export_{name}")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_export_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_user", "export", ["user_id", "created_at"])
    op.create_index("ix_export_state", "export", ["state"])
    op.create_index(
        "uq_export_unfinished",
        "export",
        ["user_id", "asked", "locale"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def downgrade() -> None:
    op.drop_table("export")
