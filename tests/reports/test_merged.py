"""A merged ticket counts as filed and no more, on every page; docs/decisions/0016-merged-tickets.md."""

import pytest
import sqlalchemy as sa

from helpdesk import clock, recount
from helpdesk.extensions import db
from helpdesk.jobs import count_tickets
from helpdesk.models import FigureDue, Ticket
from helpdesk.reports import measures
from helpdesk.reports.figures import Measure
from helpdesk.tickets.merging import merge
from helpdesk.transaction import transaction
from tests.agreement import every_page_counts_the_same
from tests.drafts import opened
from tests.hours import does
from tests.reports.conftest import RESOLVE


@pytest.fixture
def merged(cast):
    """Filed and merged in the week, beside the one that goes on."""
    first, second = opened(cast), opened(cast)
    does(merge, second, first.number, cast.anna)
    return second


def test_it_was_filed_and_is_not_resolved(merged, week, app):
    assert measures.flow(week).filed == 2
    assert measures.flow(week).resolved == 0


def test_its_promises_are_neither_kept_nor_missed(cast, file, week, app):
    kept = file(clock.now(), met_after=5)
    into = file(clock.now(), met_after=5)
    with transaction():
        kept.merged_into_id = into.id
    assert measures.targets(week, clock.now())[RESOLVE] == Measure(2, 1, 0, 5, 5)


def test_summaries_lists_report_comparison_and_file_agree(merged, cast):
    every_page_counts_the_same(cast)
    count_tickets()
    every_page_counts_the_same(cast)
    assert recount.compare().is_right


def test_the_merge_alone_is_noted(merged, cast):
    count_tickets()
    with transaction():
        db.session.execute(sa.update(Ticket).where(Ticket.id == merged.id).values(merged_into_id=None))
    assert db.session.scalars(sa.select(FigureDue.ticket_id)).all() == [merged.id]
