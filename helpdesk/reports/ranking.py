"""Which groups have most tickets, by the summaries."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Figure, Unit
from helpdesk.models.codes import Category, FigureKind, Grain
from helpdesk.reports.counted import ranked
from helpdesk.reports.period import Period
from helpdesk.reports.pieces import Piece, months, pieces, spans
from helpdesk.reports.tally import MONTHS_ONLY, Tally, both

LARGEST = 50  # units of a month, and of all months, that are looked at
KeyChange = tuple[str, Tally, int]  # of one group: what is added (1) or taken off (-1)


def most_of_summaries(
    kind: FigureKind, municipality_id: int | None, period: Period, limit: int, more: Set[str]
) -> dict[str, Tally]:
    """How many tickets the groups with most of them have, and `more` of the groups, whatever they have. Of kinds
    with months only it counts all months that the period touches. `municipality_id`: within which, if any."""
    if kind not in MONTHS_ONLY:
        return _largest_keys(kind, period, limit, more)
    touched = [start for start, _end, _begin, _stop in months(period.first, period.last)]
    keys = _keys_within(kind, municipality_id, touched) if municipality_id else _largest_of_months(kind, touched)
    return _largest_among(kind, keys | more, touched, limit, more)


def most_filed(counted: Mapping[str, Tally], changed: Sequence[KeyChange], limit: int) -> list[str]:
    filed = Counter({key: own["filed"] for key, own in counted.items()})
    for key, own, sign in changed:
        filed[key] += sign * own["filed"]
    return sorted(filed, key=lambda key: (-filed[key], key))[:limit]


def in_pieces(parts: Sequence[Piece]) -> sa.ColumnElement[bool]:
    return sa.or_(*(_in_span(span) for span in spans(parts)))


def _in_span(span: Piece) -> sa.ColumnElement[bool]:
    table = Figure.__table__.c
    return sa.and_(table.grain == span.grain, table.day.between(span.first, span.last))


def _largest_keys(kind: FigureKind, period: Period, limit: int, more: Set[str]) -> dict[str, Tally]:
    """The keys with most tickets, and `more` of them. Each span is a range of the index that has the counts in it;
    with OR between them PostgreSQL reads all days of the kind."""
    table = Figure.__table__.c
    filed = sa.union_all(
        *(
            sa.select(table.key, (span.sign * table.filed).label("filed")).where(table.kind == kind, _in_span(span))
            for span in spans(pieces(period.first, period.last))
        )
    ).subquery()
    query = sa.select(filed.c.key, sa.func.sum(filed.c.filed)).group_by(filed.c.key)
    ranking = db.session.execute(ranked(query, limit, more))
    return {key: Tally(filed=count) for key, count in ranking.tuples()}


def _largest_of_months(kind: FigureKind, touched: Sequence[date]) -> set[str]:
    """The keys with most tickets in the months in which they are among those with most."""
    table = Figure.__table__.c
    largest = [
        sa.select(
            sa.select(table.key, table.filed)
            .where(table.kind == kind, table.grain == Grain.MONTH, table.day == month, table.filed > 0)
            .order_by(table.filed.desc())
            .limit(LARGEST)
            .subquery()
        )
        for month in touched
    ]
    filed = Tally()
    for key, count in db.session.execute(sa.union_all(*largest)).tuples():
        filed[key] += count
    return {key for key, _count in filed.most_common(LARGEST)}


def _keys_within(kind: FigureKind, municipality_id: int, touched: Sequence[date]) -> set[str]:
    """The keys that the municipality may have had in the months."""
    if kind is FigureKind.UNIT:
        return {
            str(id_) for id_ in db.session.scalars(sa.select(Unit.id).filter_by(municipality_id=municipality_id))
        }
    if kind is FigureKind.MUNICIPALITY_CATEGORY:
        return {both(municipality_id, category) for category in Category}
    table = Figure.__table__.c
    holders = sa.select(table.key).where(
        table.kind == FigureKind.ADMINISTRATOR, table.grain == Grain.MONTH, table.day.in_(touched)
    )
    return {both(municipality_id, key) for key in db.session.scalars(holders.distinct())}


def _largest_among(
    kind: FigureKind, keys: Set[str], touched: Sequence[date], limit: int, more: Set[str]
) -> dict[str, Tally]:
    """Of the keys, those with most tickets in the months. They are asked for by name: among those of a subquery
    PostgreSQL would look through all that the kind has."""
    table = Figure.__table__.c
    query = sa.select(table.key, sa.func.sum(table.filed)).where(
        table.kind == kind, table.grain == Grain.MONTH, table.key.in_(keys), table.day.in_(touched)
    )
    ranking = db.session.execute(ranked(query.group_by(table.key), limit, more))
    return {key: Tally(filed=count) for key, count in ranking.tuples()}
