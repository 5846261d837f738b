"""The monthly report in sentences of the reader's language."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import format_date, format_datetime, ngettext

from helpdesk.clock_words import budget
from helpdesk.i18n import current_locale
from helpdesk.labels import label
from helpdesk.models.codes import Category, SlaTargetKind
from helpdesk.monthly.document import Document, Figure, Section, Table
from helpdesk.reports.monthly import Case, Figures, Line, MonthlyReport, TargetFigures
from helpdesk.sentences import _

NOTHING = "–"


def document(report: MonthlyReport, operator: str) -> Document:
    """All of the report, in words."""
    return Document(
        lang=current_locale(),
        operator=operator,
        title=_("Monthly report: %(month)s", month=month_in_words(report.period.first)),
        place=_("Municipality of %(name)s", name=report.place),
        standing=_standing(report),
        lead=_lead(report),
        figures=_key_figures(report) if report.figures.filed else (),
        sections=[section for section in _sections(report) if section is not None],
        closing=_("The report names no person and quotes nothing that people wrote."),
        page_of=_("page {page} of {pages}"),
    )


def month_in_words(first: date) -> str:
    """ "listopad 2026"."""
    return str(format_date(first, "LLLL y"))


def month_named(month: str) -> str:
    """ "2026-11" in words."""
    return month_in_words(date.fromisoformat(f"{month}-01"))


def business_span(minutes: int | None) -> str:
    """Business time in hours and minutes: a day of it would have no fixed length."""
    if minutes is None:
        return NOTHING
    return budget(timedelta(minutes=minutes)) if minutes else _("under a minute")


def percent(share: float | None) -> str:
    """Whole per cent; 100 only when nothing was missed, 0 only when nothing was kept."""
    if share is None:
        return NOTHING
    rounded = round(share * 100)
    if 0 < share < 1:
        rounded = min(max(rounded, 1), 99)
    return f"{rounded}%"


def _standing(report: MonthlyReport) -> str:
    at = format_datetime(report.at, "d MMMM y, HH:mm")
    if report.is_over:
        return _("As of %(time)s", time=at)
    return _("As of %(time)s; the month is not over yet", time=at)


def _lead(report: MonthlyReport) -> str:
    figures = report.figures
    if not figures.filed:
        return _nothing_filed(report)
    sentences = [
        ngettext(
            "The units of the municipality filed %(num)s ticket.",
            "The units of the municipality filed %(num)s tickets.",
            figures.filed,
        ),
        _compared(report),
        _urgent(figures),
        _promises(figures),
    ]
    return " ".join(str(each) for each in sentences if each)


def _nothing_filed(report: MonthlyReport) -> str:
    if not report.is_over:
        return _("No unit of the municipality has filed a ticket this month so far.")
    return _(
        "No unit of the municipality filed a ticket this month: everything was published as it should be. "
        "When something does get stuck, we are there, day and night in urgent matters."
    )


def _urgent(figures: Figures) -> str:
    if figures.filed == 1:
        return _("The ticket was urgent.") if figures.urgent else _("The ticket was not urgent.")
    if not figures.urgent:
        return _("None of the tickets was urgent.")
    if figures.urgent == figures.filed:
        return _("All tickets were urgent.")
    return str(ngettext("%(num)s ticket was urgent.", "%(num)s tickets were urgent.", figures.urgent))


def _compared(report: MonthlyReport) -> str:
    """Nothing while the month is running: the table compares the same days."""
    change = report.figures.filed - report.before.filed
    if not report.is_over:
        return ""
    if not change:
        return _("That is as many as in the month before.")
    if change > 0:
        return str(
            ngettext(
                "That is %(num)s ticket more than in the month before.",
                "That is %(num)s tickets more than in the month before.",
                change,
            )
        )
    return str(
        ngettext(
            "That is %(num)s ticket fewer than in the month before.",
            "That is %(num)s tickets fewer than in the month before.",
            -change,
        )
    )


def _promises(figures: Figures) -> str:
    missed = sum(each.missed for each in figures.targets.values())
    decided = sum(each.decided for each in figures.targets.values())
    if not decided:
        return ""
    if not missed:
        return _("Every promised time was kept.")
    return str(ngettext("We missed %(num)s promised time.", "We missed %(num)s promised times.", missed))


def _key_figures(report: MonthlyReport) -> list[Figure]:
    now, before = report.figures, report.before
    beside = _month_before if report.is_over else _same_days_before
    counts = [
        (_("Tickets filed"), now.filed, before.filed),
        (_("of them urgent"), now.urgent, before.urgent),
        (_("Resolved"), now.resolved, before.resolved),
    ]
    answered, earlier = (each.targets[SlaTargetKind.FIRST_RESPONSE] for each in (now, before))
    return [
        *(Figure(name, str(value), beside(str(earlier))) for name, value, earlier in counts),
        Figure(_("First response in time"), percent(answered.share), beside(percent(earlier.share))),
    ]


def _month_before(value: str) -> str:
    return _("%(value)s the month before", value=value)


def _same_days_before(value: str) -> str:
    return _("%(value)s on the same days of the month before", value=value)


def _sections(report: MonthlyReport) -> Iterable[Section | None]:
    is_filed = bool(report.figures.filed)
    yield _speed(report) if is_filed else None
    yield _counted("units", _("By unit"), _("Unit"), report.units) if is_filed else None
    yield _counted("categories", _("By category"), _("Category"), _named(report.categories)) if is_filed else None
    yield _done(report)
    yield _counted("groups", _("By group"), _("Group"), report.groups) if is_filed and report.groups else None
    yield _notable(report) if report.cases else None


def _speed(report: MonthlyReport) -> Section:
    now, before = report.figures.targets, report.before.targets
    headings = [
        _("Promise"),
        _("In time"),
        _("Late"),
        _("Running"),
        _("Share in time"),
        _("The month before"),
        _("Half within"),
        _("Longest"),
    ]
    return Section(
        key="speed",
        title=_("How fast we were"),
        table=Table(_("How fast we were"), headings, [_target(k, now[k], before[k]) for k in SlaTargetKind]),
        note=_speed_note(report),
    )


def _speed_note(report: MonthlyReport) -> str:
    note = _(
        "Time counts in the hours that were agreed on, and stands still while we wait for the unit's answer. "
        "“Half within” is the time that half of the tickets did not exceed. "
        "A ticket that was merged into another one counts as filed only."
    )
    if report.is_over:
        return note
    return note + " " + _("The month is running: it is compared with the same days of the month before.")


def _target(kind: SlaTargetKind, now: TargetFigures, before: TargetFigures) -> list[str]:
    return [
        str(label(kind)),
        str(now.kept),
        str(now.missed),
        str(now.running),
        percent(now.share),
        percent(before.share),
        business_span(now.median),
        business_span(now.longest),
    ]


def _counted(key: str, title: str, heading: str, lines: Iterable[Line]) -> Section:
    rows = [[line.name, str(line.filed), str(line.urgent)] for line in lines]
    return Section(key, title, table=Table(title, [heading, _("Tickets"), _("of them urgent")], rows))


def _named(lines: Iterable[Line]) -> list[Line]:
    return [Line(str(label(Category(line.name))), line.filed, line.urgent) for line in lines]


def _done(report: MonthlyReport) -> Section | None:
    figures, granted = report.figures, sum(count for _unit, count in report.profiles)
    if not (figures.filed or figures.resolved or granted):
        return None
    sentences = [_resolved(figures.resolved), _reopened(figures.reopened) if figures.filed else ""]
    if granted:
        sentences.append(_granted(granted, report.profiles))
    return Section("done", _("What we did"), [" ".join(each for each in sentences if each)])


def _resolved(count: int) -> str:
    if not count:
        return _("No ticket was resolved this month.")
    return str(ngettext("We resolved %(num)s ticket.", "We resolved %(num)s tickets.", count))


def _reopened(count: int) -> str:
    if not count:
        return _("None of the tickets filed this month had to be opened again.")
    return str(
        ngettext(
            "%(num)s ticket filed this month had to be opened again.",
            "%(num)s tickets filed this month had to be opened again.",
            count,
        )
    )


def _granted(count: int, profiles: Iterable[tuple[str, int]]) -> str:
    names = ", ".join(unit if one == 1 else f"{unit} ({one})" for unit, one in profiles)
    return str(
        ngettext(
            "%(num)s profile got the right to publish without approval: %(names)s.",
            "%(num)s profiles got the right to publish without approval: %(names)s.",
            count,
            names=names,
        )
    )


def _notable(report: MonthlyReport) -> Section:
    what = _("Tickets with a promised time that was missed, reopened ones and urgent ones.")
    more = ngettext(
        "%(num)s more such ticket is not listed: those with most broken promises come first.",
        "%(num)s more such tickets are not listed: those with most broken promises come first.",
        report.more_cases,
    )
    note = f"{what} {more}" if report.more_cases else str(what)
    return Section("cases", _("Cases worth a look"), items=[_case(each) for each in report.cases], note=note)


def _taken(kind: SlaTargetKind, minutes: int) -> str:
    """The first minute counts as one: "after under a minute" is no sentence."""
    return _CASE_TIMES[kind](business_span(max(minutes, 1)))


_CASE_TIMES = {
    SlaTargetKind.ACKNOWLEDGE: lambda span: _("Taken after %(span)s.", span=span),
    SlaTargetKind.FIRST_RESPONSE: lambda span: _("Answered after %(span)s.", span=span),
    SlaTargetKind.RESOLVE: lambda span: _("Resolved after %(span)s.", span=span),
}


def _case(case: Case) -> str:
    sentences = [
        _(
            "%(number)s, %(unit)s, %(day)s: %(category)s (%(priority)s).",
            number=case.number,
            unit=case.unit,
            day=format_datetime(case.filed_at, "d MMMM"),
            category=str(label(case.category)).lower(),
            priority=str(label(case.priority)).lower(),
        ),
        *(_taken(kind, case.minutes[kind]) for kind in SlaTargetKind if kind in case.minutes),
    ]
    if case.missed:
        names = ", ".join(str(label(kind)).lower() for kind in case.missed)
        sentences.append(_("Later than promised: %(targets)s.", targets=names))
    if case.reopened:
        sentences.append(str(ngettext("Opened again once.", "Opened again %(num)s times.", case.reopened)))
    return " ".join(map(_ended, sentences))


def _ended(sentence: str) -> str:
    """The full stop of "5 godz." is that of the sentence too."""
    return sentence[:-1] if sentence.endswith("..") else sentence
