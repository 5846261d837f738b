"""Why this deadline, in the reader's language: hours of a calendar, and each row of the ledger as a sentence."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby

from babel import Locale
from flask_babel import LazyString, format_date, ngettext
from flask_babel import lazy_gettext as _l

from helpdesk.i18n import current_locale, exact_in, when_in
from helpdesk.models import Calendar
from helpdesk.models.codes import ClockCause
from helpdesk.sentences import _, exact_span

# What happened, seen from the clock.
CAUSES: dict[ClockCause, LazyString] = {
    ClockCause.FILED: _l("The ticket was filed"),
    ClockCause.PAUSED: _l("The unit was asked: the clock stands still"),
    ClockCause.RESUMED: _l("The clock runs on"),
    ClockCause.MET: _l("Done"),
    ClockCause.BREACHED: _l("The time was over"),
    ClockCause.PRIORITY: _l("The priority changed"),
    ClockCause.CATEGORY: _l("The category changed"),
    ClockCause.REOPENED: _l("The ticket was reopened: what was left runs on, at least one business hour"),
    ClockCause.MERGED: _l("The ticket was merged into another one: the clock stops"),
    ClockCause.POLICY: _l("The promised times were edited"),
    ClockCause.CALENDAR: _l("The hours or closed days were edited"),
    ClockCause.MOVED: _l("The ticket went to another unit"),
}


def budget(length: timedelta) -> str:
    """Business time, never in days, which nobody could tell from days of the calendar; to the second where it is
    counted so: "15 min", "8 h", "1 h 5 min", "40 s"."""
    seconds = max(0, int(length.total_seconds()))
    words = {
        _("%(count)s h", count=seconds // 3600): seconds // 3600,
        _("%(count)s min", count=seconds // 60 % 60): seconds // 60 % 60,
        _("%(count)s s", count=seconds % 60): seconds % 60,
    }
    return " ".join(word for word, count in words.items() if count) or _("%(count)s min", count=0)


def calendar_words(calendar: Calendar) -> str:
    """ "Monday–Friday 08:00–16:00, without Polish public holidays"; those that are worked are named."""
    if calendar.always_open:
        return _("round the clock, every day")
    weeks = [(day, _hours_of(calendar, day)) for day in range(7)]
    runs = [[day for day, _hours in group] for _hours, group in groupby(weeks, key=lambda each: each[1])]
    parts = [f"{_days(run)} {_hours_of(calendar, run[0])}" for run in runs if _hours_of(calendar, run[0])]
    hours = ", ".join(parts) or _("never open")
    if not calendar.polish_holidays:
        return hours
    worked = ", ".join(calendar.worked_holidays or [])
    if worked:
        return _("%(hours)s, without Polish public holidays, but open on: %(names)s", hours=hours, names=worked)
    return _("%(hours)s, without Polish public holidays", hours=hours)


def parts_words(parts: int) -> str:
    """How many intervals a row sums up."""
    return str(ngettext("%(num)s interval", "%(num)s intervals", parts))


def forward_or_back(shift: timedelta) -> str:
    if shift > timedelta():
        return _("the clocks go forward by %(span)s; only real time counts", span=budget(shift))
    return _("the clocks go back by %(span)s; only real time counts", span=budget(-shift))


def cause_words(cause: ClockCause) -> str:
    return str(CAUSES[cause])


def terms_words(terms: dict[str, object], calendar: Calendar | None) -> str:
    """A promise of the ledger: "8 h on “Working hours”, due Thu 12 Mar 2026, 10:00"; "" for none."""
    if not terms or calendar is None:
        return ""
    length = budget(timedelta(minutes=int(str(terms["minutes"]))))
    promise = _("%(budget)s on “%(calendar)s”", budget=length, calendar=calendar.name)
    return f"{promise}, {_due_words(terms, calendar)}"


def _due_words(terms: dict[str, object], calendar: Calendar) -> str:
    state = str(terms["state"])
    if state in _STANDING:
        return str(_STANDING[state])
    if terms["due_at"] is None:
        return _("no due time")
    return _("due %(time)s", time=when_in(datetime.fromisoformat(str(terms["due_at"])), calendar.time_zone))


_STANDING: dict[str, LazyString] = {"paused": _l("paused"), "stopped": _l("no longer promised")}


def _hours_of(calendar: Calendar, day: int) -> str:
    return _(" and ").join(f"{opens}–{closes}" for opens, closes in calendar.weekly_hours.get(str(day), []))


def _days(run: list[int]) -> str:
    names = Locale.parse(current_locale()).days["stand-alone"]["wide"]
    if len(run) == 1:
        return str(names[run[0]])
    return f"{names[run[0]]}–{names[run[-1]]}"


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def day_words(day: object) -> str:
    return str(format_date(day, "EEE d MMM y"))


WORDS: dict[str, Callable[..., object]] = {
    "budget": budget,
    "calendar_words": calendar_words,
    "cause_words": cause_words,
    "day_words": day_words,
    "exact_span": exact_span,
    "forward_or_back": forward_or_back,
    "terms_words": terms_words,
    "exact_in": exact_in,
    "minutes": minutes,
    "parts_words": parts_words,
}
