"""Mails that cry "urgent", whose sender is in doubt; signatures under ours."""

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


def upgrade() -> None:
    _allow("notification", "event", "notificationevent", (*EVENTS_BEFORE, *EVENTS_NEW))
    _add_filled("unit", urgent_by_mail=(sa.Boolean(), False))
    _add_filled("municipality", mail_signature=(sa.Text(), ""))
    _add_filled("inbound_mail", doubt=(sa.String(length=10), ""))


def downgrade() -> None:
    for event in EVENTS_NEW:
        about = f"notification_id IN (SELECT id FROM notification WHERE event = '{event}')"  # noqa: S608
        op.execute(f"DELETE FROM attempt WHERE {about}")  # noqa: S608
        op.execute(f"DELETE FROM notification WHERE event = '{event}'")  # noqa: S608
    _allow("notification", "event", "notificationevent", EVENTS_BEFORE)
    _drop("unit", "urgent_by_mail")
    _drop("municipality", "mail_signature")
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
