"""Mails that came in, and the answer to senders who are not known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
STATES = ("taken", "automatic", "bounce", "held", "refused", "dropped", "broken")
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
)
EVENTS_NEW: tuple[str, ...] = (
    "mail_answer",
    # one a line
)


def upgrade() -> None:
    _create_table()
    _allow((*EVENTS_BEFORE, *EVENTS_NEW))


def downgrade() -> None:
    for event in EVENTS_NEW:
        about = f"notification_id IN (SELECT id FROM notification WHERE event = '{event}')"  # noqa: S608
        op.execute(f"DELETE FROM attempt WHERE {about}")  # noqa: S608
        op.execute(f"DELETE FROM notification WHERE event = '{event}'")  # noqa: S608
    _allow(EVENTS_BEFORE)
    op.drop_table("inbound_mail")


def _allow(events: tuple[str, ...]) -> None:
    with op.batch_alter_table("notification") as batch_op:
        batch_op.drop_constraint(op.f("ck_notification_notificationevent"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notification_notificationevent"), sa.column("event").in_(events))


def _create_table() -> None:
    op.create_table(
        "inbound_mail",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", sa.String(length=250), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("sender_name", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("stored_as", sa.String(length=80), nullable=False),
        sa.Column("left_out", JSON, nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("message_row_id", ID, nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", ID, nullable=True),
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL)", name=op.f("ck_inbound_mail_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "state <> 'taken' OR ticket_id IS NOT NULL", name=op.f("ck_inbound_mail_taken_has_ticket")
        ),
        sa.CheckConstraint(sa.column("state").in_(STATES), name=op.f("ck_inbound_mail_mailstate")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_inbound_mail_ticket_id")),
        sa.ForeignKeyConstraint(["message_row_id"], ["message.id"], name=op.f("fk_inbound_mail_message_row_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_inbound_mail_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_inbound_mail_message_id")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_inbound_mail_stored_as")),
    )
    for name in ("ticket_id", "message_row_id"):
        op.create_index(op.f(f"ix_inbound_mail_{name}"), "inbound_mail", [name])
    op.create_index("ix_inbound_mail_sender_received_at", "inbound_mail", ["sender", "received_at"])
    is_held = sa.text("state IN ('held', 'broken')")
    op.create_index("ix_inbound_mail_held", "inbound_mail", ["id"], sqlite_where=is_held, postgresql_where=is_held)
