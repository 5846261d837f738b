"""The editor of schedules: which there are, what changes them for a span. Managers change, staff look."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.base import read_id
from helpdesk.config import settings
from helpdesk.errors import NotAllowed
from helpdesk.forms import wall
from helpdesk.forms.schedules import OverrideForm, RenameForm, ScheduleForm
from helpdesk.i18n import when_in
from helpdesk.labels import error_sentence
from helpdesk.models import Override, Schedule
from helpdesk.models.codes import STAFF, OverrideKind, RoleName
from helpdesk.oncall import layers, overrides, schedules, temporary
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.overrides import Wish
from helpdesk.oncall.plan_changes import earliest
from helpdesk.routes import plan_links
from helpdesk.routes import schedule_words as words
from helpdesk.routes.access import allow, me
from helpdesk.sentences import _
from helpdesk.transaction import transaction

bp = Blueprint("schedules", __name__, url_prefix="/oncall/schedules")
AHEAD = timedelta(days=14)
A_MOMENT = timedelta(minutes=5)  # so long it takes to fill a form in


@bp.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    at = clock.now()
    rows = [(each, duty.current_shift(each, at)) for each in duty.all_schedules()]
    return render_template("schedules/index.html", rows=rows)


@bp.route("/add", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add() -> ResponseReturnValue:
    form = ScheduleForm(data={"time_zone": settings().default_time_zone})
    if form.validate_on_submit():
        try:
            with transaction():
                schedule = schedules.add_schedule(form.name.data.strip(), form.time_zone.data, me())
        except NotAllowed as refused:
            form.refuse(refused.code)
        else:
            flash(_("The schedule is here. Add its first layer: who takes turns."), "success")
            return redirect(url_for("schedules.show", schedule_id=schedule.id), 303)
    return render_template("schedules/add.html", form=form), 422 if form.errors else 200


@bp.get("/<int:schedule_id>")
@allow(*STAFF)
def show(schedule_id: int) -> ResponseReturnValue:
    schedule = schedules.find_schedule(schedule_id)
    return render_schedule(schedule, RenameForm(formdata=None, data={"name": schedule.name}))


@bp.post("/<int:schedule_id>/rename")
@allow(RoleName.MANAGER)
def rename(schedule_id: int) -> ResponseReturnValue:
    schedule, form = schedules.find_schedule(schedule_id), RenameForm()
    if form.validate():
        try:
            with transaction():
                schedules.rename_schedule(schedule, form.name.data.strip(), me())
        except NotAllowed as refused:
            form.refuse(refused.code)
        else:
            return redirect(url_for("schedules.show", schedule_id=schedule_id), 303)
    return render_schedule(schedule, form), 422


@bp.post("/<int:schedule_id>/delete")
@allow(RoleName.MANAGER)
def delete(schedule_id: int) -> ResponseReturnValue:
    schedule = schedules.find_schedule(schedule_id)
    try:
        with transaction():
            schedules.delete_schedule(schedule, me())
    except NotAllowed as refused:
        names = ", ".join(policy.name for policy in schedules.policies_with(schedule))
        flash(" ".join([str(error_sentence(refused.code)), *([f"({names})"] if names else [])]), "error")
        return redirect(url_for("schedules.show", schedule_id=schedule_id), 303)
    flash(_("The schedule is deleted."), "success")
    return redirect(url_for("schedules.index"), 303)


@bp.route("/override", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add_override() -> ResponseReturnValue:
    """`schedule`, `since`, `until` (ISO), `instead_of` in the address fill the form in."""
    form = OverrideForm(data=_asked())
    form.offer(duty.all_schedules(), schedules.candidates())
    if not form.validate_on_submit():
        return _override_page(form, []), 422 if form.errors else 200
    schedule = schedules.find_schedule(int(form.schedule.data))
    wish = _wish(form, schedule.time_zone)
    try:
        overrides.check(wish, earliest(schedule))
        conflicts = [] if form.anyway.data else overrides.conflicts(schedule, wish)
        if conflicts:
            return _override_page(form, [words.conflict_words(each, schedule.time_zone) for each in conflicts]), 422
        with transaction():
            row = overrides.add_override(schedule, wish, me())
    except NotAllowed as refused:
        form.refuse(refused.code)
        return _override_page(form, []), 422
    flash(_saved(row, wish, schedule), "success")
    return redirect(url_for("schedules.show", schedule_id=schedule.id), 303)


@bp.post("/overrides/<int:override_id>/end")
@allow(RoleName.MANAGER)
def end_override(override_id: int) -> ResponseReturnValue:
    row = overrides.find_override(override_id)
    schedule_id = row.schedule_id
    try:
        with transaction():
            overrides.end_override(row, me())
    except NotAllowed as refused:
        flash(str(error_sentence(refused.code)), "error")
    else:
        flash(_("Done. What was stays as it was."), "success")
    return redirect(url_for("schedules.show", schedule_id=schedule_id), 303)


def render_schedule(schedule: Schedule, form: RenameForm) -> str:
    at = clock.now()
    numbers = layers.numbers(schedule, at)
    return render_template(
        "schedules/show.html",
        schedule=schedule,
        form=form,
        current=duty.current_shift(schedule, at),
        layers=[(number, layers.rows_of(schedule, number, at)) for number in reversed(numbers)],
        top=numbers[-1] if numbers else None,
        gaps=duty.gaps(schedule, at, at + AHEAD),
        overrides=overrides.coming(schedule),
        temporaries=temporary.coming(schedule),
        policies=schedules.policies_with(schedule),
        has_history=schedules.has_history(schedule),
        words=words,
        links=plan_links,
        at=at,
    )


def _override_page(form: OverrideForm, conflicts: list[str]) -> str:
    schedule_id = read_id(form.schedule.data) or 0
    return render_template("schedules/override.html", form=form, conflicts=conflicts, schedule_id=schedule_id)


def _asked() -> dict[str, Any]:
    """What the address asks for; what cannot be read is left out."""
    main = duty.main_schedule()
    asked_for = read_id(request.args.get("schedule")) or (main.id if main else 0)
    schedule = next((each for each in duty.all_schedules() if each.id == asked_for), main)
    zone = schedule.time_zone if schedule else settings().default_time_zone
    return {
        "schedule": str(schedule.id) if schedule else "",
        "kind": OverrideKind.REPLACE.value,
        "instead_of": request.args.get("instead_of", ""),
        "starts_at": wall.read_wall(request.args.get("since"), zone) or wall.wall_of(clock.now(), zone),
        "ends_at": wall.read_wall(request.args.get("until"), zone),
    }


def _wish(form: OverrideForm, time_zone: str) -> Wish:
    people = {str(user.id): user for user in schedules.candidates()}
    return Wish(
        kind=OverrideKind(form.kind.data),
        user=people.get(form.user.data),
        instead_of=people.get(form.instead_of.data),
        starts_at=wall.instant_of(form.starts_at.data, time_zone),
        ends_at=wall.end_of(form.ends_at.data, time_zone),
        note=(form.note.data or "").strip(),
    )


def _saved(row: Override, wish: Wish, schedule: Schedule) -> str:
    """It is in the plan; and what of it had passed already."""
    saved = _("Saved: %(change)s.", change=words.override_words(row))
    if row.starts_at - wish.starts_at < A_MOMENT:
        return saved
    cut = _("The beginning had passed: it counts from now, %(at)s.", at=when_in(row.starts_at, schedule.time_zone))
    return f"{saved} {cut}"
