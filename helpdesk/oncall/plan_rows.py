"""What the plan of a schedule is made of, read in two questions: it is asked often."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Absence, Override, Rotation, RotationMember, TemporarySchedule, User
from helpdesk.models.codes import HolidayRule, OverrideKind, RotationKind
from helpdesk.models.schedule import TemporaryShift
from helpdesk.oncall.roster import Change, Span, Stint, Temporary


@dataclass(frozen=True)
class LayerRow:
    """A row of Rotation that is in force; people by their ids, in their order."""

    kind: RotationKind
    starts_at: datetime
    shift_length: int
    weekly_hours: dict[str, Any] | None
    holidays: HolidayRule
    in_force_from: datetime | None
    in_force_until: datetime | None
    people: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Changes:
    """What changes the layers: people by their ids; `gone` are all who have left."""

    words: list[Change[int]] = field(default_factory=list)
    temporaries: list[Temporary[int]] = field(default_factory=list)
    away: dict[int, list[Span]] = field(default_factory=dict)
    gone: frozenset[int] = frozenset()


def layer_rows(schedule_id: int, since: datetime, until: datetime) -> list[LayerRow]:
    """The layers with people that are in force in [since, until), the lowest first."""
    row = Rotation.__table__.c
    query = (
        sa.select(
            row.id,
            RotationMember.user_id,
            *(row.kind, row.starts_at, row.shift_length, row.weekly_hours, row.holidays),
            *(row.in_force_from, row.in_force_until),
        )
        .join(RotationMember, RotationMember.rotation_id == row.id)
        .where(
            row.schedule_id == schedule_id,
            sa.or_(row.in_force_from.is_(None), row.in_force_from < until),
            sa.or_(row.in_force_until.is_(None), row.in_force_until > since),
        )
        .order_by(row.layer, row.id, RotationMember.position)
    )
    found: dict[int, LayerRow] = {}
    for layer_id, user_id, *values in db.session.execute(query):
        found.setdefault(layer_id, LayerRow(*values)).people.append(user_id)
    return list(found.values())


def changes(schedule_id: int, since: datetime, until: datetime) -> Changes:
    """Those that meet [since, until)."""
    rows: dict[str, list[Any]] = {name: [] for name in ("word", "temporary", "stint", "absence", "gone")}
    for row in db.session.execute(_question(schedule_id, since, until)):
        rows[row.what].append(row)
    return Changes(
        [_change(row) for row in rows["word"]],
        _temporaries(rows["temporary"], rows["stint"]),
        _away(rows["absence"]),
        frozenset(row.comes for row in rows["gone"]),
    )


def _question(schedule_id: int, since: datetime, until: datetime) -> sa.CompoundSelect[Any]:
    """All in one: `of` is what a row belongs to."""
    none = sa.null()

    def within(model: Any) -> sa.ColumnElement[bool]:
        return sa.and_(model.starts_at < until, model.ends_at > since)

    def rows(what: str, *columns: Any) -> sa.Select[Any]:
        names = ("of", "starts_at", "ends_at", "said_at", "kind", "comes", "goes")
        labelled = [column.label(name) for name, column in zip(names, columns, strict=True)]
        return sa.select(sa.literal_column(f"'{what}'").label("what"), *labelled)

    word, plan, absence = Override, TemporarySchedule, Absence
    own_plans = sa.select(plan.id).where(plan.schedule_id == schedule_id, within(plan))
    stint = TemporaryShift
    return sa.union_all(
        rows(
            "word",
            *(word.id, word.starts_at, word.ends_at, word.created_at),
            *(word.kind, word.user_id, word.instead_of_id),
        ).where(word.schedule_id == schedule_id, within(word)),
        rows("temporary", plan.id, plan.starts_at, plan.ends_at, plan.created_at, none, none, none).where(
            plan.schedule_id == schedule_id, within(plan)
        ),
        rows("stint", stint.temporary_id, stint.starts_at, stint.ends_at, none, none, stint.user_id, none).where(
            stint.temporary_id.in_(own_plans)
        ),
        rows("absence", absence.id, absence.starts_at, absence.ends_at, none, none, absence.user_id, none).where(
            within(absence)
        ),
        rows("gone", none, none, none, none, none, User.id, none).where(~User.active),
    )


def _change(row: Any) -> Change[int]:
    return Change(row.starts_at, row.ends_at, OverrideKind(row.kind), row.comes, row.goes, (row.said_at, row.of))


def _temporaries(plans: Iterable[Any], stints: Iterable[Any]) -> list[Temporary[int]]:
    own: dict[int, list[Stint[int]]] = {}
    for row in sorted(stints, key=lambda row: row.starts_at):
        own.setdefault(row.of, []).append(Stint(row.starts_at, row.ends_at, row.comes))
    return [Temporary(row.starts_at, row.ends_at, own.get(row.of, []), (row.said_at, 0)) for row in plans]


def _away(absences: Iterable[Any]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for row in absences:
        found.setdefault(row.comes, []).append(Span(row.starts_at, row.ends_at))
    return found
