"""The link in the mail that asks back whether a mail is urgent: shows a button, the button alerts the one on duty.
Opening it changes nothing, because mail scanners open links."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.errors import NotAllowed
from helpdesk.extensions import csrf, limiter
from helpdesk.routes.access import public
from helpdesk.tickets import urgent_question as question
from helpdesk.tickets.urgent_question import Answer
from helpdesk.transaction import transaction

bp = Blueprint("urgent", __name__, url_prefix="/urgent")
csrf.exempt(bp)  # the token proves who clicks, and a mail program's browser may keep no cookies


@bp.get("/<token>")
@public
@limiter.limit("30 per minute")
def page(token: str) -> ResponseReturnValue:
    return _show(token)


@bp.post("/<token>")
@public
@limiter.limit("10 per minute")
def make(token: str) -> ResponseReturnValue:
    """Refused or done, the page then says how things are."""
    ticket, user, asked_at = question.read_token(token)
    try:
        with transaction():
            question.make_urgent(ticket, user, asked_at)
    except NotAllowed:
        return _show(token), 409
    return redirect(url_for("urgent.page", token=token), 303)


def _show(token: str) -> str:
    ticket, reader, asked_at = question.read_token(token)
    answer = question.what_a_click_does(ticket, asked_at)
    return render_template(
        "urgent/page.html", ticket=ticket, reader=reader, token=token, answer=answer, Answer=Answer
    )
