"""Summaries of tickets, so that no page reads them all; how they are kept: docs/decisions/0014-summaries.md.

Triggers note every ticket whose figures change, in the transaction that changes them and whatever way it does so
(also by SQL, also by a deletion); a job works the notes off.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.base import Base, BigId
from helpdesk.models.codes import Category, FigureKind, Grain, Priority
from helpdesk.models.sla import Clock
from helpdesk.models.ticket import Ticket


class Figure(Base):
    """The tickets filed on one local day, or in one month, of one key of a kind.

    `key`: an id ("0": nobody), a code, two of them ("hate:urgent", "7:hate"), or "" for the whole house. Of units,
    and of what is within a municipality, there are months only.
    `resolved` counts those resolved in the span, whenever filed. `spread`: how many tickets there are by the hour
    of the local week ({"h": {"61": 2}}: two on Wednesday at 13) and by the business minutes of a target
    ({"r": {"480": 1}}), see reports/tally.py.
    A row that would say nothing but zeros does not exist.
    """

    __tablename__ = "figure"
    __table_args__ = (
        sa.PrimaryKeyConstraint("kind", "key", "grain", "day"),
        sa.Index("ix_figure_filed", "kind", "grain", "day", "filed", "key"),
    )

    kind: Mapped[FigureKind]
    key: Mapped[str] = mapped_column(sa.String(70))
    grain: Mapped[Grain]
    day: Mapped[date]
    filed: Mapped[int]
    urgent: Mapped[int]
    reopened: Mapped[int]
    resolved: Mapped[int]
    acknowledge_kept: Mapped[int]
    acknowledge_missed: Mapped[int]
    first_response_kept: Mapped[int]
    first_response_missed: Mapped[int]
    resolve_kept: Mapped[int]
    resolve_missed: Mapped[int]
    spread: Mapped[dict[str, Any]]


class CountedTicket(Base):
    """What a ticket counts for in the figures: to be taken off again when it changes or goes, so no foreign key.

    `assignee_id` 0: nobody. `hour`: of the local week, 0 to 167. Of each target: 0 neither kept nor missed so far,
    1 kept, 2 missed; the business minutes until it was met.
    """

    __tablename__ = "counted_ticket"
    __table_args__ = (
        sa.Index("ix_counted_ticket_day", "day"),
        sa.Index("ix_counted_ticket_resolved_day", "resolved_day"),
        sa.Index("ix_counted_ticket_municipality", "municipality_id", "day"),
        sa.Index("ix_counted_ticket_unit", "unit_id", "day"),
        sa.Index("ix_counted_ticket_assignee", "assignee_id", "day"),
        sa.Index("ix_counted_ticket_category", "category", "priority", "day"),
    )

    ticket_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    municipality_id: Mapped[int] = mapped_column(BigId)
    unit_id: Mapped[int] = mapped_column(BigId)
    category: Mapped[Category]
    priority: Mapped[Priority]
    assignee_id: Mapped[int] = mapped_column(BigId)
    day: Mapped[date]
    hour: Mapped[int] = mapped_column(sa.SmallInteger)
    reopened: Mapped[int] = mapped_column(sa.SmallInteger)
    resolved_day: Mapped[date | None]
    acknowledge: Mapped[int] = mapped_column(sa.SmallInteger)
    acknowledge_minutes: Mapped[int | None]
    first_response: Mapped[int] = mapped_column(sa.SmallInteger)
    first_response_minutes: Mapped[int | None]
    resolve: Mapped[int] = mapped_column(sa.SmallInteger)
    resolve_minutes: Mapped[int | None]


class FigureDue(Base):
    """A ticket whose figures may have changed; as many rows as changes, so that nobody waits for anybody."""

    __tablename__ = "figure_due"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigId)


_COUNTS = (
    "municipality_id, unit_id, category, priority, assignee_id, created_at, resolved_at, reopened_count"
    ", merged_into_id"
)
# By table: the name of the trigger, when it fires, whose id it notes.
TRIGGERS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "ticket": (
        ("ticket_filed", "INSERT", "NEW.id"),
        ("ticket_changed", f"UPDATE OF {_COUNTS}", "NEW.id"),
        ("ticket_gone", "DELETE", "OLD.id"),
    ),
    "sla_clock": (
        ("sla_clock_added", "INSERT", "NEW.ticket_id"),
        ("sla_clock_changed", "UPDATE OF kind, met_at, breached_at, business_minutes", "NEW.ticket_id"),
        ("sla_clock_gone", "DELETE", "OLD.ticket_id"),
    ),
}


def trigger_statements(table: str, dialect: str) -> list[str]:
    """SQL that makes the triggers of a table. Whatever rebuilds the table (a batch migration on SQLite) makes them
    again with it."""
    noted = "INSERT INTO figure_due (ticket_id) VALUES ({})"
    statements = []
    for name, moment, whose in TRIGGERS[table]:
        body = noted.format(whose)
        if dialect == "sqlite":
            statements.append(f"CREATE TRIGGER {name} AFTER {moment} ON {table} BEGIN {body}; END")
            continue
        statements += [
            f"CREATE OR REPLACE FUNCTION note_{name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body}; RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION note_{name}()",
        ]
    return statements


def _make_triggers(table: sa.Table, connection: sa.Connection, **_options: object) -> None:
    for statement in trigger_statements(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


for _table in (Ticket.__table__, Clock.__table__):
    assert isinstance(_table, sa.Table)
    _table.add_is_dependent_on(FigureDue.metadata.tables["figure_due"])
    event.listen(_table, "after_create", _make_triggers)
