"""The comparison of municipalities in words: its columns on the page and in the workbook."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.labels import label
from helpdesk.models.codes import SlaTargetKind
from helpdesk.monthly.words import business_span, month_in_words, percent
from helpdesk.reports.compare import Order, Page, PlaceRow, Sort
from helpdesk.reports.monthly import later
from helpdesk.reports.sheets import Column, Kind, Sheet
from helpdesk.routes.compare_choice import FIRST_MONTH, Choice
from helpdesk.sentences import _

HEADINGS: dict[Sort, LazyString] = {
    Sort.NAME: _l("Municipality"),
    Sort.FILED: _l("Filed"),
    Sort.URGENT: _l("Urgent"),
    Sort.SHARE: _l("Share in time"),
    Sort.MEDIAN: _l("Half within"),
    Sort.REOPENED: _l("Reopened"),
}
ARIA_ORDER = {Order.UP: "ascending", Order.DOWN: "descending"}


def parts(choice: Choice, shown: Page) -> dict[str, Any]:
    """What the page shows."""
    this = clock.now().astimezone(settings().zone).date()
    before, after = later(choice.first, -1), later(choice.first, 1)
    return {
        "choice": choice,
        "page": shown,
        "columns": [(sort, heading, _address(choice.sorted_by(sort))) for sort, heading in HEADINGS.items()],
        "aria_order": ARIA_ORDER[choice.order],
        "next_page": _address(choice, after=shown.next_id) if shown.next_id else None,
        "targets": list(SlaTargetKind),
        "title": month_in_words(choice.first),
        "before": before if before >= FIRST_MONTH else None,
        "after": after if after <= this else None,
        "month_in_words": month_in_words,
        "percent": percent,
        "business_span": business_span,
    }


def _address(choice: Choice, **more: Any) -> str:
    return url_for("reports.start", **choice.parameters(**more))


def sheet(choice: Choice, rows: Sequence[PlaceRow]) -> Sheet:
    columns = [
        Column(_("Municipality"), width=28),
        Column(_("Province"), width=22),
        Column(_("Filed"), Kind.COUNT),
        Column(_("Urgent"), Kind.COUNT),
        Column(_("%(target)s: in time", target=label(choice.target)), Kind.COUNT),
        Column(_("%(target)s: late", target=label(choice.target)), Kind.COUNT),
        Column(_("%(target)s: share in time", target=label(choice.target)), Kind.SHARE),
        Column(_("%(target)s: half within (minutes)", target=label(choice.target)), Kind.COUNT),
        Column(_("Reopened"), Kind.COUNT),
    ]
    cells = [
        (
            *(row.name, row.province, row.filed, row.urgent, row.kept, row.missed),
            *(row.share, row.median, row.reopened),
        )
        for row in rows
    ]
    return Sheet(f"{choice.first:%Y-%m}", columns, cells)
