"""Ticket numbers: LEO-2026-0042, counted per municipality and local year, without holes or repeats."""

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Municipality

# The row lock is held until the ticket is committed: a rolled back ticket gives its number back.
_NEXT = sa.text(
    "INSERT INTO ticket_counter (municipality_id, year, last) VALUES (:municipality, :year, 1)"
    " ON CONFLICT (municipality_id, year) DO UPDATE SET last = ticket_counter.last + 1 RETURNING last"
)


def next_number(municipality: Municipality) -> str:
    year = clock.now().astimezone(settings().zone).year
    last = db.session.execute(_NEXT, {"municipality": municipality.id, "year": year}).scalar_one()
    return f"{municipality.code}-{year}-{last:04d}"
