"""Filing a ticket: by the unit's own secret link without sign-in, or from the signed-in page of the unit.

Both ways share one form. Choosing a category is a link to the same address; the rest is one page that works
without JavaScript. Whatever goes wrong, the form comes back with everything that was typed and uploaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import BadToken, BadUpload, NoContract, NotFound
from helpdesk.extensions import db, limiter
from helpdesk.forms.filing import PREFIX, FilingForm, filing_form, subject_words
from helpdesk.forms.uploads import Kept, not_stored, uploads_before, uploads_sent
from helpdesk.i18n import current_locale
from helpdesk.models import Ticket, Unit, User
from helpdesk.models.codes import Category, ContactKind, Priority, TicketSource
from helpdesk.phone import show_phone
from helpdesk.question_labels import EXPLANATIONS
from helpdesk.routes.access import EVERYBODY, allow, public
from helpdesk.routes.errors import too_large
from helpdesk.routes.limits import is_stale_too_often
from helpdesk.sla.promises import valid_contract
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.tickets.questions import LINK_OR_PICTURE, POST_URL, suggested_priority
from helpdesk.tickets.units import coordinators_of, find_unit, unit_of_link
from helpdesk.transaction import transaction

bp = Blueprint("filing", __name__)
bp.register_error_handler(RequestEntityTooLarge, too_large)

COOKIE = "reporter"
_COOKIE_SECONDS = int(tokens.LIFETIMES[tokens.KNOWN_REPORTER].total_seconds())


@dataclass(frozen=True)
class Way:
    """How somebody came to the form: which unit, from which address, and what is known of the person."""

    unit: Unit
    address: str
    source: TicketSource
    known: Reporter


@bp.route("/u/<secret>", methods=["GET", "POST"])
@public
@limiter.limit("120 per minute")
@limiter.limit("10 per minute; 100 per hour", methods=["POST"], key_func=lambda: _sender())
def by_link(secret: str) -> ResponseReturnValue:
    return serve(_way_by_link(secret))


@bp.route("/units/<int:unit_id>/new", methods=["GET", "POST"])
@allow(*EVERYBODY)
@limiter.limit("20 per minute", methods=["POST"])
def signed_in(unit_id: int) -> ResponseReturnValue:
    return serve(_way_of(find_unit(unit_id, current_user), current_user))


@bp.errorhandler(CSRFError)
def session_expired(_error: CSRFError) -> ResponseReturnValue:
    """The browser was closed in between, or the person was signed out."""
    if is_stale_too_often():
        return too_many(TooManyRequests())
    if current_user.is_authenticated or "secret" in (request.view_args or {}):
        sentence = _("The page was open for a long time. Nothing is lost: check it and send it again.")
    else:
        sentence = _("You have been signed out. Nothing is lost: sign in and send the form again.")
    return show_again(sentence, 400, uploads_sent)


@bp.errorhandler(TooManyRequests)
def too_many(_error: TooManyRequests) -> ResponseReturnValue:
    sentence = _("Too many tickets at once from here. Wait a minute and send it again; if it is urgent, call.")
    if request.method == "POST":
        return show_again(sentence, 429, uploads_before)
    return render_template("filing/sorry.html", remark=sentence), 429


@bp.errorhandler(BadToken)
@bp.errorhandler(NotFound)
def unknown(_error: Exception) -> ResponseReturnValue:
    return render_template("filing/unknown_link.html"), 404


def serve(way: Way) -> ResponseReturnValue:
    """The choice of a category, the form, or what became of it."""
    if valid_contract(way.unit.municipality_id) is None:
        return no_contract(way)
    category = _category()
    if category is None:
        return render_template("filing/choose.html", way=way, explanations=EXPLANATIONS)
    form = make_form(way, category)
    if request.method == "GET":
        return show(way, form, Kept())
    kept = uploads_sent()
    if not form.is_valid(kept):
        return show(way, form, kept), 422
    return file(way, form, kept)


def file(way: Way, form: FilingForm, kept: Kept) -> ResponseReturnValue:
    """Open the ticket, once however often the button is pressed, and lead to its receipt."""
    try:
        ticket = open_once(draft_of(way, form, kept))
    except NoContract:
        return no_contract(way)
    except BadUpload:
        without = not_stored()
        form.is_valid(without)
        return show(way, form, without), 422
    answer = redirect(url_for("reporter.receipt", token=tokens.sign(tokens.TICKET_PAGE, ticket.id)), 303)
    if way.source is TicketSource.LINK:
        _remember(answer, way, form)
    return answer


def open_once(draft: TicketDraft) -> Ticket:
    """Two clicks at the same moment: the slower one meets the unique key and finds the ticket of the other."""
    try:
        with transaction():
            return open_ticket(draft)
    except IntegrityError:
        with transaction():
            return open_ticket(draft)


def draft_of(way: Way, form: FilingForm, kept: Kept) -> TicketDraft:
    return TicketDraft(
        unit=way.unit,
        category=form.category,
        priority=Priority(form.priority.data),
        summary=form.subject.data.strip(),
        description=(form.description.data or "").strip(),
        post_url=form.post_url(),
        answers=form.answers(),
        case_number=(form.case_number.data or "").strip(),
        group_id=form.group_id.data if form.group_id else _only_group(way.unit),
        reporter=Reporter(form.name.data.strip(), form.phone.e164, form.email.address, way.known.user_id),
        locale=current_locale(),
        source=way.source,
        submission_key=form.submission_key(str(way.unit.id)),
        uploads=kept.files,
    )


def make_form(way: Way, category: Category) -> FilingForm:
    """The category's form with what was sent; on a first visit with what is known of the person."""
    form = filing_form(category)(
        name=way.known.name,
        phone=show_phone(way.known.phone),
        email=way.known.email,
        priority=suggested_priority(way.unit.kind, category).value,
        submission=tokens.new_attempt_id(),
        page=tokens.sign(tokens.FILING_PAGE, way.unit.id, way.known.user_id),
    )
    _hide_optional(form)
    form.subject.label.text, form.subject.description = subject_words(category)
    groups = way.unit.municipality.groups
    if len(groups) > 1:
        form.group_id.choices = [SelectChoice(group.id, group.name) for group in groups]
    else:
        del form.group_id
    return form


def _hide_optional(form: FilingForm) -> None:
    """One of several fields is needed, so none of them is called optional; the check decides."""
    for name in ("phone", "pictures", PREFIX + POST_URL):
        if name in form and (name == "phone" or form.category in LINK_OR_PICTURE):
            form[name].flags.required = True


def show(way: Way, form: FilingForm, kept: Kept, remark: str = "") -> str:
    return render_template("filing/form.html", way=way, form=form, kept=kept, remark=remark)


def show_again(sentence: str, status: int, find_kept: Callable[[], Kept]) -> ResponseReturnValue:
    """The form as it was sent, with a sentence that says why it was not taken."""
    category = _category()
    try:
        way = _way_again()
    except (BadToken, NotFound) as stranger:
        return unknown(stranger)
    if category is None:
        return render_template("filing/sorry.html", remark=sentence), status
    return show(way, make_form(way, category), find_kept(), sentence), status


def no_contract(way: Way) -> ResponseReturnValue:
    coordinators = coordinators_of(way.unit.municipality_id)
    return render_template("filing/no_contract.html", way=way, coordinators=coordinators), 409


def _category() -> Category | None:
    try:
        return Category(request.values.get("category", ""))
    except ValueError:
        return None


def _way_by_link(secret: str) -> Way:
    unit = unit_of_link(secret)
    if unit is None:
        raise NotFound("unit_not_found")
    known = Reporter("")
    if COOKIE in request.cookies:
        known = _remembered(request.cookies[COOKIE])
    return Way(unit, url_for("filing.by_link", secret=secret), TicketSource.LINK, known)


def _way_of(unit: Unit, user: User) -> Way:
    phone, email = user.contact(ContactKind.PHONE), user.contact(ContactKind.EMAIL)
    known = Reporter(user.name, phone.value if phone else "", email.value if email else "", user.id)
    return Way(unit, url_for("filing.signed_in", unit_id=unit.id), TicketSource.FORM, known)


def _way_again() -> Way:
    """The way of a form that is sent back. Who was signed out proves by `page` that the form was theirs."""
    values: dict[str, Any] = request.view_args or {}
    if "secret" in values:
        return _way_by_link(values["secret"])
    if current_user.is_authenticated:
        return _way_of(find_unit(values["unit_id"], current_user), current_user)
    unit_id, user_id = tokens.read(tokens.FILING_PAGE, request.form.get("page", ""))
    user = db.session.get(User, user_id)
    if unit_id != values["unit_id"] or user is None or not user.active:
        abort(404)
    return _way_of(find_unit(unit_id, user), user)


def _sender() -> str:
    """One office behind one address may have many units: the limit is for each of them."""
    return f"{get_remote_address()} {(request.view_args or {}).get('secret')}"


def _only_group(unit: Unit) -> int | None:
    return next((group.id for group in unit.municipality.groups), None)


def _remembered(cookie: str) -> Reporter:
    try:
        name, phone, email = tokens.read(tokens.KNOWN_REPORTER, cookie)
    except BadToken:
        return Reporter("")
    return Reporter(name, phone, email)


def _remember(answer: Response, way: Way, form: FilingForm) -> None:
    """On this device, for this link only; or forget, if that is wished."""
    if not form.remember.data:
        answer.delete_cookie(COOKIE, path=way.address)
        return
    answer.set_cookie(
        COOKIE,
        tokens.sign(tokens.KNOWN_REPORTER, form.name.data.strip(), form.phone.e164, form.email.address),
        max_age=_COOKIE_SECONDS,
        path=way.address,
        httponly=True,
        samesite="Lax",
        secure=settings().public_url.startswith("https://"),
    )
