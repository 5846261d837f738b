"""Mails that wait for a manager; the original of every mail for staff."""

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from helpdesk.attachment_words import WHY_LEFT_OUT
from helpdesk.base import read_id
from helpdesk.errors import HelpdeskError
from helpdesk.forms.desk import EmptyForm
from helpdesk.forms.fields import without_nul
from helpdesk.inbound import mail_quarantine as quarantine
from helpdesk.inbound.mail_places import likely_units
from helpdesk.models import InboundMail
from helpdesk.models.codes import STAFF, MailState, RoleName
from helpdesk.routes.access import allow, me
from helpdesk.sentences import _
from helpdesk.tickets.attachments import mail_file
from helpdesk.tickets.units import find_unit, units_page
from helpdesk.transaction import transaction

bp = Blueprint("mails", __name__, url_prefix="/mails")
MOST_FOUND = 20
WHY: dict[str, LazyString] = {
    "unknown": _l("We do not know the sender."),
    "of_staff": _l("Somebody of the staff wrote it. It belongs to no ticket."),
    "no_contract": _l("The sender's municipality has no valid contract."),
    "doubtful": _l("The sender is probably forged: the check by our mail server failed."),
    "too_many_new": _l("Its sender has opened many tickets in a short time."),
    "too_many": _l("Too many mails of this sender in a short time."),
}
BROKEN = _l("The program could not read it. Send the file to whoever looks after the program.")
WHY_BROKEN: dict[str, LazyString] = {
    "killed": _l("The program broke down over it twice. It lies whole in the mailbox, in the folder for problems."),
    "too_large": _l("It is too large. It lies whole in the mailbox, in the folder for problems."),
    "unreadable": _l("The mail server cannot give it. It lies in the mailbox, in the folder for problems."),
}
REFUSED: dict[str, LazyString] = {
    "decided": _l("Somebody has decided about this mail already."),
    "no_unit": _l("Choose the unit that the sender works for."),
    "is_of_staff": _l("The sender is of the staff. File the ticket with the unit's own link."),
    "switched_off": _l("The sender's account is switched off."),
    "no_contract": _l("The unit's municipality has no valid contract."),
    "not_an_email": _l("Nobody can be remembered under this sender's address."),
}


@bp.get("")
@allow(RoleName.MANAGER)
def index() -> ResponseReturnValue:
    found = quarantine.waiting_page(read_id(request.args.get("after")) or 0)
    rows, more = found[: quarantine.PAGE_SIZE], found[quarantine.PAGE_SIZE :]
    return render_template("mails/index.html", rows=rows, next_key=rows[-1].id if more else "", why=why)


@bp.get("/<int:mail_id>")
@allow(*STAFF)
def show(mail_id: int) -> ResponseReturnValue:
    return _page(quarantine.find_mail(mail_id, me()))


@bp.get("/<int:mail_id>/raw")
@allow(*STAFF)
def raw(mail_id: int) -> ResponseReturnValue:
    row = quarantine.find_mail(mail_id, me())
    # No type that a browser would open.
    answer = send_file(
        mail_file(row),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=f"mail-{row.id}.eml",
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@bp.post("/<int:mail_id>/accept")
@allow(RoleName.MANAGER)
def accept(mail_id: int) -> ResponseReturnValue:
    row = quarantine.find_mail(mail_id, me())
    unit_id = read_id(request.form.get("unit"))
    unit = find_unit(unit_id, me()) if unit_id is not None else None
    if not EmptyForm().validate():
        return _page(row), 422
    try:
        with transaction():
            ticket = quarantine.accept(row, me(), unit)
    except HelpdeskError as refused:
        return _refused(row.id, refused)
    flash(_("The mail is in ticket %(number)s.", number=ticket.number), "success")
    return redirect(url_for("desk.ticket", number=ticket.number), 303)


@bp.post("/<int:mail_id>/refuse")
@allow(RoleName.MANAGER)
def refuse(mail_id: int) -> ResponseReturnValue:
    row = quarantine.find_mail(mail_id, me())
    if not EmptyForm().validate():
        return _page(row), 422
    try:
        with transaction():
            quarantine.refuse(row, me())
    except HelpdeskError as refused:
        return _refused(row.id, refused)
    flash(_("Refused. The mail stays stored, its sender is not told."), "success")
    return redirect(url_for("mails.index"), 303)


def why(row: InboundMail) -> LazyString | str:
    """Why it waits; of a mail that does not wait, nothing."""
    if row.state is MailState.BROKEN:
        return WHY_BROKEN.get(row.reason, BROKEN)
    return WHY[row.reason] if row.state is MailState.HELD else ""


def _refused(mail_id: int, refused: HelpdeskError) -> ResponseReturnValue:
    flash(str(REFUSED[refused.code]), "error")
    return _page(quarantine.find_mail(mail_id, me())), 422


def _page(row: InboundMail) -> str:
    may_decide = me().is_a(RoleName.MANAGER)
    text = without_nul(request.values.get("q", "")).strip()[:100]
    is_held = row.state is MailState.HELD
    found = units_page(me(), text=text, size=MOST_FOUND).units if text else likely_units(row)
    units = found if may_decide and is_held else []
    return render_template(
        "mails/show.html",
        row=row,
        mail=quarantine.original(row),
        why=why(row),
        left_out=[(name, WHY_LEFT_OUT.get(code, "")) for name, code in row.left_out],
        may_accept=may_decide and is_held,
        may_refuse=may_decide and row.state in quarantine.WAITING,
        is_clear=is_held and may_decide and quarantine.belongs_somewhere(row),
        text=text,
        units=[unit for unit in units if unit.active],
    )
