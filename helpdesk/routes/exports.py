"""Workbooks of too many tickets for a request: asked for, watched while the worker makes them, fetched."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from helpdesk.errors import NotAllowed
from helpdesk.i18n import current_locale
from helpdesk.labels import error_sentence
from helpdesk.models import Export
from helpdesk.models.codes import STAFF, SlaTargetKind
from helpdesk.reports import exports, measures
from helpdesk.reports.sheets import ROWS_OF_A_SHEET, XLSX
from helpdesk.routes import export_words as words
from helpdesk.routes.access import allow, me
from helpdesk.routes.dashboard_choice import Choice, read_choice
from helpdesk.routes.desk_list import Place
from helpdesk.transaction import transaction

bp = Blueprint("exports", __name__, url_prefix="/dashboard/exports")

REFRESH_SECONDS = 3


@bp.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    """What was chosen on the dashboard, with a button to have it made; below, the reader's own files."""
    choice = read_choice(request.args)
    filed = measures.flow(choice.period, choice.filters).filed
    return render_template(
        "exports/index.html",
        choice=choice,
        filed=filed,
        is_too_long=filed > ROWS_OF_A_SHEET,
        most=ROWS_OF_A_SHEET,
        chosen=words.chosen(choice.period, choice.filters),
        rows=exports.all_own(me()),
        in_short=words.in_short,
    )


@bp.post("")
@allow(*STAFF)
def start() -> ResponseReturnValue:
    choice = read_choice(request.args)
    filed = measures.flow(choice.period, choice.filters).filed
    if filed > ROWS_OF_A_SHEET:
        return redirect(url_for("exports.index", **choice.parameters()), 303)
    try:
        with transaction():
            export = exports.start(me(), choice.period, choice.filters, current_locale(), filed)
            export_id = export.id
    except NotAllowed as refused:
        flash(str(error_sentence(refused.code)), "warning")
        return redirect(url_for("exports.index", **choice.parameters()), 303)
    return redirect(url_for("exports.show", export_id=export_id), 303)


@bp.get("/<int:export_id>")
@allow(*STAFF)
def show(export_id: int) -> ResponseReturnValue:
    return render_template("exports/show.html", **_shown(export_id), refresh_seconds=REFRESH_SECONDS)


@bp.get("/<int:export_id>/now")
@allow(*STAFF)
def now(export_id: int) -> ResponseReturnValue:
    """The part that changes by itself; the page's script asks for it."""
    return render_template("exports/_now.html", **_shown(export_id))


@bp.get("/<int:export_id>/file")
@allow(*STAFF)
def file(export_id: int) -> ResponseReturnValue:
    with transaction():
        export, path = exports.fetch(me(), export_id)
        name = export.file_name
    answer = send_file(path, mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _shown(export_id: int) -> dict[str, Any]:
    export = exports.own(me(), export_id)
    period, filters = exports.asked_for(export)
    return {
        "export": export,
        "is_there": exports.file_of(export) is not None,
        "is_running": export.state in exports.UNFINISHED,
        "kept_until": export.finished_at + exports.KEPT if export.finished_at else None,
        "says": words.says(export, is_there=exports.file_of(export) is not None),
        "progress": words.progress(export),
        "chosen": words.chosen(period, filters),
        "parameters": _parameters(export),
    }


def _parameters(export: Export) -> dict[str, Any]:
    """For the same tickets once more."""
    return Choice(*exports.asked_for(export), SlaTargetKind.RESOLVE, Place()).parameters()
