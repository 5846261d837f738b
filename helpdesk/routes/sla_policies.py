"""Policies of promised times: which there are, an editor, what a change would move, the default one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from helpdesk.errors import NotAllowed
from helpdesk.forms.desk import EmptyForm
from helpdesk.forms.rows import is_rearranging, rearranged
from helpdesk.forms.sla_policy import CELLS, NEW_ROWS, SlaPolicyForm, values_of
from helpdesk.labels import error_sentence
from helpdesk.models import SlaPolicy
from helpdesk.models.codes import Priority, RoleName, SlaTargetKind
from helpdesk.routes import sla_words as words
from helpdesk.routes.access import allow, me
from helpdesk.routes.sla_saving import handle, who_changed_it
from helpdesk.sentences import _
from helpdesk.sla import policy_editing as rules
from helpdesk.sla.calendar_editing import all_calendars
from helpdesk.sla.editing import version_of
from helpdesk.sla.effects import Effect
from helpdesk.sla.following import Edit
from helpdesk.sla.policy_editing import PolicyDraft
from helpdesk.transaction import transaction

bp = Blueprint("sla", __name__, url_prefix="/sla")


@bp.get("")
@allow(RoleName.MANAGER)
def index() -> ResponseReturnValue:
    return render_template(
        "sla/index.html",
        policies=rules.all_policies(),
        contracts=rules.contracts_by_policy(),
        following=words.following_words(),
        kinds=list(SlaTargetKind),
        priorities=(Priority.URGENT, Priority.NORMAL),
        words=words,
    )


@bp.route("/policies/add", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add() -> ResponseReturnValue:
    """A new one, or a copy of the one that the address names."""
    copied = request.args.get("copy", type=int)
    draft = rules.draft_of(rules.find_policy(copied)) if copied else PolicyDraft("", ())
    name = {"name": _("%(name)s (copy)", name=draft.name) if copied else ""}
    form = _form(values_of(draft) | name)

    def save() -> None:
        rules.add_policy(form.draft(), me())

    if request.method == "GET" or is_rearranging(request.form.get("do", "")):
        return _page(form, None, None)
    return handle(form, save, lambda effect: _page(form, None, effect), _done)


@bp.route("/policies/<int:policy_id>", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def edit(policy_id: int) -> ResponseReturnValue:
    policy = rules.find_policy(policy_id)
    form = _form(values_of(rules.draft_of(policy)) | {"seen": _version(policy)})

    def save() -> Edit | None:
        return rules.change_policy(policy, form.draft(), form.seen.data or "", me())

    if request.method == "GET" or is_rearranging(request.form.get("do", "")):
        return _page(form, policy, None)
    return handle(form, save, lambda effect: _page(form, policy, effect), _done)


@bp.route("/policies/<int:policy_id>/default", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def default(policy_id: int) -> ResponseReturnValue:
    policy, form = rules.find_policy(policy_id), EmptyForm()

    def save() -> Edit | None:
        return rules.make_default(policy, me())

    def page(effect: Effect | None) -> str:
        return render_template("sla/default.html", policy=policy, effect=effect, move_words=words.move_words)

    return page(None) if request.method == "GET" else handle(form, save, page, _done)


@bp.route("/policies/<int:policy_id>/delete", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def delete(policy_id: int) -> ResponseReturnValue:
    policy, form = rules.find_policy(policy_id), EmptyForm()
    name, problem = policy.name, None
    if form.validate_on_submit():
        try:
            with transaction():
                rules.delete_policy(policy, me())
        except NotAllowed as refused:
            problem = error_sentence(refused.code)
        else:
            flash(_("The SLA policy “%(name)s” is deleted.", name=name), "success")
            return redirect(url_for("sla.index"), 303)
    return render_template("sla/delete.html", name=name, problem=problem), 422 if problem else 200


def _done() -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for("sla.index"), 303)


def _form(data: dict[str, Any]) -> SlaPolicyForm:
    """As it was sent, with a row more or less where a button says so; else with `data`."""
    button, sent = request.form.get("do", ""), None
    if request.method == "POST":
        sent = rearranged(MultiDict(request.form), button, NEW_ROWS) if is_rearranging(button) else request.form
    return SlaPolicyForm(formdata=sent, data=data).offer(all_calendars())


def _version(policy: SlaPolicy) -> str:
    return version_of(rules.facts_of(rules.draft_of(policy)))


def _page(form: SlaPolicyForm, policy: SlaPolicy | None, effect: Effect | None) -> str:
    meanwhile = ""
    if form.form_errors and policy is not None:
        meanwhile = who_changed_it(f"sla_policy:{policy.id}")
        form.seen.data = _version(policy)
    return render_template(
        "sla/policy.html",
        form=form,
        policy=policy,
        cells=list(zip(CELLS, form.base, strict=True)),
        effect=effect,
        meanwhile=meanwhile,
        move_words=words.move_words,
    )
