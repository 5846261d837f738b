"""The monthly reports: for the municipality's coordinator, and for managers."""

from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.base import read_id
from helpdesk.config import settings
from helpdesk.models import Municipality
from helpdesk.models.codes import RoleName
from helpdesk.monthly import words
from helpdesk.monthly.pdf import file_name, pdf
from helpdesk.reports.compare import page
from helpdesk.reports.monthly import MonthlyReport, later, month_period, monthly_report, readable
from helpdesk.reports.monthly_letters import coordinators
from helpdesk.reports.monthly_list import months
from helpdesk.reports.sheets import XLSX, workbook
from helpdesk.reports.subscription import stop_token
from helpdesk.routes import compare_words
from helpdesk.routes.access import allow, me
from helpdesk.routes.compare_choice import read_choice
from helpdesk.sentences import _

bp = Blueprint("reports", __name__, url_prefix="/reports")

READERS = (RoleName.MANAGER, RoleName.COORDINATOR)


@bp.get("")
@allow(*READERS)
def start() -> ResponseReturnValue:
    """Managers compare the municipalities; a coordinator has one."""
    if not me().is_a(RoleName.MANAGER):
        place = me().municipality_id
        return redirect(url_for("reports.index", municipality_id=place)) if place else abort(404)
    choice = read_choice(request.args)
    rows = choice.rows()
    shown = page(rows, read_id(request.args.get("after", "")))
    return render_template(
        "reports/compare.html", **compare_words.parts(choice, shown)
    ), 422 if choice.problem else 200


@bp.get("/municipalities.xlsx")
@allow(RoleName.MANAGER)
def comparison() -> ResponseReturnValue:
    """In the order of the page, and without its cut."""
    choice = read_choice(request.args)
    content = workbook([compare_words.sheet(choice, choice.rows())])
    name = f"{_('municipalities')}-{choice.first:%Y-%m}.xlsx"
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/<int:municipality_id>")
@allow(*READERS)
def index(municipality_id: int) -> ResponseReturnValue:
    place, zone = readable(me(), municipality_id), settings().zone
    this = clock.now().astimezone(zone).date().replace(day=1)
    return render_template(
        "reports/months.html",
        place=place,
        this=this,
        rows=months(place, clock.now(), zone),
        coordinators=coordinators(place.id),
        stop_link=_stop_link(),
        month_in_words=words.month_in_words,
    )


@bp.get("/<int:municipality_id>/<month>")
@allow(*READERS)
def month(municipality_id: int, month: str) -> ResponseReturnValue:
    place = readable(me(), municipality_id)
    report = monthly_report(place, month_period(_first(month), clock.now(), settings().zone), clock.now())
    return render_template("reports/month.html", **_parts(place, report))


@bp.get("/<int:municipality_id>/<month>.pdf")
@allow(*READERS)
def as_pdf(municipality_id: int, month: str) -> ResponseReturnValue:
    place = readable(me(), municipality_id)
    report = monthly_report(place, month_period(_first(month), clock.now(), settings().zone), clock.now())
    content = pdf(words.document(report, settings().operator_name), report.at)
    name = file_name(report, _("report"))
    return send_file(BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _parts(place: Municipality, report: MonthlyReport) -> dict[str, Any]:
    first = report.period.first
    following = later(first, 1)
    is_there = following <= clock.now().astimezone(settings().zone).date()
    return {
        "place": place,
        "first": first,
        "document": words.document(report, settings().operator_name),
        "before": later(first, -1),
        "after": following if is_there else None,
        "month_in_words": words.month_in_words,
    }


def _first(month: str) -> date:
    """ "2026-03"; not found for what is no month, or lies ahead."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        abort(404)
    if not first.year >= 2020 or first > clock.now().astimezone(settings().zone).date():
        abort(404)
    return first


def _stop_link() -> str:
    """Only coordinators get reports by mail."""
    if not me().is_a(RoleName.COORDINATOR):
        return ""
    return url_for("stop_reports.page", token=stop_token(me().id))
