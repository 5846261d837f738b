"""The dashboard: is anything burning, who has it, who is on duty, how the period went, and where to look closer."""

from tempfile import TemporaryFile
from typing import Any

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.models.codes import OPEN_STATUSES, STAFF, Category, Channel, Priority, RoleName, SlaTargetKind
from helpdesk.oncall.nights import woken
from helpdesk.oncall.people import address_of, administrators_to_choose
from helpdesk.oncall.schedule import current_and_next, main_schedule
from helpdesk.reports import measures
from helpdesk.reports.export import csv_lines, ticket_rows
from helpdesk.reports.period import PeriodKind
from helpdesk.reports.sheets import XLSX, write_workbook
from helpdesk.routes import dashboard_words as words
from helpdesk.routes import filter_words
from helpdesk.routes.access import allow, me
from helpdesk.routes.contacts import problem_in
from helpdesk.routes.dashboard_choice import Choice, read_choice
from helpdesk.routes.dashboard_heat import heat_map
from helpdesk.routes.plan_warnings import plan_warnings
from helpdesk.tickets.queries import units_to_choose

bp = Blueprint("dashboard", __name__, url_prefix="/dashboard")

REFRESH_SECONDS = 20
MOST_AT_ONCE = 50_000  # tickets in a workbook; some twenty seconds


@bp.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    choice = read_choice(request.args)
    parts = form_parts(choice)  # first: whom the session knows is not fetched again
    return render_template("dashboard/index.html", **parts, **present(), **past(choice))


@bp.get("/now")
@allow(*STAFF)
def live() -> ResponseReturnValue:
    """The part that changes by itself; the page's script asks for it."""
    return render_template("dashboard/_now.html", **present())


@bp.get("/wall")
@allow(*STAFF)
def wall() -> ResponseReturnValue:
    """Big figures for a screen that nobody touches; its script asks for the same page again."""
    return render_template("dashboard/wall.html", **present())


@bp.get("/export.csv")
@allow(*STAFF)
def export() -> ResponseReturnValue:
    choice = read_choice(request.args)
    lines = csv_lines(words.headings(), choice.period, choice.filters, words.export_style())
    return Response(
        stream_with_context(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{_file_name(choice, "csv")}"'},
    )


@bp.get("/export.xlsx")
@allow(*STAFF)
def workbook() -> ResponseReturnValue:
    """What would take minutes is made by the worker."""
    choice = read_choice(request.args)
    if measures.flow(choice.period, choice.filters).filed > MOST_AT_ONCE:
        return redirect(url_for("exports.index", **choice.parameters()))
    rows = ticket_rows(choice.period, choice.filters, words.export_style())
    file = TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
    write_workbook(file, words.tickets_sheet(rows))
    file.seek(0)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=_file_name(choice, "xlsx"))


def _file_name(choice: Choice, ending: str) -> str:
    return f"helpdesk-{choice.period.first}-{choice.period.last}.{ending}"


def present() -> dict[str, Any]:
    """Now, for all gminas, whatever the filters below say: an alert must not hide behind one."""
    now = clock.now()
    counts = measures.open_now(now)
    schedule = main_schedule()
    on_duty, following = current_and_next(schedule, now) if schedule else (None, None)
    return {
        "now": now,
        "refresh_seconds": REFRESH_SECONDS,
        "counts": words.open_counts(counts),
        "by_state": words.open_by_state(counts),
        "states": OPEN_STATUSES,
        "pressing": measures.pressing(now),
        "on_duty": on_duty,
        "duty_phone": address_of(on_duty.user, Channel.VOICE) if on_duty else None,
        "duty_problem": problem_in(on_duty, me()) if on_duty else None,
        "next_on_duty": following,
        "plan_warnings": plan_warnings(me()),
        "next_problem": problem_in(following, me()) if following else None,
    }


def past(choice: Choice) -> dict[str, Any]:
    """How the chosen period went, beside the one before."""
    now, period, filters = clock.now(), choice.period, choice.filters
    before = period.before()
    counted = measures.Measures(now)
    points = counted.trend(choice.target, period, filters)
    targets, targets_before = counted.targets(period, filters), counted.targets(before, filters)
    return {
        "choice": choice,
        "before": before,
        "flow": counted.flow(period, filters),
        "flow_before": counted.flow(before, filters),
        "cards": [words.target_card(kind, targets[kind], targets_before[kind]) for kind in SlaTargetKind],
        "heat": heat_map(counted.hours(period, filters)),
        "woken": woken(period, me()),
        "sees_all_nights": me().is_a(RoleName.MANAGER),
        "is_behind": counted.is_behind,
        "charts": words.charts(points, choice.target),
        "points": points,
        "tables": words.tables(counted.groups(choice.target, period, filters)),
        "most": measures.ROWS_SHOWN,
        "percent": words.percent,
        "lasting": words.lasting,
        "share_of": words.share_of,
        "part_in_full": words.part_in_full,
        "in_full": words.day_in_full,
    }


def form_parts(choice: Choice) -> dict[str, Any]:
    """What the form offers to choose from, and what was chosen."""
    chosen = choice.filters
    units = units_to_choose(choice.place.id, chosen.unit_id)
    people = administrators_to_choose(chosen.administrator_id)
    return {
        "periods": words.PERIODS,
        "CUSTOM": PeriodKind.CUSTOM,
        "MONTH": PeriodKind.MONTH,
        "units": units,
        "categories": list(Category),
        "priorities": list(Priority),
        "kinds": list(SlaTargetKind),
        "people": people,
        "narrowed_to": filter_words.of_figures(chosen, choice.place.name, units, people),
    }
