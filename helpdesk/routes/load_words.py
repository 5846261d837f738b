"""What the page and the file about the load of duty say."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import LazyString, format_date, format_decimal, format_percent
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from helpdesk.i18n import when
from helpdesk.oncall.load import Share
from helpdesk.oncall.months import PersonMonth, Standing, figures_of
from helpdesk.oncall.rest import WANTED, Article, Violation
from helpdesk.reports.charts import meter
from helpdesk.sentences import _, span

FIGURES: dict[str, LazyString] = {
    "total": _l("Hours"),
    "night": _l("At night"),
    "weekend": _l("On weekends"),
    "holiday": _l("On holidays"),
    "shifts": _l("Shifts"),
    "woken": _l("Woken"),
}
IN_HOURS = ("total", "night", "weekend", "holiday")
DEFINITIONS: dict[str, LazyString] = {
    "total": _l(
        "Real hours on duty: the night in which clocks are put back has one more. Two duties at once count once."
    ),
    "night": _l(
        "Those from 22:00 to 6:00: the eight hours between 21:00 and 7:00 that the Labour Code, art. 151(7) § 1, "
        "lets the employer choose."
    ),
    "weekend": _l("Those on Saturdays and Sundays, from midnight to midnight."),
    "holiday": _l("Those on Polish public holidays; one that falls on a Sunday counts in both."),
    "shifts": _l("Those of which a part lies in the month; neighbouring shifts of one person are one."),
    "woken": _l(
        "Alerts whose SMS or call reached the phone between 22:00 and 6:00: each alert once a night, however many "
        "messages it took. A night counts in the month in which it begins."
    ),
}
STANDING: dict[Standing, LazyString] = {
    Standing.RECORD: _l("Record: this is what was."),
    Standing.PLAN: _l("Plan: this is how it will be if nothing changes."),
    Standing.BOTH: _l("Until %(time)s the record of what was, from then on the plan."),
}
TAGS: dict[Standing, LazyString] = {
    Standing.RECORD: _l("record"),
    Standing.PLAN: _l("plan"),
    Standing.BOTH: _l("record and plan"),
}
ARTICLES: dict[Article, LazyString] = {
    Article.DAILY: _l("Daily rest (art. 132)"),
    Article.WEEKLY: _l("Weekly rest (art. 133)"),
}


@dataclass(frozen=True)
class Cell:
    """A figure of one person: the number, what part of all that is, how far from the mean, a bar for the eye."""

    value: str
    part: str
    from_mean: str
    bar: Markup


@dataclass(frozen=True)
class Row:
    name: str
    cells: dict[str, Cell]


def figures_for(standing: Standing) -> dict[str, LazyString]:
    """The headings of what is shown: nobody plans to be woken."""
    return {name: text for name, text in FIGURES.items() if (name, standing) != ("woken", Standing.PLAN)}


def rows_of(people: list[PersonMonth], tops: dict[str, float]) -> list[Row]:
    """`tops`: the highest value of each figure among all, a full bar."""
    return [Row(person.user.name, _cells(person, tops)) for person in people]


def _cells(person: PersonMonth, tops: dict[str, float]) -> dict[str, Cell]:
    values = figures_of(person.load)
    return {name: _cell(name, values[name], person.shares[name], tops[name]) for name in FIGURES}


def _cell(name: str, value: float, share: Share, top: float) -> Cell:
    part = "" if share.part is None else format_percent(share.part, "0%")
    return Cell(amount(name, value), part, from_mean(name, share.from_mean), meter(value / top if top else 0.0))


def amount(name: str, value: float) -> str:
    """ "12.5 h" for hours, a plain number else."""
    return hours(value) if name in IN_HOURS else str(format_decimal(round(value, 1)))


def hours(value: float) -> str:
    return _("%(count)s h", count=format_decimal(round(value, 1)))


def from_mean(name: str, difference: float) -> str:
    """ "3 h above the mean"; rounded as it is shown."""
    shown = round(difference, 1)
    if not shown:
        return _("as the mean")
    text = amount(name, abs(shown))
    return _("%(much)s above the mean", much=text) if shown > 0 else _("%(much)s below the mean", much=text)


def month_in_words(first: date) -> str:
    return str(format_date(first, "LLLL y"))


def violation(found: Violation) -> str:
    """What is too short, by how much, and where the longest rest was."""
    wanted = WANTED[found.article] // timedelta(hours=1)
    facts = {
        "start": when(found.within.starts_at),
        "end": when(found.within.ends_at),
        "wanted": wanted,
        "missing": span(found.missing),
    }
    if found.longest is None:
        return _("From %(start)s to %(end)s there is no rest at all; %(wanted)s h in a row are due.", **facts)
    longest = found.longest
    return _(
        "From %(start)s to %(end)s the longest rest is %(length)s, from %(rest_start)s to %(rest_end)s; "
        "%(missing)s are missing to %(wanted)s h.",
        length=span(longest.ends_at - longest.starts_at),
        rest_start=when(longest.starts_at),
        rest_end=when(longest.ends_at),
        **facts,
    )
