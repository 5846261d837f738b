"""Tickets with clocks, put straight into the database: what the reports count."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Calendar, Clock, Ticket
from helpdesk.models.codes import SlaTargetKind
from helpdesk.reports.period import Period
from helpdesk.transaction import transaction
from tests.cast import Cast
from tests.factories import make_ticket

File = Callable[..., Ticket]
TARGET_MINUTES = 60
RESOLVE = SlaTargetKind.RESOLVE


@pytest.fixture
def afterwards() -> Callable[[], object]:
    """What happens after each ticket was filed; a test may want it folded into the summaries."""
    return lambda: None


@pytest.fixture
def file(cast: Cast, afterwards: Callable[[], object]) -> File:
    """file(created_at, met_after=minutes or None, **columns): a ticket with a 60-minute promise to resolve."""

    def put(
        created_at: datetime,
        met_after: int | None = None,
        kind: SlaTargetKind = SlaTargetKind.RESOLVE,
        **columns: Any,
    ) -> Ticket:
        ticket = make_ticket(cast, created_at=created_at, **columns)
        due = created_at + timedelta(minutes=TARGET_MINUTES)
        met = None if met_after is None else created_at + timedelta(minutes=met_after)
        with transaction():
            calendar_id = db.session.scalar(sa.select(Calendar.id).where(Calendar.always_open))
            late = due < (met or clock.now())
            db.session.add(
                Clock(
                    ticket_id=ticket.id,
                    kind=kind,
                    calendar_id=calendar_id,
                    minutes=TARGET_MINUTES,
                    started_at=created_at,
                    due_at=due,
                    met_at=met,
                    breached_at=due if late else None,
                    business_minutes=met_after,
                )
            )
            ticket.resolved_at = met if kind is RESOLVE else None
            ticket.next_due_at = due if met is None else None
        afterwards()
        return ticket

    return put


@pytest.fixture
def week(app: Any) -> Period:
    """The seven local days up to WEDNESDAY."""
    settings = app.config["SETTINGS"]
    today = clock.now().astimezone(settings.zone).date()
    return Period(today - timedelta(days=6), today, settings.zone)
