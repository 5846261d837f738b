"""The load of duty: who had or will have how much of it in a month, whether the rest was kept, and the file for
payroll. Managers see everybody, administrators themselves."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.i18n import when
from helpdesk.models.codes import STAFF, RoleName
from helpdesk.oncall.months import FIGURES, DutyMonth, PersonMonth, Standing, duty_month, figures_of
from helpdesk.reports.period import Period, PeriodKind
from helpdesk.reports.sheets import XLSX, csv_text, workbook
from helpdesk.routes import load_words as words
from helpdesk.routes.access import allow, me
from helpdesk.routes.load_file import shifts_sheet, totals_sheet
from helpdesk.sentences import _

bp = Blueprint("load", __name__, url_prefix="/oncall/load")

FIRST_MONTH = date(2020, 1, 1)
AHEAD_MONTHS = 12


@dataclass(frozen=True)
class Choice:
    """The month that is shown; `problem` says what is wrong with the one that was asked for (`typed`)."""

    first: date
    typed: str
    problem: str = ""

    @property
    def period(self) -> Period:
        last = _months_later(self.first, 1) - timedelta(days=1)
        return Period(self.first, last, settings().zone, PeriodKind.MONTH)


@bp.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    choice = read_month(request.args.get("month", "").strip())
    month = duty_month(choice.period)
    mine = visible(month)
    page = render_template("load/index.html", **parts(choice, month, mine))
    return page, 422 if choice.problem else 200


@bp.get("/export.<any(xlsx, csv):kind>")
@allow(*STAFF)
def export(kind: str) -> ResponseReturnValue:
    """In the language of the house: the file goes on to others."""
    choice = read_month(request.args.get("month", "").strip())
    if choice.problem:
        abort(404)
    month, name = visible(duty_month(choice.period)), f"{_slug()}-{choice.first:%Y-%m}.{kind}"
    with force_locale(settings().default_locale):
        shifts = shifts_sheet(month)
        if kind == "csv":
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(csv_text(shifts), mimetype="text/csv", headers=headers)
        content = workbook([shifts, totals_sheet(month)])
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def _slug() -> str:
    return "dyzury" if settings().default_locale == "pl" else "duty"


def visible(month: DutyMonth) -> DutyMonth:
    """Everybody for managers, else the reader alone."""
    return month if me().is_a(RoleName.MANAGER) else month.of([me()])


def parts(choice: Choice, month: DutyMonth, mine: DutyMonth) -> dict[str, Any]:
    return {
        "choice": choice,
        "title": words.month_in_words(choice.first),
        "standing": str(words.STANDING[month.standing]) % {"time": when(month.recorded_until)},
        "is_plan": month.standing is not Standing.RECORD,
        "tag": words.TAGS[month.standing],
        "figures": words.figures_for(month.standing),
        "rows": words.rows_of(mine.people, tops_of(month.people)),
        "means": means_of(month.people),
        "definitions": words.DEFINITIONS,
        "rest": [(person.user.name, _by_article(person)) for person in mine.people if person.violations],
        "before": _link(choice.first, -1),
        "after": _link(choice.first, 1),
        "month_in_words": words.month_in_words,
    }


def tops_of(people: list[PersonMonth]) -> dict[str, float]:
    """The highest value of each figure."""
    values = [figures_of(person.load) for person in people]
    return {name: max((each[name] for each in values), default=0.0) for name in FIGURES}


def means_of(people: list[PersonMonth]) -> dict[str, str]:
    values = [figures_of(person.load) for person in people]
    count = max(len(values), 1)
    return {name: words.amount(name, sum(each[name] for each in values) / count) for name in FIGURES}


def _by_article(person: PersonMonth) -> list[tuple[str, list[str]]]:
    return [
        (str(title), [words.violation(each) for each in person.violations if each.article is article])
        for article, title in words.ARTICLES.items()
        if any(each.article is article for each in person.violations)
    ]


def read_month(typed: str) -> Choice:
    """ "2026-03"; nothing typed is this month; so is what cannot be read or is too far away, with the reason."""
    this = clock.now().astimezone(settings().zone).date().replace(day=1)
    if not typed:
        return Choice(this, f"{this:%Y-%m}")
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return Choice(this, typed, _("This is no month. Write it as 2026-03."))
    if not FIRST_MONTH <= first <= _months_later(this, AHEAD_MONTHS):
        return Choice(this, typed, _("Choose a month from 2020 to a year from now."))
    return Choice(first, typed)


def _link(first: date, months: int) -> date | None:
    """The month before or after; None where there is nothing to show."""
    there = _months_later(first, months)
    this = clock.now().astimezone(settings().zone).date().replace(day=1)
    return there if FIRST_MONTH <= there <= _months_later(this, AHEAD_MONTHS) else None


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)
