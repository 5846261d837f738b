"""The clock's ledger, calendars that are replaced and not changed, rules for reminders, digests, reports, merged
tickets."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CAUSES = (
    "filed",
    "paused",
    "resumed",
    "met",
    "breached",
    "priority",
    "category",
    "reopened",
    "merged",
    "policy",
    "calendar",
    "moved",
)
EVENTS_BEFORE = (
    "alert",
    "new_ticket",
    "taken",
    "taken_reporter",
    "receipt",
    "reply",
    "reporter_wrote",
    "resolved",
    "reopened",
    "assigned",
    "priority_lowered",
    "reminder",
    "breach",
    "sign_in_code",
    "sms_answer",
    "contact_broken",
    "test_alert",
    "test_missed",
    "cover_wanted",
    "swap_answered",
    "duty_reminder",
    "duty_unconfirmed",
    "duty_warning",
    "contact_code",
    "still_yours",
)
EVENTS_NEW: tuple[str, ...] = (
    "merged",
    # one a line
    "monthly_report",
    "digest",
)
KINDS_BEFORE = (
    "opened",
    "alerted",
    "step_empty",
    "attempt",
    "acknowledged",
    "passed_on",
    "assigned",
    "replied",
    "reporter_wrote",
    "noted",
    "attached",
    "priority_changed",
    "waiting",
    "resumed",
    "resolved",
    "reopened",
    "closed",
    "reminded",
    "breached",
    "hotline",
    "moved",
    "enough",
    "asked_again",
    "still_held",
    "ack_expired",
    "handed_over",
)
KINDS_NEW: tuple[str, ...] = (
    "category_changed",
    "merged",
    # one a line
)
TABLES = ("sla_follow_up", "sla_clock_change", "reminder_rule", "digest_item", "report_sent")


def upgrade() -> None:
    _create_tables()
    _allow("notification", "event", "notificationevent", (*EVENTS_BEFORE, *EVENTS_NEW))
    _allow("timeline_event", "kind", "eventkind", (*KINDS_BEFORE, *KINDS_NEW))
    _add("calendar", replaces_id=ID, replaced_at=sa.DateTime(timezone=True))
    _add_filled("calendar", worked_holidays=(JSON, "[]"))
    with op.batch_alter_table("calendar") as batch_op:
        batch_op.drop_constraint(op.f("uq_calendar_name"), type_="unique")
        batch_op.create_foreign_key(op.f("fk_calendar_replaces_id"), "calendar", ["replaces_id"], ["id"])
    is_in_use = sa.text("replaced_at IS NULL")
    op.create_index(
        "ix_calendar_name_in_use",
        "calendar",
        ["name"],
        unique=True,
        sqlite_where=is_in_use,
        postgresql_where=is_in_use,
    )
    _add_filled("sla_policy", acknowledgement_answers=(sa.Boolean(), False))
    _add_filled("sla_policy", again_urgent=(sa.Integer(), 120), again_normal=(sa.Integer(), 1440))
    _add_filled("sla_policy", again_at_most=(sa.SmallInteger(), 10))
    with op.batch_alter_table("sla_policy") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_sla_policy_again"), "again_urgent > 0 AND again_normal > 0 AND again_at_most >= 0"
        )
    _add("sla_clock", business_minutes=sa.Integer())
    _add_filled("sla_clock", said_again=(sa.SmallInteger(), 0))
    _add("ticket", merged_into_id=ID)
    with op.batch_alter_table("ticket") as batch_op:
        batch_op.create_index(op.f("ix_ticket_merged_into_id"), ["merged_into_id"])
        batch_op.create_foreign_key(op.f("fk_ticket_merged_into_id"), "ticket", ["merged_into_id"], ["id"])


def downgrade() -> None:
    for event in EVENTS_NEW:
        about = f"notification_id IN (SELECT id FROM notification WHERE event = '{event}')"  # noqa: S608
        op.execute(f"DELETE FROM attempt WHERE {about}")  # noqa: S608
        op.execute(f"DELETE FROM notification WHERE event = '{event}'")  # noqa: S608
    for kind in KINDS_NEW:
        op.execute(f"DELETE FROM timeline_event WHERE kind = '{kind}'")  # noqa: S608
    _allow("notification", "event", "notificationevent", EVENTS_BEFORE)
    _allow("timeline_event", "kind", "eventkind", KINDS_BEFORE)
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("ticket") as batch_op:
        batch_op.drop_constraint(op.f("fk_ticket_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_ticket_merged_into_id"))
    _drop("ticket", "merged_into_id")
    _drop("sla_clock", "said_again", "business_minutes")
    with op.batch_alter_table("sla_policy") as batch_op:
        batch_op.drop_constraint(op.f("ck_sla_policy_again"), type_="check")
    _drop("sla_policy", "again_at_most", "again_normal", "again_urgent", "acknowledgement_answers")
    op.drop_index("ix_calendar_name_in_use", "calendar")
    # What was replaced keeps its row, for clocks that ended on it; its name would stand twice.
    op.execute("UPDATE calendar SET name = substr(name, 1, 100) || ' #' || id WHERE replaced_at IS NOT NULL")
    with op.batch_alter_table("calendar") as batch_op:
        batch_op.drop_constraint(op.f("fk_calendar_replaces_id"), type_="foreignkey")
        batch_op.create_unique_constraint(op.f("uq_calendar_name"), ["name"])
    _drop("calendar", "worked_holidays", "replaced_at", "replaces_id")


def _add(table: str, **columns: Any) -> None:
    """Columns that may stay empty."""
    with op.batch_alter_table(table) as batch_op:
        for name, kind in columns.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))


def _add_filled(table: str, **columns: tuple[Any, object]) -> None:
    """Columns that never are empty; the rows that are there get the value named."""
    _add(table, **{name: kind for name, (kind, _value) in columns.items()})
    for name, (kind, value) in columns.items():
        cast = f"CAST(:value AS {'JSONB' if kind is JSON and op.get_context().dialect.name == 'postgresql' else 'TEXT'})"
        given = cast if isinstance(value, str) else ":value"
        op.execute(sa.text(f"UPDATE {table} SET {name} = {given}").bindparams(value=value))  # noqa: S608
    with op.batch_alter_table(table) as batch_op:
        for name, (kind, _value) in columns.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)


def _drop(table: str, *columns: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        for name in columns:
            batch_op.drop_column(name)


def _allow(table: str, column: str, name: str, codes: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), sa.column(column).in_(codes))


def _create_tables() -> None:
    op.create_table(
        "sla_follow_up",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(sa.column("cause").in_(CAUSES), name=op.f("ck_sla_follow_up_clockcause")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_sla_follow_up_ticket_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_sla_follow_up_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_follow_up")),
    )
    op.create_index(op.f("ix_sla_follow_up_ticket_id"), "sla_follow_up", ["ticket_id"])
    op.create_table(
        "sla_clock_change",
        sa.Column("id", ID, nullable=False),
        sa.Column("clock_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.CheckConstraint(sa.column("cause").in_(CAUSES), name=op.f("ck_sla_clock_change_clockcause")),
        sa.ForeignKeyConstraint(["clock_id"], ["sla_clock.id"], name=op.f("fk_sla_clock_change_clock_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_sla_clock_change_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clock_change")),
    )
    op.create_index(op.f("ix_sla_clock_change_clock_id"), "sla_clock_change", ["clock_id"])
    op.create_table(
        "reminder_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("policy_id", ID, nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("channels", JSON, nullable=False),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name=op.f("ck_reminder_rule_share")),
        sa.CheckConstraint(sa.column("priority").in_(("urgent", "normal")), name=op.f("ck_reminder_rule_priority")),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name=op.f("fk_reminder_rule_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rule")),
        sa.UniqueConstraint(
            "policy_id", "priority", "share", name=op.f("uq_reminder_rule_policy_id_priority_share")
        ),
    )
    op.create_table(
        "digest_item",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("clock_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("said_again", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            sa.column("channel").in_(("sms", "voice", "email")), name=op.f("ck_digest_item_channel")
        ),
        sa.ForeignKeyConstraint(["clock_id"], ["sla_clock.id"], name=op.f("fk_digest_item_clock_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_digest_item_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_item")),
        sa.UniqueConstraint(
            "user_id",
            "clock_id",
            "channel",
            "share",
            "said_again",
            name=op.f("uq_digest_item_user_id_clock_id_channel_share_said_again"),
        ),
    )
    op.create_index(op.f("ix_digest_item_clock_id"), "digest_item", ["clock_id"])
    is_waiting = sa.text("sent_at IS NULL")
    op.create_index(
        "ix_digest_item_due", "digest_item", ["due_at"], sqlite_where=is_waiting, postgresql_where=is_waiting
    )
    op.create_table(
        "report_sent",
        sa.Column("municipality_id", ID, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_report_sent_municipality_id")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "month", name=op.f("pk_report_sent")),
    )
