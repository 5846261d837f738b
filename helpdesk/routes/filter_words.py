"""What a list or a figure is narrowed to, in words."""

from collections.abc import Iterable, Sequence

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.forms.desk import DayRange
from helpdesk.labels import label
from helpdesk.models import Unit, User
from helpdesk.reports.figures import Filters
from helpdesk.routes.dashboard_heat import hour_in_words
from helpdesk.sentences import _
from helpdesk.tickets.queries import NOBODY
from helpdesk.tickets.wanted import DueIn, Outcome, Wanted

_OUTCOMES: dict[Outcome, LazyString] = {
    Outcome.MET: _l("in time"),
    Outcome.LATE: _l("late"),
    Outcome.BREACHED: _l("promise broken"),
    Outcome.RUNNING: _l("still running"),
}
_DUE: dict[DueIn, LazyString] = {DueIn.LATE: _l("overdue"), DueIn.SOON: _l("due within 2 hours")}
# By (is since given, is until given).
_FILED: dict[tuple[bool, bool], LazyString] = {
    (True, True): _l("Filed from %(since)s to %(until)s."),
    (True, False): _l("Filed from %(since)s."),
    (False, True): _l("Filed until %(until)s."),
}
_RESOLVED: dict[tuple[bool, bool], LazyString] = {
    (True, True): _l("Resolved from %(since)s to %(until)s."),
    (True, False): _l("Resolved from %(since)s."),
    (False, True): _l("Resolved until %(until)s."),
}


def of_list(
    wanted: Wanted, place: str, units: Sequence[Unit], people: Sequence[User], hour: int | None
) -> list[str]:
    """Of the desk: all but the state, the days and the words searched for, which stand elsewhere on it.
    `hour` of the local week, 0 = Monday 00:00."""
    same = Filters(
        category=wanted.category,
        priority=wanted.priority,
        unit_id=wanted.unit_id,
        administrator_id=wanted.assignee_id or None,
    )
    promise = wanted.target and wanted.outcome and f"{label(wanted.target)}: {_OUTCOMES[wanted.outcome]}"
    return [
        *of_figures(same, place, units, people),
        *_said(
            wanted.assignee_id == NOBODY and _("nobody has it"),
            promise,
            wanted.due and _DUE[wanted.due],
            wanted.reopened and _("reopened"),
            bool(wanted.hours) and hour is not None and hour_in_words(hour),
        ),
    ]


def of_figures(filters: Filters, place: str, units: Iterable[Unit], people: Iterable[User]) -> list[str]:
    """Of the overview. `place`: the name of the municipality, "" for all."""
    unit = next((unit.name for unit in units if unit.id == filters.unit_id), _("one unit"))
    person = next((user.name for user in people if user.id == filters.administrator_id), _("one person"))
    return _said(
        filters.category and label(filters.category),
        filters.priority and label(filters.priority),
        place,
        filters.unit_id and unit,
        filters.administrator_id and person,
    )


def of_days(days: DayRange, *, by_end: bool) -> str:
    words = (_RESOLVED if by_end else _FILED).get((bool(days.since), bool(days.until)))
    return str(words) % {"since": days.since_words, "until": days.until_words} if words else ""


def _said(*words: object) -> list[str]:
    return [str(word) for word in words if word]
