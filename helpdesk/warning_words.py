"""Warnings about the duty in words: what will be wrong, and what to do about it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from helpdesk import contact_words
from helpdesk.i18n import when
from helpdesk.models.codes import WarningKind
from helpdesk.sentences import _

Params = Mapping[str, Any]  # as helpdesk/oncall/warnings.py writes them


def says(params: Params) -> str:
    """What will be wrong, as sentences with the time."""
    return SAYS[WarningKind(params["kind"])](params)


def does(params: Params) -> str:
    """What a manager can do about it."""
    return DOES[WarningKind(params["kind"])](params)


def starts_at(params: Params) -> datetime:
    return datetime.fromisoformat(params["from"])


def _uncovered(params: Params) -> str:
    text = _("Nobody is on duty from %(start)s to %(end)s (%(schedule)s).", **_facts(params))
    if not params["names"]:
        return text
    return text + " " + _("Planned, but absent or gone: %(names)s.", **_facts(params))


def _unreachable(params: Params) -> str:
    planned = _("%(names)s is on duty from %(start)s to %(end)s (%(schedule)s).", **_facts(params))
    problem = contact_words.problem_in(params["problem"])
    return planned + " " + contact_words.to_managers(problem, params["names"][0])


def _cover_open(params: Params) -> str:
    return _(
        "%(names)s is looking for somebody to take the duty from %(start)s to %(end)s (%(schedule)s). "
        "Nobody has taken it yet.",
        **_facts(params),
    )


def _two_absent(params: Params) -> str:
    return _("Absent at once from %(start)s to %(end)s (%(schedule)s): %(names)s.", **_facts(params))


def _two_duties(params: Params) -> str:
    return _(
        "On duty in two schedules at once (%(schedule)s) from %(start)s to %(end)s: %(names)s.", **_facts(params)
    )


def _alone(params: Params) -> str:
    return _("%(names)s alone has all of the duty (%(schedule)s): nobody is next.", **_facts(params))


def _mend_phone(params: Params) -> str:
    return contact_words.managers_do(contact_words.problem_in(params["problem"]))


SAYS: dict[WarningKind, Callable[[Params], str]] = {
    WarningKind.UNCOVERED: _uncovered,
    WarningKind.UNREACHABLE: _unreachable,
    WarningKind.COVER_OPEN: _cover_open,
    WarningKind.TWO_ABSENT: _two_absent,
    WarningKind.TWO_DUTIES: _two_duties,
    WarningKind.ALONE: _alone,
}
DOES: dict[WarningKind, Callable[[Params], str]] = {
    WarningKind.UNCOVERED: lambda _params: _(
        "Fill the schedule: at these hours an alert skips it and goes on to the next step at once."
    ),
    WarningKind.UNREACHABLE: _mend_phone,
    WarningKind.COVER_OPEN: lambda _params: _("Ask the others, or name somebody in the plan."),
    WarningKind.TWO_ABSENT: lambda _params: _("Check who covers, and whether one of them can come back earlier."),
    WarningKind.TWO_DUTIES: lambda _params: _(
        "Give one of the two duties to somebody else: two calls at once reach one person."
    ),
    WarningKind.ALONE: lambda _params: _("Add another person to the rotation, who is alerted when nobody answers."),
}


def _facts(params: Params) -> dict[str, str]:
    return {
        "schedule": listed(params["schedules"]),
        "names": listed(params["names"]),
        "start": when(starts_at(params)),
        "end": when(datetime.fromisoformat(params["until"])),
    }


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)
