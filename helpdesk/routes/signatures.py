"""The signature under the mails to the units of a municipality."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.forms.signatures import SignatureForm
from helpdesk.models.codes import RoleName
from helpdesk.routes.access import allow, me
from helpdesk.sentences import _
from helpdesk.tickets.signatures import change_signature, find_municipality
from helpdesk.transaction import transaction

bp = Blueprint("signatures", __name__, url_prefix="/municipalities")


@bp.route("/<int:municipality_id>/signature", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def edit(municipality_id: int) -> ResponseReturnValue:
    place = find_municipality(municipality_id)
    form = SignatureForm(data={"signature": place.mail_signature})
    if not form.validate_on_submit():
        return render_template("units/signature.html", form=form, place=place), 422 if form.errors else 200
    with transaction():
        change_signature(place, form.signature.data.strip(), me())
    flash(_("Saved. The next mails have it."), "success")
    return redirect(url_for("signatures.edit", municipality_id=place.id), 303)
