"""A long export in words: which tickets, how far it is, what became of it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from helpdesk.extensions import db
from helpdesk.labels import label
from helpdesk.models import Export, Municipality, Unit, User
from helpdesk.models.codes import ExportState
from helpdesk.reports.exports import BROKEN, NO_ROOM, asked_for
from helpdesk.reports.figures import Filters
from helpdesk.reports.period import Period
from helpdesk.routes.dashboard_words import part_in_full

SAYS: Mapping[ExportState, LazyString] = {
    ExportState.WAITING: _l("The file waits for its turn. You may leave this page; the work goes on."),
    ExportState.WRITING: _l("The file is being made. You may leave this page; the work goes on."),
    ExportState.READY: _l("The file is ready."),
    ExportState.REMOVED: _l("The file was removed: files are kept for a day. Have it made again if you need it."),
}
TROUBLES: Mapping[str, LazyString] = {
    NO_ROOM: _l("The file could not be stored: there is too little room on the disk. Try again later."),
    BROKEN: _l("Something went wrong on our side while the file was made. Try again."),
}


def says(export: Export, *, is_there: bool) -> str:
    if export.state is ExportState.FAILED:
        return str(TROUBLES[export.trouble])
    if export.state is ExportState.READY and not is_there:
        return _("The file was made, but this machine does not have it. Try again, or tell the operator.")
    return str(SAYS[export.state])


def progress(export: Export) -> str:
    """More may be written than was expected: people go on filing."""
    if export.done >= export.total:
        return _("%(count)s rows are written; the file is being packed.", count=format_decimal(export.done))
    return _("%(done)s of %(total)s rows", done=format_decimal(export.done), total=format_decimal(export.total))


def in_short(export: Export) -> str:
    """Which tickets, for a list."""
    return " · ".join(value for _heading, value in chosen(*asked_for(export)))


def chosen(period: Period, filters: Filters) -> list[tuple[str, str]]:
    """Names and values of the period and the filters that are set."""
    found = [
        (_("Period"), part_in_full(period)),
        (_("Municipality"), _named(Municipality, filters.municipality_id)),
        (_("Unit"), _named(Unit, filters.unit_id)),
        (_("Category"), str(label(filters.category)) if filters.category else ""),
        (_("Priority"), str(label(filters.priority)) if filters.priority else ""),
        (_("Administrator"), _named(User, filters.administrator_id)),
    ]
    return [(name, value) for name, value in found if value]


def _named(model: Any, row_id: int | None) -> str:
    row = db.session.get(model, row_id) if row_id is not None else None
    return row.name if row else ""
