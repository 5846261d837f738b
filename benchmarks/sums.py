"""All summaries anew after a country has been loaded, as a recount makes them."""

import json

import sqlalchemy as sa

from benchmarks.copying import write_rows
from helpdesk.extensions import db
from helpdesk.models import Figure
from helpdesk.reports.counting import figure_row
from helpdesk.reports.recount import portions, recounted
from helpdesk.transaction import transaction

COLUMNS = ", ".join(Figure.__table__.columns.keys())


def sum_up() -> int:
    """How many there are."""
    count = 0
    with transaction():
        db.session.execute(sa.delete(Figure))
    for portion in list(portions()):
        rows = [figure_row(*each) for each in recounted(portion).items()]
        texts = [(*map(str, [*row.values()][:-1]), json.dumps(row["spread"])) for row in rows]
        with transaction():
            write_rows("figure", COLUMNS, texts)
        count += len(rows)
    return count
