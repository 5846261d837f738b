"""The link in an administrator's mail: shows a button, the button takes the ticket. Opening it changes nothing,
because mail scanners open links."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from helpdesk import tokens
from helpdesk.errors import BadToken
from helpdesk.extensions import csrf, db
from helpdesk.models import Ticket, User
from helpdesk.models.codes import AckVia
from helpdesk.oncall.acknowledgement import acknowledge
from helpdesk.oncall.further_people import still_ask
from helpdesk.oncall.running_alerts import running
from helpdesk.routes.access import public
from helpdesk.transaction import transaction

bp = Blueprint("ack", __name__, url_prefix="/ack")
csrf.exempt(bp)  # the token proves who clicks, and a mail program's browser may keep no cookies


@bp.get("/<token>")
@public
def page(token: str) -> ResponseReturnValue:
    ticket, reader = read(token)
    is_wanted = ticket.id in still_ask([ticket], reader)
    is_alerting = ticket.acknowledged_at is not None and running(ticket) is not None
    return render_template(
        "ack/page.html", ticket=ticket, reader=reader, token=token, is_wanted=is_wanted, is_alerting=is_alerting
    )


@bp.post("/<token>")
@public
def take(token: str) -> ResponseReturnValue:
    """Take it if nobody has; the page then says who has it."""
    with transaction():
        ticket, reader = read(token)
        if ticket.is_open:
            acknowledge(ticket, reader, AckVia.EMAIL)
    return redirect(url_for("ack.page", token=token))


def read(token: str) -> tuple[Ticket, User]:
    """The ticket, and the person whom the mail was sent to.

    Raises:
        BadToken: forged or expired, or the person no longer works here.
    """
    ticket_id, user_id = tokens.read(tokens.ACK_LINK, token)
    ticket, user = db.session.get(Ticket, ticket_id), db.session.get(User, user_id)
    if ticket is None or user is None or not (user.active and user.is_staff):
        raise BadToken
    return ticket, user
