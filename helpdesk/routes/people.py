"""The people of the staff, for managers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from helpdesk.errors import HelpdeskError, NotAllowed
from helpdesk.forms.fields import without_nul
from helpdesk.forms.people import AddPersonForm, PersonForm
from helpdesk.models import User
from helpdesk.models.codes import RoleName
from helpdesk.people import staff
from helpdesk.routes import me_words
from helpdesk.routes.access import allow
from helpdesk.sentences import _
from helpdesk.transaction import transaction
from helpdesk.users import has_second_factor

bp = Blueprint("people", __name__, url_prefix="/people")

REFUSED: dict[str, LazyString] = {
    "email_taken": _l("Somebody has this e-mail address already. Look for them below."),
    "not_an_email": _l("This does not look like an e-mail address, e.g. name@school.pl."),
    "own_role": _l("You cannot take the manager's role from yourself. Ask another manager."),
    "no_role": _l("Choose at least one of them."),
    "yourself": _l("You cannot switch yourself off. Ask another manager."),
    "last_manager": _l("This is the last active manager. Add another one first."),
}
FIELD_OF = {"own_role": "roles", "no_role": "roles"}


@bp.get("")
@allow(RoleName.MANAGER)
def index() -> ResponseReturnValue:
    text = without_nul(request.args.get("q", "")).strip()[:120]
    return render_template(
        "people/index.html",
        members=staff.members(),
        text=text,
        found=staff.found(text),
        own_contacts=me_words.own_contacts,
        contact_state=me_words.contact_state,
        roles=_roles,
    )


@bp.route("/add", methods=["GET", "POST"])
@allow(RoleName.MANAGER)
def add() -> ResponseReturnValue:
    form = AddPersonForm()
    if not form.validate_on_submit():
        return render_template("people/add.html", form=form), 422 if form.errors else 200
    try:
        with transaction():
            made = staff.add(
                name=form.name.data.strip(),
                email=form.email.address,
                phone=form.phone.e164 or None,
                role=RoleName(form.role.data),
                by=_by(),
            )
    except HelpdeskError as refused:
        form.email.errors = [str(REFUSED[refused.code])]
        return render_template("people/add.html", form=form), 422
    said = _("%(name)s can sign in now, with a code sent to %(email)s.", name=made.name, email=made.email)
    flash(f"{said} {_next_step(made)}", "success")
    return redirect(url_for("people.show", user_id=made.id), 303)


@bp.get("/<int:user_id>")
@allow(RoleName.MANAGER)
def show(user_id: int) -> ResponseReturnValue:
    user = staff.find(user_id)
    typed = {"name": user.name, "locale": user.locale, "roles": [role.name for role in user.roles]}
    return _show(user, PersonForm(formdata=None, data=typed))


@bp.post("/<int:user_id>")
@allow(RoleName.MANAGER)
def change(user_id: int) -> ResponseReturnValue:
    user, form = staff.find(user_id), PersonForm()
    if not form.validate():
        return _show(user, form), 422
    roles = frozenset(RoleName(role) for role in form.roles.data)
    try:
        with transaction():
            staff.change(user, name=form.name.data.strip(), roles=roles, locale=form.locale.data, by=_by())
    except NotAllowed as refused:
        form[FIELD_OF[refused.code]].errors = [str(REFUSED[refused.code])]
        return _show(user, form), 422
    flash(_("Saved."), "success")
    return redirect(url_for("people.show", user_id=user_id), 303)


@bp.get("/<int:user_id>/off")
@allow(RoleName.MANAGER)
def ask_to_switch_off(user_id: int) -> ResponseReturnValue:
    """What becomes of the duty is said before it is done."""
    user = staff.find(user_id)
    return render_template("people/off.html", person=user, uncovered=staff.uncovered_without(user))


@bp.post("/<int:user_id>/off")
@allow(RoleName.MANAGER)
def switch_off(user_id: int) -> ResponseReturnValue:
    user = staff.find(user_id)
    try:
        with transaction():
            staff.switch_off(user, _by())
    except NotAllowed as refused:
        flash(str(REFUSED[refused.code]), "error")
        return redirect(url_for("people.show", user_id=user_id), 303)
    flash(_("%(name)s is switched off: no duty, no alerts, no sign-in.", name=user.name), "success")
    return redirect(url_for("people.show", user_id=user_id), 303)


@bp.post("/<int:user_id>/on")
@allow(RoleName.MANAGER)
def switch_on(user_id: int) -> ResponseReturnValue:
    user = staff.find(user_id)
    with transaction():
        staff.switch_on(user, _by())
    flash(_("%(name)s is back, with everything as it was.", name=user.name), "success")
    return redirect(url_for("people.show", user_id=user_id), 303)


@bp.get("/<int:user_id>/lost-phone")
@allow(RoleName.MANAGER)
def ask_about_phone(user_id: int) -> ResponseReturnValue:
    return render_template("people/lost_phone.html", person=staff.find(user_id))


@bp.post("/<int:user_id>/lost-phone")
@allow(RoleName.MANAGER)
def lost_phone(user_id: int) -> ResponseReturnValue:
    user = staff.find(user_id)
    with transaction():
        staff.lost_phone(user, _by())
    flash(_("Done. %(name)s chooses a new second step at the next sign-in.", name=user.name), "success")
    return redirect(url_for("people.show", user_id=user_id), 303)


def _by() -> User:
    user: User = current_user._get_current_object()
    return user


def _show(user: User, form: PersonForm) -> str:
    member = next((each for each in staff.members() if each.user.id == user.id), None)
    return render_template(
        "people/show.html",
        person=user,
        form=form,
        member=member,
        contacts=me_words.own_contacts(user),
        contact_state=me_words.contact_state,
        has_second_factor=has_second_factor(user),
        roles=_roles(user),
        is_self=user.id == current_user.id,
    )


def _roles(user: User) -> list[RoleName]:
    """In the order of importance."""
    return [role for role in reversed(RoleName) if user.is_a(role)]


def _next_step(made: User) -> str:
    if has_second_factor(made):
        return _(
            "Alerts ring on the phone only after the first sign-in, whose code proves the number: "
            "it must come before the first duty."
        )
    return _("At the first sign-in a second step is set up, and with it a number for alerts.")
