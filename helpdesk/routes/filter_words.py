"""What a list or a figure is narrowed to, in words."""

from collections.abc import Iterable

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.forms.desk import DayRange, hour_wanted
from helpdesk.labels import label
from helpdesk.models import Unit, User
from helpdesk.models.codes import SlaTargetKind
from helpdesk.reports.figures import Filters
from helpdesk.routes.dashboard_heat import hour_in_words
from helpdesk.sentences import _
from helpdesk.tickets.queries import NOBODY
from helpdesk.tickets.wanted import DueIn, Outcome, Wanted

_OUTCOMES: dict[Outcome, LazyString] = {
    Outcome.MET: _l("in time"),
    Outcome.LATE: _l("done too late"),
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
    (False, False): _l("Only resolved ones."),
}


def of_list(wanted: Wanted, place: str, units: Iterable[Unit], people: Iterable[User]) -> list[str]:
    """Of the desk: all but the state, the days and the words searched for, which stand elsewhere on it.
    `place`: the name of the municipality, "" for all."""
    same = Filters(
        category=wanted.category,
        priority=wanted.priority,
        unit_id=wanted.unit_id,
        administrator_id=wanted.assignee_id,
    )
    hour = hour_wanted(wanted)
    more = (
        wanted.outcome and _promise(wanted.target, wanted.outcome),
        wanted.due and _DUE[wanted.due],
        wanted.reopened and _("reopened"),
        hour is not None and _("filed: %(when)s", when=hour_in_words(hour)),
    )
    return [*of_figures(same, place, units, people), *(str(word) for word in more if word)]


def of_figures(filters: Filters, place: str, units: Iterable[Unit], people: Iterable[User]) -> list[str]:
    """Of the overview. `place`: the name of the municipality, "" for all."""
    unit = next((unit.name for unit in units if unit.id == filters.unit_id), _("a chosen unit"))
    holders = {NOBODY: _("nobody has it")} | {user.id: user.name for user in people}
    words = (
        filters.category and label(filters.category),
        filters.priority and label(filters.priority),
        place,
        filters.unit_id is not None and unit,
        filters.administrator_id is not None and holders.get(filters.administrator_id, _("a chosen person")),
    )
    return [str(word) for word in words if word]


def of_days(days: DayRange, *, by_end: bool) -> str:
    words = (_RESOLVED if by_end else _FILED).get((bool(days.since), bool(days.until)))
    return str(words) % {"since": days.since_words, "until": days.until_words} if words else ""


def _promise(target: SlaTargetKind | None, outcome: Outcome) -> str:
    return f"{label(target)}: {_OUTCOMES[outcome]}" if target else str(_OUTCOMES[outcome])
