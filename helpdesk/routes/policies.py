"""Escalation policies: what counts for which tickets, an editor for managers, and what an alert would do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import SelectChoice

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.errors import NotAllowed
from helpdesk.extensions import db
from helpdesk.forms.desk import EmptyForm
from helpdesk.forms.policies import Offer, PolicyForm, PreviewForm, data_of, is_rearranging, rearranged
from helpdesk.labels import error_sentence
from helpdesk.models import EscalationPolicy, Group, Municipality, Schedule
from helpdesk.models.codes import STAFF, RoleName
from helpdesk.oncall import policies as rules
from helpdesk.oncall.preview import preview
from helpdesk.oncall.steps import Plan, plans_of, policy_for, with_last_resort
from helpdesk.routes import policy_words as words
from helpdesk.routes.access import allow, me
from helpdesk.routes.desk import staff
from helpdesk.sentences import _
from helpdesk.transaction import transaction

bp = Blueprint("policies", __name__, url_prefix="/oncall/policies")

FIRST = {
    "acks_wanted": 1,
    "steps": [{"target": "on_call", "first": "sms", "second": "voice", "gap": 30, "minutes": 5, "repeats": 1}],
}


@bp.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    found = rules.all_policies()
    return render_template(
        "policies/index.html",
        policies=[(policy, _steps(policy)) for policy in found],
        words=words,
        named_by=rules.named_by,
        may_change=_may_change(),
        form=_preview_form({}),
    )


@bp.get("/preview")
@allow(*STAFF)
def show_preview() -> ResponseReturnValue:
    form = _preview_form(request.args)
    if not form.validate():
        return render_template("policies/preview.html", form=form, rows=None), 422
    policy = policy_for(form.scope())
    return render_template(
        "policies/preview.html",
        form=form,
        why=words.why_this_policy(policy),
        policy=policy,
        words=words,
        rows=_rows(plans_of(policy), datetime.fromisoformat(form.at.iso)),
    )


@bp.route("/add", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add() -> ResponseReturnValue:
    """A new one, or a copy of the one that the address names: its scope must then be chosen."""
    copied = request.args.get("copy", type=int)
    data = FIRST
    if copied:
        original = rules.find_policy(copied)
        data = data_of(rules.draft_of(original)) | {"name": _("%(name)s (copy)", name=original.name)}
    return _edit(None, data)


@bp.route("/<int:policy_id>", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def edit(policy_id: int) -> ResponseReturnValue:
    policy = rules.find_policy(policy_id)
    return _edit(policy, data_of(rules.draft_of(policy)))


@bp.route("/<int:policy_id>/delete", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def delete(policy_id: int) -> ResponseReturnValue:
    policy, form = rules.find_policy(policy_id), EmptyForm()
    if not form.validate_on_submit():
        return render_template(
            "policies/delete.html",
            policy=policy,
            scope=words.scope_words(rules.named_by(policy)),
            instead=rules.counts_instead(policy),
            running=rules.running_alerts(policy),
        )
    name = policy.name
    with transaction():
        rules.delete(rules.find_policy(policy_id), me())
    flash(_("The policy “%(name)s” is deleted.", name=name), "success")
    return redirect(url_for("policies.index"), 303)


def _edit(policy: EscalationPolicy | None, data: dict[str, Any]) -> ResponseReturnValue:
    """1. as it is, 2. with the steps rearranged, 3. with the preview, 4. or saved."""
    button = request.form.get("do", "save")
    if request.method == "GET":
        return _page(policy, _form(None, data))
    if is_rearranging(button):
        return _page(policy, _form(rearranged(request.form, button), {}))
    form = _form(request.form, {})
    if button == "preview":
        return _page(policy, form)
    if not form.validate() or _is_taken(form, policy):
        return _page(policy, form), 422
    try:
        with transaction():
            rules.save(policy, form.draft(), me())
    except NotAllowed as refused:
        flash(str(error_sentence(refused.code)), "error")
        return _page(policy, form), 409
    flash(_("Saved. Alerts that begin from now on follow it."), "success")
    return redirect(url_for("policies.index"), 303)


def _is_taken(form: PolicyForm, policy: EscalationPolicy | None) -> bool:
    other = rules.same_scope(form.draft().scope, but=policy.id if policy else None)
    if other is not None:
        said = _("The policy “%(name)s” is for exactly the same tickets. Change that one.", name=other.name)
        form.municipality_id.errors = [*form.municipality_id.errors, said]
    return other is not None


def _page(policy: EscalationPolicy | None, form: PolicyForm) -> str:
    plans = [plan for _number, plan in form.plans()]
    at = datetime.fromisoformat(form.preview_at.iso) if form.preview_at.iso else None
    return render_template(
        "policies/edit.html",
        policy=policy,
        form=form,
        steps=words.step_words(plans),
        round=words.round_words(plans),
        warnings=words.warnings(plans),
        running=rules.running_alerts(policy) if policy else 0,
        most=rules.MOST_STEPS,
        rows=_rows(with_last_resort(plans), at) if at else None,
    )


def _rows(plans: Sequence[Plan], at: datetime) -> list[words.Row]:
    return words.preview_rows(preview(plans, at))


def _steps(policy: EscalationPolicy) -> list[words.StepWords]:
    return words.step_words(rules.draft_of(policy).steps)


def _form(sent: MultiDict[str, str] | None, data: dict[str, Any]) -> PolicyForm:
    form = PolicyForm(formdata=sent, data=data | {"preview_at": _soon()})
    return form.offer(_offer())


def _preview_form(sent: Any) -> PreviewForm:
    form = PreviewForm(MultiDict(sent) if sent else None, data={"at": _soon()})
    return form.offer(_offer())


def _soon() -> datetime:
    """The next Saturday at 23:10, in the house's zone, as it is typed."""
    local = clock.now().astimezone(settings().zone)
    saturday = local + timedelta(days=(5 - local.weekday()) % 7)
    return saturday.replace(hour=23, minute=10, second=0, microsecond=0, tzinfo=None)


def _offer() -> Offer:
    places = db.session.execute(sa.select(Municipality.id, Municipality.name).order_by(Municipality.name))
    names = dict(places.tuples().all())
    groups = db.session.execute(sa.select(Group.id, Group.municipality_id, Group.name).order_by(Group.name)).all()
    schedules = db.session.execute(sa.select(Schedule.id, Schedule.name).order_by(Schedule.id)).all()
    return Offer(
        [SelectChoice(place_id, name) for place_id, name in names.items()],
        [SelectChoice(group_id, f"{names[place]}: {name}") for group_id, place, name in groups],
        [SelectChoice(schedule_id, name) for schedule_id, name in schedules],
        [SelectChoice(user.id, user.name) for user in staff()],
        {group_id: place for group_id, place, _name in groups},
    )


def _may_change() -> bool:
    return me().is_a(RoleName.MANAGER)
