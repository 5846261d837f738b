"""Mails that cry "urgent", whose sender is in doubt; signatures under ours, people in copy."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

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
    "merged",
    "monthly_report",
    "digest",
    "mail_answer",
)
EVENTS_NEW: tuple[str, ...] = (
    "urgent_question",
    # one a line
)


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
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
    "category_changed",
    "merged",
)
KINDS_NEW: tuple[str, ...] = (
    "participant",
    # one a line
)
PARTICIPANT_STATES = ("offered", "in", "out")


def upgrade() -> None:
    _create_table()
    _allow("timeline_event", "kind", "eventkind", (*KINDS_BEFORE, *KINDS_NEW))
    _allow("notification", "event", "notificationevent", (*EVENTS_BEFORE, *EVENTS_NEW))
    _add_filled("unit", urgent_by_mail=(sa.Boolean(), False))
    _add_filled("municipality", mail_signature=(sa.Text(), ""))
    _add_filled("user_account", reports_by_mail=(sa.Boolean(), True))
    _add_filled("inbound_mail", doubt=(sa.String(length=10), ""))


def downgrade() -> None:
    for event in EVENTS_NEW:
        about = f"notification_id IN (SELECT id FROM notification WHERE event = '{event}')"  # noqa: S608
        op.execute(f"DELETE FROM attempt WHERE {about}")  # noqa: S608
        op.execute(f"DELETE FROM notification WHERE event = '{event}'")  # noqa: S608
    for kind in KINDS_NEW:
        op.execute(f"DELETE FROM timeline_event WHERE kind = '{kind}'")  # noqa: S608
    _allow("notification", "event", "notificationevent", EVENTS_BEFORE)
    _allow("timeline_event", "kind", "eventkind", KINDS_BEFORE)
    op.drop_table("ticket_participant")
    _drop("unit", "urgent_by_mail")
    _drop("municipality", "mail_signature")
    _drop("user_account", "reports_by_mail")
    _drop("inbound_mail", "doubt")


def _add_filled(table: str, **columns: tuple[Any, object]) -> None:
    """Columns that never are empty; the rows that are there get the value named."""
    with op.batch_alter_table(table) as batch_op:
        for name, (kind, _value) in columns.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    for name, (_kind, value) in columns.items():
        op.execute(sa.update(sa.table(table, sa.column(name))).values({name: value}))
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


def _create_table() -> None:
    op.create_table(
        "ticket_participant",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", ID, nullable=True),
        sa.CheckConstraint(
            sa.column("state").in_(PARTICIPANT_STATES), name=op.f("ck_ticket_participant_participantstate")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_participant_ticket_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_ticket_participant_user_id")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name=op.f("fk_ticket_participant_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_participant")),
        sa.UniqueConstraint("ticket_id", "address", name=op.f("uq_ticket_participant_ticket_id_address")),
    )
