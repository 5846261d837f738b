"""Summaries of tickets, the notes that keep them true, and indexes for lists of many tickets."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
KINDS = ("house", "category", "priority", "category_priority", "municipality", "unit", "administrator")
GRAINS = ("day", "month")
CATEGORIES = (
    "held_post",
    "hate",
    "hate_speech",
    "rule_violation",
    "misleading",
    "publishing_trouble",
    "profile_permission",
    "publication_request",
    "other",
)
COUNTS = (
    "filed",
    "urgent",
    "reopened",
    "resolved",
    "acknowledge_kept",
    "acknowledge_missed",
    "first_response_kept",
    "first_response_missed",
    "resolve_kept",
    "resolve_missed",
)
TARGETS = ("acknowledge", "first_response", "resolve")
TICKET_COLUMNS = (
    "municipality_id, unit_id, category, priority, assignee_id, created_at, resolved_at, reopened_count"
)
TRIGGERS = (
    ("ticket_filed", "INSERT", "ticket", "NEW.id"),
    ("ticket_changed", f"UPDATE OF {TICKET_COLUMNS}", "ticket", "NEW.id"),
    ("ticket_gone", "DELETE", "ticket", "OLD.id"),
    ("sla_clock_added", "INSERT", "sla_clock", "NEW.ticket_id"),
    ("sla_clock_changed", "UPDATE OF kind, met_at, breached_at, business_minutes", "sla_clock", "NEW.ticket_id"),
    ("sla_clock_gone", "DELETE", "sla_clock", "OLD.ticket_id"),
)
UNNOTED = sa.text("met_at IS NULL AND stopped_at IS NULL AND breached_at IS NULL")


def upgrade() -> None:
    _create_tables()
    for trigger in TRIGGERS:
        _create_trigger(*trigger)
    op.create_index("ix_sla_clock_unnoted", "sla_clock", ["due_at"], sqlite_where=UNNOTED, postgresql_where=UNNOTED)
    op.create_index("ix_ticket_assignee_created", "ticket", ["assignee_id", "created_at", "id"])
    op.drop_index("ix_ticket_assignee_id", "ticket")
    # The job counts what is there already.
    op.execute("INSERT INTO figure_due (ticket_id) SELECT id FROM ticket ORDER BY id")


def downgrade() -> None:
    op.create_index("ix_ticket_assignee_id", "ticket", ["assignee_id"])
    op.drop_index("ix_ticket_assignee_created", "ticket")
    op.drop_index("ix_sla_clock_unnoted", "sla_clock")
    for name, _moment, table, _whose in TRIGGERS:
        if op.get_context().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {name}")
        else:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION note_{name}()")
    for table in ("figure_due", "counted_ticket", "figure"):
        op.drop_table(table)


def _create_trigger(name: str, moment: str, table: str, whose: str) -> None:
    body = f"INSERT INTO figure_due (ticket_id) VALUES ({whose})"  # noqa: S608
    if op.get_context().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} AFTER {moment} ON {table} BEGIN {body}; END")
        return
    op.execute(
        f"CREATE FUNCTION note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION note_{name}()")


def _create_tables() -> None:
    op.create_table(
        "figure",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=70), nullable=False),
        sa.Column("grain", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("spread", JSON, nullable=False),
        sa.CheckConstraint(sa.column("kind").in_(KINDS), name=op.f("ck_figure_figurekind")),
        sa.CheckConstraint(sa.column("grain").in_(GRAINS), name=op.f("ck_figure_grain")),
        sa.PrimaryKeyConstraint("kind", "key", "grain", "day", name=op.f("pk_figure")),
    )
    op.create_index("ix_figure_filed", "figure", ["kind", "grain", "day", "filed", "key"])
    op.create_table(
        "counted_ticket",
        sa.Column("ticket_id", ID, autoincrement=False, nullable=False),
        sa.Column("municipality_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("assignee_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("reopened", sa.SmallInteger(), nullable=False),
        sa.Column("resolved_day", sa.Date(), nullable=True),
        *(column for target in TARGETS for column in _of_target(target)),
        sa.CheckConstraint(sa.column("category").in_(CATEGORIES), name=op.f("ck_counted_ticket_category")),
        sa.CheckConstraint(
            sa.column("priority").in_(("urgent", "normal")), name=op.f("ck_counted_ticket_priority")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_counted_ticket")),
    )
    for name, columns in {
        "day": ["day"],
        "resolved_day": ["resolved_day"],
        "municipality": ["municipality_id", "day"],
        "unit": ["unit_id", "day"],
        "assignee": ["assignee_id", "day"],
        "category": ["category", "priority", "day"],
    }.items():
        op.create_index(f"ix_counted_ticket_{name}", "counted_ticket", columns)
    op.create_table(
        "figure_due",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_due")),
    )


def _of_target(target: str) -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column(target, sa.SmallInteger(), nullable=False),
        sa.Column(f"{target}_minutes", sa.Integer(), nullable=True),
    )
