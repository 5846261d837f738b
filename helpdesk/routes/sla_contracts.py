"""Which contract has which policy, and what another one would move."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField

from helpdesk.extensions import db
from helpdesk.forms.plans import PlanForm
from helpdesk.models import Contract, Municipality, SlaPolicy
from helpdesk.models.codes import RoleName
from helpdesk.routes.access import allow, me
from helpdesk.routes.sla_saving import handle
from helpdesk.routes.sla_words import following_words, move_words
from helpdesk.sentences import _
from helpdesk.sla.effects import Effect
from helpdesk.sla.following import Edit
from helpdesk.sla.policy_editing import all_policies, assign

bp = Blueprint("sla_contracts", __name__, url_prefix="/sla/contracts")
SHOWN = 50


class AssignForm(PlanForm):
    policy_id = SelectField(_l("Policy"))


@bp.get("")
@allow(RoleName.MANAGER)
def index() -> ResponseReturnValue:
    """By name of the municipality, page by page: `after` is the key of the last row of the page before."""
    wanted, after = request.args.get("q", "").strip(), request.args.get("after", "")
    name, _colon, last_id = after.rpartition(":")
    query = sa.select(Contract, SlaPolicy.name).join(Contract.municipality).outerjoin(SlaPolicy)
    query = query.where(Municipality.name.ilike(f"%{wanted.replace('%', '')}%"))
    if last_id.isdecimal():
        key = sa.tuple_(Municipality.name, Contract.id)
        query = query.where(key > (name, int(last_id)))
    found = db.session.execute(query.order_by(Municipality.name, Contract.id).limit(SHOWN + 1)).all()
    rows = found[:SHOWN]
    more = f"{rows[-1][0].municipality.name}:{rows[-1][0].id}" if len(found) > SHOWN else ""
    shown = {"rows": rows, "wanted": wanted, "more": more, "following": following_words()}
    return render_template("sla/contracts.html", **shown, date_of=format_date)


@bp.route("/<int:contract_id>", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def edit(contract_id: int) -> ResponseReturnValue:
    contract = db.session.get(Contract, contract_id) or abort(404)
    form = AssignForm(data={"policy_id": str(contract.sla_policy_id or "")})
    names = [SelectChoice(str(policy.id), policy.name) for policy in all_policies()]
    form.policy_id.choices = [SelectChoice("", _("the default one")), *names]

    def save() -> Edit | None:
        return assign(contract, int(form.policy_id.data) if form.policy_id.data else None, me())

    def page(effect: Effect | None) -> str:
        return render_template(
            "sla/contract.html", form=form, contract=contract, effect=effect, move_words=move_words
        )

    return page(None) if request.method == "GET" else handle(form, save, page, _done)


def _done() -> ResponseReturnValue:
    flash(_("Saved."), "success")
    return redirect(url_for("sla_contracts.index"), 303)
