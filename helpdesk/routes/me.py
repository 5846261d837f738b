"""My settings: language, numbers and addresses. What is for staff alone: helpdesk/routes/me_alerts.py."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import Form

from helpdesk import contact_words
from helpdesk.errors import NotAllowed
from helpdesk.extensions import limiter
from helpdesk.forms.me import (
    AddAddressForm,
    AddPhoneForm,
    ContactCodeForm,
    LanguageForm,
)
from helpdesk.models.codes import ContactKind
from helpdesk.oncall import own_test
from helpdesk.people import codes, contacts
from helpdesk.people.codes import Typed
from helpdesk.people.contacts import FINAL, Objection
from helpdesk.routes import me_words
from helpdesk.routes.access import EVERYBODY, allow, me
from helpdesk.sentences import _
from helpdesk.transaction import transaction

bp = Blueprint("me", __name__, url_prefix="/me")
KINDS = {"phone": (ContactKind.PHONE, AddPhoneForm), "email": (ContactKind.EMAIL, AddAddressForm)}


@bp.get("")
@allow(*EVERYBODY)
def index() -> ResponseReturnValue:
    return _show({})


@bp.post("/language")
@allow(*EVERYBODY)
def language() -> ResponseReturnValue:
    form = LanguageForm()
    if not form.validate():
        return _show({"language": form}), 422
    with transaction():
        me().locale = form.locale.data
    session.pop("locale", None)
    flash(_("Saved. Messages come in this language too."), "success")
    return redirect(url_for("me.index"), 303)


@bp.post("/contacts/<any(phone, email):name>")
@allow(*EVERYBODY)
@limiter.limit("20 per hour", key_func=lambda: f"contacts {current_user.get_id()}")
def add(name: str) -> ResponseReturnValue:
    """Add a number or address and send its code."""
    kind, form_class = KINDS[name]
    form = form_class()
    if not form.validate():
        return _show({name: form}), 422
    value = form.phone.e164 if kind is ContactKind.PHONE else form.email.address
    try:
        with transaction():
            contact = contacts.add_contact(me(), kind, value)
            codes.send_code(contact)
    except NotAllowed as refused:
        form[name].errors = [str(me_words.REFUSED[refused.code])]
        return _show({name: form}), 422
    return redirect(url_for("me.code", contact_id=contact.id), 303)


@bp.get("/contacts/<int:contact_id>/code")
@allow(*EVERYBODY)
def code(contact_id: int) -> ResponseReturnValue:
    return _show_code(contact_id, ContactCodeForm(formdata=None))


@bp.post("/contacts/<int:contact_id>/code")
@allow(*EVERYBODY)
@limiter.limit("30 per hour", key_func=lambda: f"code {current_user.get_id()}")
def type_code(contact_id: int) -> ResponseReturnValue:
    form, contact = ContactCodeForm(), contacts.own_contact(me(), contact_id)
    if not form.validate():
        return _show_code(contact_id, form), 422
    with transaction():
        result = codes.type_code(contact, form.digits)
    if result is Typed.RIGHT:
        flash(_("Confirmed: %(contact)s works from now on.", contact=contact_words.shown(contact)), "success")
        return redirect(url_for("me.index"), 303)
    form.code.errors = [_wrong(result, codes.tries_left(contact))]
    return _show_code(contact_id, form), 422


@bp.post("/contacts/<int:contact_id>/send")
@allow(*EVERYBODY)
def send(contact_id: int) -> ResponseReturnValue:
    contact = contacts.own_contact(me(), contact_id)
    try:
        with transaction():
            codes.send_code(contact)
    except NotAllowed as refused:
        flash(str(me_words.REFUSED[refused.code]), "warning")
    return redirect(url_for("me.code", contact_id=contact_id), 303)


@bp.post("/contacts/<int:contact_id>/first")
@allow(*EVERYBODY)
def first(contact_id: int) -> ResponseReturnValue:
    with transaction():
        contact = contacts.own_contact(me(), contact_id)
        contacts.make_first(contact)
    flash(_("%(contact)s comes first now.", contact=contact_words.shown(contact)), "success")
    return redirect(url_for("me.index"), 303)


@bp.get("/contacts/<int:contact_id>/remove")
@allow(*EVERYBODY)
def ask_to_remove(contact_id: int) -> ResponseReturnValue:
    contact = contacts.own_contact(me(), contact_id)
    found = contacts.objections(contact)
    return render_template(
        "me/remove.html",
        contact=contact,
        shown=contact_words.shown(contact),
        against=[(each.value, me_words.AGAINST[each]) for each in found],
        is_final=not FINAL.isdisjoint(found),
        shift=contacts.next_shift_of(me()) if Objection.LAST_PHONE in found else None,
    )


@bp.post("/contacts/<int:contact_id>/remove")
@allow(*EVERYBODY)
def remove(contact_id: int) -> ResponseReturnValue:
    contact = contacts.own_contact(me(), contact_id)
    read = {each.value: each for each in Objection}
    agreed = frozenset(read[name] for name in request.form.getlist("agreed") if name in read)
    shown = contact_words.shown(contact)
    try:
        with transaction():
            contacts.remove_contact(contact, agreed)
    except NotAllowed:  # what speaks against it stands on the page that asks
        return redirect(url_for("me.ask_to_remove", contact_id=contact_id), 303)
    flash(_("%(contact)s is removed.", contact=shown), "success")
    return redirect(url_for("me.index"), 303)


def _show(sent: dict[str, Form]) -> str:
    """`sent` are forms that came back."""
    return render_template(
        "me/index.html",
        contacts=me_words.own_contacts(me()),
        language=sent.get("language") or LanguageForm(formdata=None, locale=me().locale),
        phone=sent.get("phone") or AddPhoneForm(formdata=None),
        email=sent.get("email") or AddAddressForm(formdata=None),
        last=own_test.last(me()) if me().is_staff else None,
        test_says=me_words.test_says,
        sent=list(sent.values()),
    )


def _show_code(contact_id: int, form: ContactCodeForm) -> str:
    contact = contacts.own_contact(me(), contact_id)
    return render_template(
        "me/code.html",
        contact=contact,
        shown=contact_words.shown(contact),
        way=codes.way_of(contact).value,
        is_awaited=codes.is_awaited(contact),
        form=form,
    )


def _wrong(result: Typed, left: int) -> str:
    if result is Typed.OVER:
        return _("This code is no longer good: it is too old, or was wrong five times. Send a new one.")
    return _("This is not the code. You can try %(count)s more times.", count=left)
