"""The end of the monthly reports by mail, from the link in them. Mail programs post to it by one click (RFC 8058);
opening it shows a button and changes nothing."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk.extensions import csrf, limiter
from helpdesk.reports.subscription import reader_of, stop_mails, want_mails_again
from helpdesk.routes.access import public
from helpdesk.transaction import transaction

bp = Blueprint("stop_reports", __name__, url_prefix="/stop-reports")
csrf.exempt(bp)  # the token proves who clicks; a mail program has no cookies


@bp.get("/<token>")
@public
@limiter.limit("30 per minute")
def page(token: str) -> ResponseReturnValue:
    return _show(token)


@bp.post("/<token>")
@public
@limiter.limit("20 per minute")
def stop(token: str) -> ResponseReturnValue:
    """No redirect: RFC 8058 wants the answer at once."""
    with transaction():
        stop_mails(reader_of(token))
    return _show(token)


@bp.post("/<token>/again")
@public
@limiter.limit("20 per minute")
def again(token: str) -> ResponseReturnValue:
    with transaction():
        want_mails_again(reader_of(token))
    return redirect(url_for("stop_reports.page", token=token), 303)


def _show(token: str) -> str:
    return render_template("reports/stop.html", reader=reader_of(token), token=token)
