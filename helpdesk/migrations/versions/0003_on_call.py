"""On-call: layers with hours and versions, absences, swaps, temporary plans, what was; personal rules; policies by
group and category, several acknowledgements; calls to the hotline."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TARGETS_BEFORE = ("on_call", "next_on_call", "user", "administrators", "managers")
TARGETS = ("on_call", "next_on_call", "user", "people", "administrators", "managers")
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
# What is sent and what happens to a ticket: codes that are new.
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
)
EVENTS_NEW: tuple[str, ...] = (
    # one a line
    "cover_wanted",
    "swap_answered",
    "duty_reminder",
    "duty_unconfirmed",
    "duty_warning",
    "contact_code",
    "still_yours",
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
)
KINDS_NEW: tuple[str, ...] = (
    # one a line
    "hotline",
    "moved",
    "enough",
    "asked_again",
    "still_held",
    "ack_expired",
    "handed_over",
)
TABLES = (
    "hotline_call",
    "acknowledgement",
    "notify_rule",
    "temporary_shift",
    "temporary_schedule",
    "swap",
    "absence",
    "duty_shift",
    "shift_notice",
    "warning_told",
)


def upgrade() -> None:
    _create_tables()
    _allow("notification", "event", "notificationevent", (*EVENTS_BEFORE, *EVENTS_NEW))
    _allow("timeline_event", "kind", "eventkind", (*KINDS_BEFORE, *KINDS_NEW))
    _add("contact", code_digest=sa.String(64), code_expires_at=sa.DateTime(timezone=True))
    _add_filled("contact", code_tries=(sa.SmallInteger(), 0))
    _allow_own_tests()
    asked = dict.fromkeys(("ask_again_at", "asked_again_at"), sa.DateTime(timezone=True))
    _add("escalation", ack_minutes=sa.SmallInteger(), handed_over_by_id=ID, **asked)
    with op.batch_alter_table("escalation") as batch_op:
        batch_op.create_foreign_key(
            op.f("fk_escalation_handed_over_by_id"), "user_account", ["handed_over_by_id"], ["id"]
        )
    _add_filled("escalation", acks_wanted=(sa.SmallInteger(), 1))
    op.create_index(
        "ix_escalation_ask_again",
        "escalation",
        ["ask_again_at"],
        sqlite_where=sa.text("ask_again_at IS NOT NULL"),
        postgresql_where=sa.text("ask_again_at IS NOT NULL"),
    )
    _add("escalation_policy", group_id=ID, category=sa.String(32), ack_minutes=sa.SmallInteger())
    _add_filled("escalation_policy", acks_wanted=(sa.SmallInteger(), 1))
    with op.batch_alter_table("escalation_policy") as batch_op:
        batch_op.drop_constraint(op.f("uq_escalation_policy_municipality_id"), type_="unique")
        batch_op.create_index(op.f("ix_escalation_policy_municipality_id"), ["municipality_id"])
        batch_op.create_foreign_key(op.f("fk_escalation_policy_group_id"), "channel_group", ["group_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_escalation_policy_acks_wanted"), "acks_wanted BETWEEN 1 AND 5")
        batch_op.create_check_constraint(
            op.f("ck_escalation_policy_ack_minutes"), "ack_minutes IS NULL OR ack_minutes > 0"
        )
        batch_op.create_check_constraint(
            op.f("ck_escalation_policy_category"), sa.column("category").in_(CATEGORIES)
        )
    _add_filled("escalation_step", user_ids=(JSON, "[]"))
    _add_filled("policy_step", user_ids=(JSON, "[]"), repeats=(sa.SmallInteger(), 1))
    with op.batch_alter_table("policy_step") as batch_op:
        batch_op.create_check_constraint(op.f("ck_policy_step_repeats"), "repeats BETWEEN 1 AND 10")
    _allow_targets(TARGETS)
    _add("override", instead_of_id=ID, swap_id=ID, created_by_id=ID)
    _add_filled("override", kind=(sa.String(32), "replace"), note=(sa.String(200), ""))
    with op.batch_alter_table("override") as batch_op:
        batch_op.alter_column("user_id", existing_type=ID, nullable=True)
        batch_op.create_index(op.f("ix_override_swap_id"), ["swap_id"])
        batch_op.create_foreign_key(op.f("fk_override_instead_of_id"), "user_account", ["instead_of_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_override_swap_id"), "swap", ["swap_id"], ["id"])
        batch_op.create_foreign_key(op.f("fk_override_created_by_id"), "user_account", ["created_by_id"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_override_overridekind"), sa.column("kind").in_(("replace", "add", "remove"))
        )
        batch_op.create_check_constraint(
            op.f("ck_override_somebody_comes_in"), "(kind = 'remove') = (user_id IS NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_override_somebody_goes_out"),
            "(kind = 'remove' AND instead_of_id IS NOT NULL) OR (kind = 'add' AND instead_of_id IS NULL)"
            " OR kind = 'replace'",
        )
    moments = dict.fromkeys(("in_force_from", "in_force_until"), sa.DateTime(timezone=True))
    _add("rotation", weekly_hours=JSON, **moments)
    _add_filled("rotation", name=(sa.String(80), ""), holidays=(sa.String(32), "as_usual"))
    with op.batch_alter_table("rotation") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_rotation_holidayrule"), sa.column("holidays").in_(("as_usual", "off", "whole_day"))
        )
        batch_op.create_check_constraint(op.f("ck_rotation_shift_length"), "shift_length > 0")
        batch_op.create_check_constraint(
            op.f("ck_rotation_in_force"),
            "in_force_from IS NULL OR in_force_until IS NULL OR in_force_until > in_force_from",
        )
    _add("schedule", feed_secret=sa.String(64), recorded_until=sa.DateTime(timezone=True))
    _add("schedule", on_duty=JSON, on_duty_since=sa.DateTime(timezone=True))
    _add("user_account", quiet_from=sa.Time(), quiet_until=sa.Time(), feed_secret=sa.String(64))
    for table in ("schedule", "user_account"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_unique_constraint(op.f(f"uq_{table}_feed_secret"), ["feed_secret"])


def downgrade() -> None:
    for event in EVENTS_NEW:
        about = f"notification_id IN (SELECT id FROM notification WHERE event = '{event}')"  # noqa: S608
        op.execute(f"DELETE FROM attempt WHERE {about}")  # noqa: S608
        op.execute(f"DELETE FROM notification WHERE event = '{event}'")  # noqa: S608
    for kind in KINDS_NEW:
        op.execute(f"DELETE FROM timeline_event WHERE kind = '{kind}'")  # noqa: S608
    _allow("notification", "event", "notificationevent", EVENTS_BEFORE)
    _allow("timeline_event", "kind", "eventkind", KINDS_BEFORE)
    for table in ("user_account", "schedule"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"uq_{table}_feed_secret"), type_="unique")
    _drop("user_account", "feed_secret", "quiet_until", "quiet_from")
    _drop("schedule", "on_duty_since", "on_duty", "recorded_until", "feed_secret")
    op.execute(
        "DELETE FROM rotation_member WHERE rotation_id IN (SELECT id FROM rotation WHERE in_force_until IS NOT NULL)"
    )
    op.execute("DELETE FROM rotation WHERE in_force_until IS NOT NULL")
    _unchecked("rotation", "holidayrule", "shift_length", "in_force")
    _drop("rotation", "in_force_until", "in_force_from", "holidays", "weekly_hours", "name")
    op.execute("DELETE FROM override WHERE kind <> 'replace' OR instead_of_id IS NOT NULL")
    _unchecked("override", "overridekind", "somebody_comes_in", "somebody_goes_out")
    with op.batch_alter_table("override") as batch_op:
        for column in ("created_by_id", "swap_id", "instead_of_id"):
            batch_op.drop_constraint(op.f(f"fk_override_{column}"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_override_swap_id"))
        batch_op.alter_column("user_id", existing_type=ID, nullable=False)
    _drop("override", "created_by_id", "swap_id", "note", "instead_of_id", "kind")
    op.execute("UPDATE policy_step SET target = 'administrators' WHERE target = 'people'")
    op.execute("UPDATE escalation_step SET target = 'administrators' WHERE target = 'people'")
    _allow_targets(TARGETS_BEFORE)
    _unchecked("policy_step", "repeats")
    _drop("policy_step", "user_ids", "repeats")
    _drop("escalation_step", "user_ids")
    op.execute(
        "DELETE FROM policy_step WHERE policy_id IN "
        "(SELECT id FROM escalation_policy WHERE category IS NOT NULL OR group_id IS NOT NULL)"
    )
    op.execute("DELETE FROM escalation_policy WHERE category IS NOT NULL OR group_id IS NOT NULL")
    _unchecked("escalation_policy", "acks_wanted", "ack_minutes", "category")
    with op.batch_alter_table("escalation_policy") as batch_op:
        batch_op.drop_constraint(op.f("fk_escalation_policy_group_id"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_escalation_policy_municipality_id"))
        batch_op.create_unique_constraint(op.f("uq_escalation_policy_municipality_id"), ["municipality_id"])
    _drop("escalation_policy", "ack_minutes", "acks_wanted", "category", "group_id")
    op.drop_index("ix_escalation_ask_again", "escalation")
    with op.batch_alter_table("escalation") as batch_op:
        batch_op.drop_constraint(op.f("fk_escalation_handed_over_by_id"), type_="foreignkey")
    _drop("escalation", "handed_over_by_id", "asked_again_at", "ask_again_at", "ack_minutes", "acks_wanted")
    _drop("contact", "code_tries", "code_expires_at", "code_digest")
    op.execute("DELETE FROM duty_test WHERE week IS NULL")
    with op.batch_alter_table("duty_test") as batch_op:
        batch_op.alter_column("week", existing_type=sa.String(8), nullable=False)
    for table in TABLES:
        op.drop_table(table)


def _allow_own_tests() -> None:
    """A test of no week is one that somebody made of their own alert."""
    with op.batch_alter_table("duty_test") as batch_op:
        batch_op.alter_column("week", existing_type=sa.String(8), nullable=True)


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


def _unchecked(table: str, *names: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        for name in names:
            batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")


def _allow(table: str, column: str, name: str, codes: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch_op.create_check_constraint(op.f(f"ck_{table}_{name}"), sa.column(column).in_(codes))


def _allow_targets(targets: tuple[str, ...]) -> None:
    for table in ("policy_step", "escalation_step"):
        _allow(table, "target", "steptarget", targets)


def _create_tables() -> None:
    op.create_table(
        "warning_told",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_warning_told")),
    )
    op.create_table(
        "absence",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_span")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_absence_created_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_absence_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_ends", "absence", ["ends_at"])
    op.create_index(op.f("ix_absence_user_id"), "absence", ["user_id"])
    op.create_table(
        "duty_shift",
        sa.Column("id", ID, nullable=False),
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_shift_span")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_duty_shift_schedule_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_duty_shift_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
    )
    op.create_index("ix_duty_shift_schedule_ends", "duty_shift", ["schedule_id", "ends_at"])
    op.create_index("ix_duty_shift_user_ends", "duty_shift", ["user_id", "ends_at"])
    op.create_table(
        "notify_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column(
            "priority",
            sa.Enum("urgent", "normal", name="priority", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum("sms", "voice", "email", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=True),
        sa.Column("until_time", sa.Time(), nullable=True),
        sa.CheckConstraint("(from_time IS NULL) = (until_time IS NULL)", name=op.f("ck_notify_rule_both_times")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_notify_rule_minutes")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_notify_rule_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notify_rule")),
    )
    op.create_index(op.f("ix_notify_rule_user_id"), "notify_rule", ["user_id"])
    op.create_table(
        "shift_notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evening_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_shift_notice_schedule_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_shift_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_notice")),
        sa.UniqueConstraint(
            "schedule_id", "user_id", "starts_at", name=op.f("uq_shift_notice_schedule_id_user_id_starts_at")
        ),
    )
    op.create_index(op.f("ix_shift_notice_starts_at"), "shift_notice", ["starts_at"])
    op.create_index(op.f("ix_shift_notice_user_id"), "shift_notice", ["user_id"])
    op.create_table(
        "temporary_schedule",
        sa.Column("id", ID, nullable=False),
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_temporary_schedule_span")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_temporary_schedule_created_by_id")
        ),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_temporary_schedule_schedule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temporary_schedule")),
    )
    op.create_index("ix_temporary_schedule_schedule_ends", "temporary_schedule", ["schedule_id", "ends_at"])
    op.create_table(
        "swap",
        sa.Column("id", ID, nullable=False),
        sa.Column("schedule_id", ID, nullable=False),
        sa.Column("absence_id", ID, nullable=True),
        sa.Column("offered_by_id", ID, nullable=False),
        sa.Column("offered_to_id", ID, nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("return_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "accepted",
                "declined",
                "withdrawn",
                "undone",
                name="swapstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", ID, nullable=True),
        sa.CheckConstraint(
            "state <> 'accepted' OR answered_by_id IS NOT NULL", name=op.f("ck_swap_accepted_by_somebody")
        ),
        sa.CheckConstraint(
            "(return_starts_at IS NULL AND return_ends_at IS NULL) OR return_ends_at > return_starts_at",
            name=op.f("ck_swap_return_span"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_swap_span")),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name=op.f("fk_swap_absence_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user_account.id"], name=op.f("fk_swap_answered_by_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["user_account.id"], name=op.f("fk_swap_offered_by_id")),
        sa.ForeignKeyConstraint(["offered_to_id"], ["user_account.id"], name=op.f("fk_swap_offered_to_id")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_swap_schedule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    op.create_index(op.f("ix_swap_absence_id"), "swap", ["absence_id"])
    op.create_index(op.f("ix_swap_offered_by_id"), "swap", ["offered_by_id"])
    op.create_index(op.f("ix_swap_offered_to_id"), "swap", ["offered_to_id"])
    op.create_index(op.f("ix_swap_schedule_id"), "swap", ["schedule_id"])
    op.create_table(
        "temporary_shift",
        sa.Column("id", ID, nullable=False),
        sa.Column("temporary_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_temporary_shift_span")),
        sa.ForeignKeyConstraint(
            ["temporary_id"],
            ["temporary_schedule.id"],
            name=op.f("fk_temporary_shift_temporary_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_temporary_shift_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_temporary_shift")),
    )
    op.create_index(op.f("ix_temporary_shift_temporary_id"), "temporary_shift", ["temporary_id"])
    op.create_table(
        "acknowledgement",
        sa.Column("id", ID, nullable=False),
        sa.Column("escalation_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "via",
            sa.Enum(
                "sms",
                "voice",
                "page",
                "email",
                "api",
                name="ackvia",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalation.id"], name=op.f("fk_acknowledgement_escalation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_acknowledgement_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgement")),
        sa.UniqueConstraint("escalation_id", "user_id", name=op.f("uq_acknowledgement_escalation_id_user_id")),
    )
    op.create_table(
        "hotline_call",
        sa.Column("id", ID, nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "menu",
                "ringing",
                "connected",
                "recording",
                "over",
                name="hotlinestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("tried", JSON, nullable=False),
        sa.Column("outcomes", JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", ID, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recording_sid", sa.String(length=64), nullable=True),
        sa.Column("recording_seconds", sa.Integer(), nullable=True),
        sa.Column(
            "recording_state",
            sa.Enum(
                "none",
                "awaited",
                "stored",
                "lost",
                name="recordingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recording_tries", sa.SmallInteger(), nullable=False),
        sa.Column("recording_next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attachment_id", ID, nullable=True),
        sa.CheckConstraint("(state = 'over') = (ended_at IS NOT NULL)", name=op.f("ck_hotline_call_over_has_time")),
        sa.CheckConstraint(
            "(answered_by_id IS NULL) = (answered_at IS NULL)", name=op.f("ck_hotline_call_answered_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user_account.id"], name=op.f("fk_hotline_call_answered_by_id")
        ),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_hotline_call_attachment_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_hotline_call_ticket_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hotline_call_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_hotline_call_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotline_call")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_hotline_call_recording_sid")),
        sa.UniqueConstraint("sid", name=op.f("uq_hotline_call_sid")),
    )
    op.create_index(op.f("ix_hotline_call_number"), "hotline_call", ["number"])
    op.create_index(
        "ix_hotline_call_recording",
        "hotline_call",
        ["recording_next_at"],
        sqlite_where=sa.text("recording_next_at IS NOT NULL"),
        postgresql_where=sa.text("recording_next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_hotline_call_live",
        "hotline_call",
        ["heard_at"],
        sqlite_where=sa.text("state <> 'over'"),
        postgresql_where=sa.text("state <> 'over'"),
    )
    op.create_index(op.f("ix_hotline_call_ticket_id"), "hotline_call", ["ticket_id"])
