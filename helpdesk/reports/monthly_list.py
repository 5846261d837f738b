"""The months of which a municipality has a report."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from helpdesk.extensions import db
from helpdesk.models import Contract, Municipality, ReportSent, Ticket
from helpdesk.reports.monthly import later, month_period
from helpdesk.reports.period import Period

MONTHS_BACK = 36


@dataclass(frozen=True)
class MonthRow:
    """A month in the list; `sent_at` when its report went to the coordinators."""

    first: date
    filed: int
    sent_at: datetime | None


def months(place: Municipality, now: datetime, zone: ZoneInfo) -> list[MonthRow]:
    """The months since the first contract or ticket, the newest first, the running one included."""
    this = now.astimezone(zone).date().replace(day=1)
    first = max(_first_month(place.id, this, zone), later(this, 1 - MONTHS_BACK))
    count = (this.year - first.year) * 12 + this.month - first.month + 1
    firsts = [later(this, -back) for back in range(count)]
    sums = [_count_of(month_period(each, now, zone)) for each in firsts]
    since = month_period(firsts[-1], now, zone).since
    filed = db.session.execute(
        sa.select(*sums).where(Ticket.municipality_id == place.id, Ticket.created_at >= since)
    ).one()
    sent = sa.select(ReportSent.month, ReportSent.at).where(ReportSent.municipality_id == place.id)
    sent_at = dict(db.session.execute(sent).tuples().all())
    return [MonthRow(month, found or 0, sent_at.get(month)) for month, found in zip(firsts, filed, strict=True)]


def _count_of(period: Period) -> sa.ColumnElement[int]:
    is_in = sa.and_(Ticket.created_at >= period.since, Ticket.created_at < period.until)
    return sa.func.sum(sa.case((is_in, 1), else_=0))


def _first_month(municipality_id: int, this: date, zone: ZoneInfo) -> date:
    contract = db.session.scalar(
        sa.select(sa.func.min(Contract.valid_from)).where(Contract.municipality_id == municipality_id)
    )
    ticket = db.session.scalar(
        sa.select(sa.func.min(Ticket.created_at)).where(Ticket.municipality_id == municipality_id)
    )
    known = [contract, ticket.astimezone(zone).date() if ticket else None, this]
    return min(day for day in known if day is not None).replace(day=1)
