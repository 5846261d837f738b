"""What the dashboard, the lists behind its figures, the monthly report, the comparison and the file say of the same
tickets must be the same."""

from collections import Counter

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import Ticket
from helpdesk.models.codes import SlaTargetKind
from helpdesk.reports import export
from helpdesk.reports.compare import compare
from helpdesk.reports.figures import Filters
from helpdesk.reports.measures import Measures
from helpdesk.reports.monthly import later, month_period, monthly_report
from helpdesk.reports.period import Period
from helpdesk.tickets.queries import history_page
from helpdesk.tickets.wanted import Outcome, Span, Wanted
from tests.cast import Cast

EVERYBODY = sa.true()


def every_page_counts_the_same(cast: Cast) -> None:
    """Of the municipality of the cast, for each month since the first ticket."""
    now, zone, place = clock.now(), settings().zone, cast.modrzewie
    first = db.session.scalar(sa.select(sa.func.min(Ticket.created_at))).astimezone(zone).date().replace(day=1)
    while first <= now.astimezone(zone).date():
        period = month_period(first, now, zone)
        shown = _on_the_dashboard(period, place.id)
        assert _in_lists(period, place.id) == shown
        assert _in_the_report(period, place) == shown
        _comparison_and_file_agree(period, place.id, shown)
        first = later(first, 1)


def _on_the_dashboard(period: Period, place_id: int) -> Counter[str]:
    counted, filters = Measures(clock.now()), Filters(municipality_id=place_id)
    flow = counted.flow(period, filters)
    found = Counter(filed=flow.filed, resolved=flow.resolved)
    for kind, measure in counted.targets(period, filters).items():
        found += Counter({f"{kind} kept": measure.kept, f"{kind} missed": measure.missed})
    return +found


def _in_lists(period: Period, place_id: int) -> Counter[str]:
    spans = {"since": period.since, "until": period.until}
    found = Counter(
        filed=_listed(place_id, **spans),
        resolved=_listed(place_id, **spans, by_end=True),
    )
    for kind in SlaTargetKind:
        found[f"{kind} kept"] = _listed(place_id, **spans, target=kind, outcome=Outcome.MET)
        found[f"{kind} missed"] = _listed(place_id, **spans, target=kind, outcome=Outcome.BREACHED)
    return +found


def _listed(place_id: int, **wanted) -> int:
    found = history_page(Wanted(status=Span.ALL, municipality_id=place_id, **wanted), EVERYBODY, size=1000)
    return len(found.tickets)


def _in_the_report(period: Period, place) -> Counter[str]:
    figures = monthly_report(place, period, clock.now()).figures
    found = Counter(filed=figures.filed, resolved=figures.resolved)
    for kind, target in figures.targets.items():
        found += Counter({f"{kind} kept": target.kept, f"{kind} missed": target.missed})
    return +found


def _comparison_and_file_agree(period: Period, place_id: int, shown: Counter[str]) -> None:
    kept, missed = f"{SlaTargetKind.RESOLVE} kept", f"{SlaTargetKind.RESOLVE} missed"
    rows = compare(period, SlaTargetKind.RESOLVE, clock.now())
    row = next(row for row in rows if row.id == place_id)
    assert (row.filed, row.kept, row.missed) == (shown["filed"], shown[kept], shown[missed])
    style = export.Style(settings().zone, str, kept="kept", missed="missed")
    lines = list(export.ticket_rows(period, Filters(municipality_id=place_id), style))
    outcome = list(export.COLUMNS).index(f"{SlaTargetKind.RESOLVE}_outcome")
    assert (len(lines), sum(line[outcome] == "kept" for line in lines)) == (shown["filed"], shown[kept])
