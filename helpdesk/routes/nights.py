"""The alerts that woke one person: what stands behind a figure of the dashboard."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.models.codes import STAFF
from helpdesk.oncall.nights import what_woke
from helpdesk.routes import dashboard_words as words
from helpdesk.routes.access import allow, me
from helpdesk.routes.dashboard_choice import read_choice

bp = Blueprint("nights", __name__, url_prefix="/dashboard/nights")


@bp.get("/<int:user_id>")
@allow(*STAFF)
def person(user_id: int) -> ResponseReturnValue:
    choice = read_choice(request.args)
    user, rows = what_woke(user_id, choice.period, me())
    return render_template(
        "dashboard/nights.html", choice=choice, person=user, rows=rows, in_full=words.day_in_full
    )
