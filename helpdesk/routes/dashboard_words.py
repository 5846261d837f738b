"""The dashboard's figures in words: counts, cards with the change since the period before, charts, tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from flask_babel import LazyString, format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from helpdesk.config import settings
from helpdesk.labels import label
from helpdesk.models.codes import OPEN_STATUSES, Category, Priority, SlaTargetKind, TicketStatus
from helpdesk.monthly.words import business_span
from helpdesk.reports.charts import Series, Words, bar_chart, meter, share_chart
from helpdesk.reports.export import Style
from helpdesk.reports.figures import Dimension, GroupRow, Measure, OpenCount, TrendPoint
from helpdesk.reports.period import Period, PeriodKind
from helpdesk.reports.sheets import Column, Kind, Sheet
from helpdesk.reports.tally import EXACT_BELOW

PERIODS: dict[PeriodKind, LazyString] = {
    PeriodKind.TODAY: _l("Today"),
    PeriodKind.WEEK: _l("Last 7 days"),
    PeriodKind.DAYS_30: _l("Last 30 days"),
    PeriodKind.DAYS_90: _l("Last 90 days"),
    PeriodKind.MONTH: _l("A calendar month"),
    PeriodKind.YEAR: _l("This year"),
    PeriodKind.CUSTOM: _l("From day to day"),
}
DEFINITIONS: dict[SlaTargetKind, LazyString] = {
    SlaTargetKind.ACKNOWLEDGE: _l("From filing until an administrator says “I have it”."),
    SlaTargetKind.FIRST_RESPONSE: _l("From filing until the first answer to the unit; taking it is not one."),
    SlaTargetKind.RESOLVE: _l("From filing until solved; a reopened ticket counts until its last end."),
}
DIMENSIONS: dict[Dimension, tuple[LazyString, LazyString]] = {
    Dimension.MUNICIPALITY: (_l("By municipality"), _l("Municipality")),
    Dimension.UNIT: (_l("By unit"), _l("Unit")),
    Dimension.CATEGORY: (_l("By category"), _l("Category")),
    Dimension.ADMINISTRATOR: (_l("By administrator"), _l("Administrator")),
}
HEADINGS: dict[str, LazyString] = {
    "number": _l("Number"),
    "municipality": _l("Municipality"),
    "unit": _l("Unit"),
    "category": _l("Category"),
    "priority": _l("Priority"),
    "status": _l("State"),
    "source": _l("How it came"),
    "summary": _l("Summary"),
    "case_number": _l("Case number"),
    "holder": _l("Who has it"),
    "created_at": _l("Filed"),
    "acknowledged_at": _l("Acknowledged"),
    "first_response_at": _l("First answer"),
    "resolved_at": _l("Resolved"),
    "reopened": _l("Times reopened"),
    "acknowledge_outcome": _l("Acknowledgement: promise"),
    "first_response_outcome": _l("First response: promise"),
    "resolve_outcome": _l("Resolution: promise"),
    "acknowledge_minutes": _l("Acknowledgement: minutes since filing, round the clock"),
    "first_response_minutes": _l("First response: minutes since filing, round the clock"),
    "resolve_minutes": _l("Resolution: minutes since filing, round the clock"),
}


@dataclass(frozen=True)
class Card:
    """A target: its share in words and the change in percentage points (None: nothing to compare with)."""

    kind: SlaTargetKind
    definition: LazyString
    measure: Measure
    before: Measure
    change: int | None


@dataclass(frozen=True)
class Charts:
    """`shares` is empty where nothing was decided."""

    flow: Markup
    shares: Markup


@dataclass(frozen=True)
class TableRow:
    """`key` narrows the desk to the group, see Choice.tickets; `filed` and `late` are the counts in words."""

    key: str
    name: str
    measure: Measure
    meter: Markup
    filed: str
    late: str


@dataclass(frozen=True)
class Table:
    dimension: Dimension
    title: LazyString
    heading: LazyString
    rows: Sequence[TableRow]


def open_counts(counts: Sequence[OpenCount]) -> dict[str, int]:
    """The figures of the top line."""
    urgent = [count for count in counts if count.priority is Priority.URGENT]
    return {
        "open": sum(count.tickets for count in counts),
        "urgent": sum(count.tickets for count in urgent),
        "burning": sum(count.unacknowledged for count in urgent),
        "late": sum(count.late for count in counts),
        "soon": sum(count.soon for count in counts),
        "waiting": sum(count.tickets for count in counts if count.status is TicketStatus.WAITING),
    }


def open_by_state(counts: Sequence[OpenCount]) -> dict[Priority, dict[TicketStatus, int]]:
    """How many open tickets per priority and state, zeros included."""
    table = {priority: dict.fromkeys(OPEN_STATUSES, 0) for priority in Priority}
    for count in counts:
        table[count.priority][count.status] = count.tickets
    return table


def target_card(kind: SlaTargetKind, measure: Measure, before: Measure) -> Card:
    change = None
    if measure.share is not None and before.share is not None:
        change = round(measure.share * 100) - round(before.share * 100)
    return Card(kind, DEFINITIONS[kind], measure, before, change)


def percent(share: float | None) -> str:
    """Whole per cent; 100 only when nothing was missed, 0 only when nothing was kept."""
    if share is None:
        return "–"
    rounded = round(share * 100)
    if 0 < share < 1:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded}%"


def lasting(minutes: int | None) -> str:
    """Business time of a summary: "5 min", "about 5 h 4 min" where summaries round it."""
    if minutes is None or minutes < EXACT_BELOW:
        return business_span(minutes)
    return _("about %(span)s", span=business_span(minutes))


def charts(points: Sequence[TrendPoint], target: SlaTargetKind) -> Charts:
    """Filed and resolved side by side, and the share in time of what was filed."""
    names = part_names([point.part for point in points])
    filed, resolved = [p.filed for p in points], [p.resolved for p in points]
    shares = [share_of(point) for point in points]
    flow = Words("flow", _("Tickets filed and resolved"), _flow_in_words(points))
    promise = Words("shares", _("In time: %(target)s", target=label(target)), _shares_in_words(points))
    return Charts(
        flow=bar_chart(flow, names, [Series("filed", filed), Series("resolved", resolved)]),
        shares=share_chart(promise, names, shares) if any(share is not None for share in shares) else Markup(""),
    )


def share_of(point: TrendPoint) -> float | None:
    return Measure(kept=point.kept, missed=point.missed).share


def part_names(parts: Sequence[Period]) -> list[str]:
    """Short, for under a chart: days as "12.03", weeks by their first day, months as "mar", of several years as
    "mar ’26"."""
    months = "LLL" if len({part.first.year for part in parts}) == 1 else "LLL ’yy"
    form = months if any(part.days > 7 for part in parts) else "d.MM"
    return [str(format_date(part.first, form)) for part in parts]


def part_in_full(part: Period) -> str:
    return day_in_full(part.first) if part.days == 1 else f"{day_in_full(part.first)} – {day_in_full(part.last)}"


def day_in_full(day: date) -> str:
    return str(format_date(day, "d MMM y"))


def tables(groups: dict[Dimension, list[GroupRow]]) -> list[Table]:
    words = _("%(name)s: filed %(count)s"), _("%(name)s: late %(count)s")  # asked for once for all rows
    return [
        Table(dimension, *DIMENSIONS[dimension], [_row(dimension, row, *words) for row in rows])
        for dimension, rows in groups.items()
    ]


def _row(dimension: Dimension, row: GroupRow, filed: str, late: str) -> TableRow:
    name = str(label(Category(row.key))) if dimension is Dimension.CATEGORY else row.name or _("nobody")
    own = row.measure
    said = filed % {"name": name, "count": own.filed}, late % {"name": name, "count": own.missed}
    return TableRow(row.key, name, own, Markup("") if own.share is None else meter(own.share), *said)


def _flow_in_words(points: Sequence[TrendPoint]) -> str:
    busiest = max(points, key=lambda point: point.filed)
    return _(
        "%(filed)s filed, %(resolved)s resolved; most were filed on %(day)s: %(most)s. The table has all numbers.",
        filed=sum(point.filed for point in points),
        resolved=sum(point.resolved for point in points),
        day=part_in_full(busiest.part),
        most=busiest.filed,
    )


def _shares_in_words(points: Sequence[TrendPoint]) -> str:
    known = [(share, point) for point in points if (share := share_of(point)) is not None]
    worst, point = min(known, key=lambda pair: pair[0], default=(None, points[0]))
    return _(
        "The lowest share was %(share)s on %(day)s. The table has all numbers.",
        share=percent(worst),
        day=part_in_full(point.part),
    )


def headings() -> dict[str, str]:
    return {name: str(text) for name, text in HEADINGS.items()}


def export_style() -> Style:
    return Style(settings().zone, cache(lambda code: str(label(code))), _("in time"), _("late"))


def tickets_sheet(rows: Iterable[Sequence[object]]) -> Sheet:
    """Times as times, minutes as numbers."""
    kinds = {name: Kind.TIME for name in HEADINGS if name.endswith("_at")}
    kinds |= {name: Kind.COUNT for name in HEADINGS if name == "reopened" or name.endswith("_minutes")}
    columns = [Column(str(text), kinds.get(name, Kind.TEXT), 17) for name, text in HEADINGS.items()]
    return Sheet(_("Tickets"), columns, rows)
