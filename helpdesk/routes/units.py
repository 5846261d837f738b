"""Units: a member's own page with its tickets; for coordinators and staff also links, posters and people."""

from io import BytesIO

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import NotAllowed
from helpdesk.forms.fields import without_nul
from helpdesk.forms.units import InviteForm, UnitForm
from helpdesk.models import Ticket, Unit
from helpdesk.models.codes import STAFF, RoleName, UnitKind
from helpdesk.routes.access import EVERYBODY, allow
from helpdesk.sla.promises import valid_contract
from helpdesk.tickets import units as rules
from helpdesk.tickets.access import visible_to
from helpdesk.tickets.members import invite as invite_member
from helpdesk.tickets.members import members_of
from helpdesk.tickets.members import remove_member as remove
from helpdesk.tickets.queries import history_page
from helpdesk.tickets.wanted import Span, Wanted
from helpdesk.transaction import transaction

bp = Blueprint("units", __name__)

IN_CHARGE = (*STAFF, RoleName.COORDINATOR)
URGENT_MAILS = {"allow": rules.allow_urgent_mails, "ask": rules.ask_about_urgent_mails}
CHANGES = {"renew": rules.renew_link, "deactivate": rules.deactivate, "activate": rules.activate}


@bp.get("/units")
@allow(*EVERYBODY)
def index() -> ResponseReturnValue:
    text, after = (without_nul(request.args.get(name, "")).strip() for name in ("q", "after"))
    page = rules.units_page(current_user, text=text, after=after)
    if len(page.units) == 1 and not (text or after or _is_in_charge()):
        return redirect(url_for("units.show", unit_id=page.units[0].id))
    return render_template("units/index.html", page=page, text=text, can_add=_is_in_charge())


@bp.get("/units/<int:unit_id>")
@allow(*EVERYBODY)
def show(unit_id: int) -> ResponseReturnValue:
    unit = rules.find_unit(unit_id, current_user)
    return render_unit(unit, InviteForm(formdata=None))


@bp.route("/units/add", methods=["GET", "POST"])
@allow(*IN_CHARGE)
def add() -> ResponseReturnValue:
    form = UnitForm()
    places = rules.municipalities_managed_by(current_user)
    form.municipality_id.choices = [SelectChoice(place.id, place.name) for place in places]
    if not form.validate_on_submit():
        return render_template("units/add.html", form=form), 422 if form.errors else 200
    if not rules.can_manage(current_user, form.municipality_id.data):
        raise Forbidden
    name = form.name.data.strip()
    if rules.has_unit(form.municipality_id.data, name):
        form.name.errors = [_("This municipality already has a unit of that name.")]
        return render_template("units/add.html", form=form), 422
    with transaction():
        unit = rules.add_unit(
            municipality_id=form.municipality_id.data,
            name=name,
            short_name=(form.short_name.data or "").strip(),
            kind=UnitKind(form.kind.data),
            by=current_user,
        )
    flash(_("The unit is here. Print its poster, so that people find the form."), "success")
    return redirect(url_for("units.show", unit_id=unit.id), 303)


@bp.post("/units/<int:unit_id>/<any(renew, deactivate, activate):change>")
@allow(*IN_CHARGE)
def change(unit_id: int, change: str) -> ResponseReturnValue:
    with transaction():
        CHANGES[change](rules.find_managed_unit(unit_id, current_user), current_user)
    flash(_said(change), "success")
    return redirect(url_for("units.show", unit_id=unit_id), 303)


@bp.post("/units/<int:unit_id>/urgent-mails/<any(allow, ask):change>")
@allow(RoleName.MANAGER)
def urgent_mails(unit_id: int, change: str) -> ResponseReturnValue:
    with transaction():
        URGENT_MAILS[change](rules.find_managed_unit(unit_id, current_user), current_user)
    flash(_said(change), "success")
    return redirect(url_for("units.show", unit_id=unit_id), 303)


@bp.post("/units/<int:unit_id>/invite")
@allow(*IN_CHARGE)
def invite(unit_id: int) -> ResponseReturnValue:
    unit, form = rules.find_managed_unit(unit_id, current_user), InviteForm()
    if form.validate():
        try:
            with transaction():
                person = invite_member(
                    unit,
                    name=form.name.data.strip(),
                    email=form.email.address,
                    phone=form.phone.e164,
                    by=current_user,
                )
        except NotAllowed:
            form.complain(form.phone, _("Another person signs in with this number."))
        else:
            told = _(
                "%(name)s can now sign in with %(email)s. Tell them: we send no invitation.",
                name=person.name,
                email=person.email,
            )
            flash(told, "success")
            return redirect(url_for("units.show", unit_id=unit_id), 303)
    return render_unit(unit, form), 422


@bp.post("/units/<int:unit_id>/members/<int:user_id>/remove")
@allow(*IN_CHARGE)
def remove_member(unit_id: int, user_id: int) -> ResponseReturnValue:
    with transaction():
        remove(rules.find_managed_unit(unit_id, current_user), user_id, current_user)
    return redirect(url_for("units.show", unit_id=unit_id), 303)


@bp.get("/units/<int:unit_id>/poster")
@allow(*IN_CHARGE)
def poster(unit_id: int) -> ResponseReturnValue:
    unit = rules.find_managed_unit(unit_id, current_user)
    return render_template("units/poster.html", unit=unit, link=link_of(unit))


@bp.get("/units/<int:unit_id>/qr.svg")
@allow(*IN_CHARGE)
def qr(unit_id: int) -> ResponseReturnValue:
    unit = rules.find_managed_unit(unit_id, current_user)
    drawn = BytesIO()
    segno.make(link_of(unit), error="m").save(drawn, kind="svg", scale=8, border=4, svgclass=None, lineclass=None)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


def render_unit(unit: Unit, form: InviteForm) -> str:
    wanted = Wanted(status=Span.ALL, unit_id=unit.id)
    is_managed = rules.can_manage(current_user, unit.municipality_id)
    return render_template(
        "units/show.html",
        unit=unit,
        page=history_page(wanted, visible_to(current_user), after=request.args.get("after", "")),
        address_of=address_of,
        is_managed=is_managed,
        may_allow=current_user.is_a(RoleName.MANAGER),
        members=members_of(unit) if is_managed else [],
        link=link_of(unit) if is_managed else "",
        has_contract=valid_contract(unit.municipality_id) is not None,
        form=form,
    )


def link_of(unit: Unit) -> str:
    """The unit's own filing link, as printed on its poster."""
    return settings().public_url + url_for("filing.by_link", secret=unit.link_secret)


def address_of(ticket: Ticket) -> str:
    """Who filed it writes as the reporter; others see it on the page for everybody who may."""
    if ticket.reporter_user_id == current_user.id:
        return url_for("reporter.page", token=tokens.sign(tokens.TICKET_PAGE, ticket.id))
    return url_for("desk.ticket", number=ticket.number)


def _is_in_charge() -> bool:
    return any(current_user.is_a(role) for role in IN_CHARGE)


def _said(change: str) -> str:
    return {
        "renew": _("The old link no longer works. Print the new poster."),
        "deactivate": _("The link of the unit no longer works."),
        "activate": _("The link of the unit works again."),
        "allow": _("Mails of this unit that begin with PILNE now alert the administrator on duty at once."),
        "ask": _("Mails of this unit that begin with PILNE now ask back first."),
    }[change]
