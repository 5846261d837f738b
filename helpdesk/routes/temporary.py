"""The form of a temporary plan: filled in from the plan as it is, then changed shift by shift."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.forms import wall
from helpdesk.forms.schedules import TemporaryForm
from helpdesk.labels import error_sentence
from helpdesk.models import Schedule, TemporarySchedule, User
from helpdesk.models.codes import RoleName
from helpdesk.oncall import schedules, temporary
from helpdesk.oncall.roster import Stint
from helpdesk.oncall.temporary import Draft
from helpdesk.routes import schedule_words as words
from helpdesk.routes.access import allow, me
from helpdesk.sentences import _
from helpdesk.transaction import transaction

bp = Blueprint("temporary", __name__, url_prefix="/oncall/schedules")


@bp.route("/<int:schedule_id>/temporary", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add(schedule_id: int) -> ResponseReturnValue:
    return _handle(schedules.find_schedule(schedule_id), TemporaryForm(), None)


@bp.route("/temporary/<int:plan_id>", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def change(plan_id: int) -> ResponseReturnValue:
    plan = temporary.find_temporary(plan_id)
    schedule = temporary.schedule_of(plan)
    return _handle(schedule, TemporaryForm(data=_values(plan, schedule.time_zone)), plan)


@bp.post("/temporary/<int:plan_id>/end")
@allow(RoleName.MANAGER)
def end(plan_id: int) -> ResponseReturnValue:
    plan = temporary.find_temporary(plan_id)
    schedule_id = plan.schedule_id
    try:
        with transaction():
            temporary.end_temporary(plan, me())
    except NotAllowed as refused:
        flash(str(error_sentence(refused.code)), "error")
    else:
        flash(_("Done. What was stays as it was."), "success")
    return redirect(url_for("schedules.show", schedule_id=schedule_id), 303)


def _handle(schedule: Schedule, form: TemporaryForm, plan: TemporarySchedule | None) -> ResponseReturnValue:
    """The buttons: fill in from the plan, one row more, save."""
    act = request.form.get("act", "") if request.method == "POST" else ""
    if act == "more" or request.method == "GET":
        if form.shifts.entries or act == "more":
            form.shifts.append_entry({})
        form.offer(schedules.candidates())
        return _page(schedule, form, plan, [])
    form.offer(schedules.candidates())
    if not form.validate_on_submit():
        return _page(schedule, form, plan, []), 422
    draft = _draft(form, schedule.time_zone)
    if act == "fill":
        return _filled_in(schedule, form, draft, plan)
    return _save(schedule, form, draft, plan)


def _filled_in(
    schedule: Schedule, form: TemporaryForm, draft: Draft, plan: TemporarySchedule | None
) -> ResponseReturnValue:
    try:
        temporary.check(replace(draft, shifts=[]), clock.now())
    except NotAllowed as refused:
        form.refuse(refused.code)
        return _page(schedule, form, plan, []), 422
    while form.shifts.entries:
        form.shifts.pop_entry()
    for stint in temporary.proposal(schedule, draft.starts_at, draft.ends_at):
        form.shifts.append_entry(_row(stint, schedule.time_zone))
    form.shifts.append_entry({})
    form.offer(schedules.candidates())
    return _page(schedule, form, plan, [])


def _save(
    schedule: Schedule, form: TemporaryForm, draft: Draft, plan: TemporarySchedule | None
) -> ResponseReturnValue:
    try:
        temporary.check(draft, clock.now())
        found = [] if form.anyway.data else temporary.conflicts(schedule, draft, plan)
        if found:
            return _page(schedule, form, plan, [words.conflict_words(c, schedule.time_zone) for c in found]), 422
        with transaction():
            if plan is None:
                temporary.add_temporary(schedule, draft, me())
            else:
                temporary.change_temporary(plan, draft, me())
    except NotAllowed as refused:
        form.refuse(refused.code)
        return _page(schedule, form, plan, []), 422
    flash(_("The temporary plan is saved."), "success")
    return redirect(url_for("schedules.show", schedule_id=schedule.id), 303)


def _draft(form: TemporaryForm, time_zone: str) -> Draft:
    rows = [row for row in form.shifts if not row.form.is_empty]
    stints: list[Stint[User]] = [
        Stint(
            wall.instant_of(row.form.since.data, time_zone),
            wall.end_of(row.form.until.data, time_zone),
            form.candidates[row.form.person.data],
        )
        for row in rows
    ]
    starts_at = wall.instant_of(form.starts_at.data, time_zone)
    return Draft(form.name.data.strip(), starts_at, wall.end_of(form.ends_at.data, time_zone), stints)


def _values(plan: TemporarySchedule, time_zone: str) -> dict[str, Any]:
    return {
        "name": plan.name,
        "starts_at": wall.wall_of(plan.starts_at, time_zone),
        "ends_at": wall.wall_of(plan.ends_at, time_zone),
        "shifts": [_row(Stint(s.starts_at, s.ends_at, s.user), time_zone) for s in plan.shifts],
    }


def _row(stint: Stint[User], time_zone: str) -> dict[str, str | datetime]:
    return {
        "person": str(stint.person.id),
        "since": wall.wall_of(stint.starts_at, time_zone),
        "until": wall.wall_of(stint.ends_at, time_zone),
    }


def _page(schedule: Schedule, form: TemporaryForm, plan: TemporarySchedule | None, conflicts: list[str]) -> str:
    has_begun = plan is not None and plan.starts_at < clock.now()
    return render_template(
        "schedules/temporary.html",
        schedule=schedule,
        form=form,
        plan=plan,
        conflicts=conflicts,
        has_begun=has_begun,
        choices=[
            (act, text) for act, text in (("fill", _("Fill in from the present plan")), ("more", _("Add a row")))
        ],
    )
