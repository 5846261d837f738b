"""Providers with their circuits and pace, bundles, the weekly test alert."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
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
)
EVENTS = (*EVENTS_BEFORE, "sms_answer", "contact_broken", "test_alert", "test_missed")


def upgrade() -> None:
    op.create_table(
        "provider",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "closed",
                "open",
                "half_open",
                name="circuitstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.String(length=32), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("balance", sa.Float(), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=False),
        sa.Column("balance_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (open_since IS NULL)", name=op.f("ck_provider_open_has_time")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_provider")),
    )
    op.create_table(
        "duty_test",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_duty_test_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_test")),
        sa.UniqueConstraint("week", name=op.f("uq_duty_test_week")),
    )
    with op.batch_alter_table("attempt") as batch_op:
        batch_op.add_column(sa.Column("carried_by", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("text_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("unconfirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("address", sa.String(length=254), nullable=True))
        batch_op.create_index(op.f("ix_attempt_carried_by"), ["carried_by"])
        batch_op.create_foreign_key(op.f("fk_attempt_carried_by"), "attempt", ["carried_by"], ["id"])
    op.execute(
        "UPDATE attempt SET address = (SELECT address FROM notification WHERE notification.id = notification_id)"
    )
    with op.batch_alter_table("attempt") as batch_op:
        batch_op.alter_column("address", existing_type=sa.String(length=254), nullable=False)
        batch_op.create_index(op.f("ix_attempt_address_sending_at"), ["address", "sending_at"])
    _allow_events(EVENTS)


def downgrade() -> None:
    op.execute(
        "DELETE FROM attempt WHERE notification_id IN (SELECT id FROM notification "
        "WHERE event IN ('sms_answer', 'contact_broken', 'test_alert', 'test_missed'))"
    )
    op.execute(
        "DELETE FROM notification WHERE event IN ('sms_answer', 'contact_broken', 'test_alert', 'test_missed')"
    )
    _allow_events(EVENTS_BEFORE)
    with op.batch_alter_table("attempt") as batch_op:
        batch_op.drop_constraint(op.f("fk_attempt_carried_by"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_attempt_carried_by"))
        batch_op.drop_index(op.f("ix_attempt_address_sending_at"))
        batch_op.drop_column("address")
        batch_op.drop_column("unconfirmed_at")
        batch_op.drop_column("text_hash")
        batch_op.drop_column("carried_by")
    op.drop_table("duty_test")
    op.drop_table("provider")


def _allow_events(events: tuple[str, ...]) -> None:
    with op.batch_alter_table("notification") as batch_op:
        batch_op.drop_constraint(op.f("ck_notification_notificationevent"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notification_notificationevent"), sa.column("event").in_(events))
