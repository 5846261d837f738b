"""Merging a ticket changes its figures; those merged before are counted anew."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COUNTS_BEFORE = "municipality_id, unit_id, category, priority, assignee_id, created_at, resolved_at, reopened_count"


def upgrade() -> None:
    _note_changes_of(f"{COUNTS_BEFORE}, merged_into_id")
    _count_merged_anew()


def downgrade() -> None:
    _note_changes_of(COUNTS_BEFORE)
    _count_merged_anew()


def _note_changes_of(columns: str) -> None:
    """Its function on PostgreSQL, note_ticket_changed(), stays as it is."""
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ticket_changed")
        body = "BEGIN INSERT INTO figure_due (ticket_id) VALUES (NEW.id); END"
    else:
        op.execute("DROP TRIGGER ticket_changed ON ticket")
        body = "FOR EACH ROW EXECUTE FUNCTION note_ticket_changed()"
    op.execute(f"CREATE TRIGGER ticket_changed AFTER UPDATE OF {columns} ON ticket {body}")


def _count_merged_anew() -> None:
    op.execute(
        "INSERT INTO figure_due (ticket_id) SELECT id FROM ticket WHERE merged_into_id IS NOT NULL ORDER BY id"
    )
