"""The form of a layer: shown before it is saved, next to the plan as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk import clock
from helpdesk.errors import NotAllowed
from helpdesk.forms import wall
from helpdesk.forms.desk import EmptyForm
from helpdesk.forms.layers import EndForm, LayerForm, layer_values
from helpdesk.i18n import when_in
from helpdesk.models import Rotation, Schedule
from helpdesk.models.codes import RoleName, RotationKind
from helpdesk.oncall import layers, schedules
from helpdesk.oncall.comparison import Line, compared
from helpdesk.oncall.layers import Order, Pattern
from helpdesk.oncall.plan_changes import earliest
from helpdesk.oncall.roster import Stint
from helpdesk.oncall.schedule import shifts
from helpdesk.routes import schedule_words as words
from helpdesk.routes.access import allow, me
from helpdesk.sentences import _
from helpdesk.transaction import transaction, what_if

bp = Blueprint("layers", __name__, url_prefix="/oncall/schedules/<int:schedule_id>/layers")
AHEAD = timedelta(days=14)
SOON = timedelta(days=7)
REARRANGES = ("more", "up")


@dataclass(frozen=True)
class Preview:
    """The plan as it is and as it would be, what it means in words, the times without anybody."""

    says: str
    lines: list[Line[str]]
    gaps: list[tuple[datetime, datetime]]


@bp.route("/add", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add(schedule_id: int) -> ResponseReturnValue:
    schedule = schedules.find_schedule(schedule_id)
    tomorrow = wall.wall_of(clock.now(), schedule.time_zone).replace(hour=8, minute=0) + timedelta(days=1)
    form = LayerForm(data=layer_values(Pattern(RotationKind.WEEKLY, 1, []), tomorrow))

    def rule(pattern: Pattern, at: datetime) -> Rotation:
        return layers.add_layer(schedule, pattern, at, me())

    return _handle(schedule, form, rule, None)


@bp.route("/<int:number>", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def change(schedule_id: int, number: int) -> ResponseReturnValue:
    schedule = schedules.find_schedule(schedule_id)
    row = layers.rows_of(schedule, number, clock.now())[-1]
    at = layers.next_handover(schedule, number, earliest(schedule))
    people = [user for user in layers.order_at(schedule, row, at) if user.active]
    form = LayerForm(data=layer_values(words.pattern_of(row, people), wall.wall_of(at, schedule.time_zone)))
    form.moment.label.text = _("The change begins")

    def rule(pattern: Pattern, since: datetime) -> Rotation:
        return layers.change_layer(schedule, number, pattern, since, me(), Order(form.order.data))

    return _handle(schedule, form, rule, number)


@bp.route("/<int:number>/end", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def end(schedule_id: int, number: int) -> ResponseReturnValue:
    schedule = schedules.find_schedule(schedule_id)
    row = layers.rows_of(schedule, number, clock.now())[0]
    at = layers.next_handover(schedule, number, earliest(schedule))
    form = EndForm(data={"moment": wall.wall_of(at, schedule.time_zone)})
    if form.validate_on_submit():
        try:
            with transaction():
                until = wall.instant_of(form.moment.data, schedule.time_zone)
                layers.end_layer(schedule, number, until, me())
        except NotAllowed as refused:
            form.refuse(refused.code)
        else:
            flash(_("The layer ends. What was stays as it was."), "success")
            return redirect(url_for("schedules.show", schedule_id=schedule_id), 303)
    page = render_template("schedules/end_layer.html", form=form, schedule=schedule, row=row, number=number)
    return page, 422 if form.errors else 200


@bp.post("/<int:number>/up")
@allow(RoleName.MANAGER)
def up(schedule_id: int, number: int) -> ResponseReturnValue:
    schedule = schedules.find_schedule(schedule_id)
    if EmptyForm().validate():
        with transaction():
            layers.raise_layer(schedule, number, me())
        flash(_("From now on this layer counts before the one that was above it."), "success")
    return redirect(url_for("schedules.show", schedule_id=schedule_id), 303)


def _handle(
    schedule: Schedule, form: LayerForm, rule: Callable[[Pattern, datetime], Rotation], number: int | None
) -> ResponseReturnValue:
    """The buttons: more places, another order, a look at what it would mean, save."""
    act = request.form.get("act", "") if request.method == "POST" else ""
    if act.startswith(REARRANGES):
        form.rearrange(act)
    form.offer(schedules.candidates())
    if act.startswith(REARRANGES) or request.method == "GET":
        return _page(schedule, form, number, None)
    if not form.validate_on_submit():
        return _page(schedule, form, number, None), 422
    try:
        at = wall.instant_of(form.moment.data, schedule.time_zone)
        if act != "save":
            return _page(schedule, form, number, _preview(schedule, form.pattern(), at, rule))
        with transaction():
            saved_from = rule(form.pattern(), at).in_force_from or at
    except NotAllowed as refused:
        form.refuse(refused.code)
        return _page(schedule, form, number, None), 422
    flash(_("Saved. It counts from %(at)s.", at=when_in(saved_from, schedule.time_zone)), "success")
    return redirect(url_for("schedules.show", schedule_id=schedule.id), 303)


def _preview(
    schedule: Schedule, pattern: Pattern, at: datetime, rule: Callable[[Pattern, datetime], Rotation]
) -> Preview:
    now = clock.now()
    since = now if at < now + SOON else at
    until = since + AHEAD
    before = _stints(schedule, since, until)

    def look() -> tuple[str, list[Stint[str]]]:
        row = rule(pattern, at)
        begins = row.in_force_from or at
        meant = words.pattern_of(row, layers.order_at(schedule, row, begins))
        return words.pattern_words(meant, begins, schedule.time_zone), _stints(schedule, since, until)

    says, after = what_if(look)
    lines = compared(before, after, since, until)
    return Preview(says, lines, [(line.starts_at, line.ends_at) for line in lines if not line.after])


def _stints(schedule: Schedule, since: datetime, until: datetime) -> list[Stint[str]]:
    return [Stint(s.starts_at, s.ends_at, s.user.name) for s in shifts(schedule, since, until)]


def _page(schedule: Schedule, form: LayerForm, number: int | None, preview: Preview | None) -> str:
    planned = layers.rows_of(schedule, number, clock.now())[1:] if number is not None else []
    return render_template(
        "schedules/layer.html",
        schedule=schedule,
        form=form,
        number=number,
        preview=preview,
        planned=planned,
        words=words,
    )
