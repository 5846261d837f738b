"""SMSAPI's callbacks: delivery reports and SMS that come in. It signs nothing, so a secret stands in each address.

The address of reports travels with each SMS; `helpdesk doctor` tells the one that an owner types at SMSAPI for SMS
that come in. Both are called with GET or POST; whatever is not answered "OK" is repeated. A repeat is harmless.
"""

import hashlib
import hmac
import logging

from flask import Blueprint, Response, abort, request

from helpdesk import outbox, tokens
from helpdesk.errors import BadToken
from helpdesk.extensions import csrf, db
from helpdesk.inbound import sms
from helpdesk.models import Attempt
from helpdesk.models.codes import Channel, Lane, NotificationEvent
from helpdesk.notify import outcome, smsapi
from helpdesk.routes.access import signed
from helpdesk.transaction import transaction

log = logging.getLogger(__name__)
bp = Blueprint("smsapi", __name__, url_prefix="/smsapi")
csrf.exempt(bp)
FEWEST_DIGITS, MOST_DIGITS = 7, 15


@bp.route("/report/<token>", methods=["GET", "POST"])
@signed
def report(token: str) -> Response:
    """Reports may come several in one, their values in lists with commas: only those of this attempt count."""
    with transaction():
        attempt = _attempt(token)
        for sid, status in _reports_about(attempt):
            _take_note(attempt, sid, status)
    return _ok()


@bp.route("/sms/<secret>", methods=["GET", "POST"])
@signed
def sms_in(secret: str) -> Response:
    if not hmac.compare_digest(secret.encode(), tokens.address_secret(smsapi.INCOMING).encode()):
        abort(404)
    sender, text = _field("sms_from", 40).lstrip("+"), request.values.get("sms_text")
    if not sender or text is None:
        abort(400)
    if not (sender.isascii() and sender.isdecimal() and FEWEST_DIGITS <= len(sender) <= MOST_DIGITS):
        log.info("an SMS from %r, which is no number, was not read", sender)
        return _ok()
    _answer(f"+{sender}", _field("sms_text", 5000))
    return _ok()


def _answer(number: str, body: str) -> None:
    """The answer cannot go back with the response, as it does at Twilio: it is an SMS of its own."""
    sid = _id_of_sms()
    with transaction():
        answer = sms.receive(sid=sid, number=number, body=body)
        if answer:
            outbox.enqueue(
                outbox.Letter(
                    event=NotificationEvent.SMS_ANSWER,
                    channel=Channel.SMS,
                    address=number,
                    dedupe_key=f"answer:{sid}",
                    lane=Lane.REPLY,
                    params={"text": answer},
                )
            )


def _id_of_sms() -> str:
    """SMSAPI gives an incoming SMS no id (MsgId is that of ours which it answers): all that it says of it."""
    said = [request.values.get(name, "") for name in ("sms_from", "sms_to", "sms_date", "sms_text", "MsgId")]
    return "smsapi-" + hashlib.sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()[:48]


def _reports_about(attempt: Attempt) -> list[tuple[str, str]]:
    """SMSAPI's id and its status of the attempt's message; 400 if there is none."""
    ids, statuses, marks = (_list(name) for name in ("MsgId", "status", "idx"))
    if not ids or len(ids) != len(statuses) or len(marks) not in (0, len(ids)):
        abort(400)
    marks = marks or [attempt.id] * len(ids)
    ours = [(sid, status) for sid, status, idx in zip(ids, statuses, marks, strict=True) if idx == attempt.id]
    if not ours:
        abort(400)
    return ours


def _take_note(attempt: Attempt, sid: str, status: str) -> None:
    found = smsapi.found(sid, status)
    if found.state is None:
        log.warning("unknown status %r reported for attempt %s", status, attempt.id)
        outcome.heard(attempt.id, found.status, sid)
        return
    outcome.reported(attempt.id, found.state, sid=sid, status=found.status, code=found.code)


def _attempt(token: str) -> Attempt:
    """The attempt whose signed id stands in the address, if it was given to SMSAPI; 404 for any other."""
    try:
        attempt = db.session.get(Attempt, tokens.read_attempt(token))
    except BadToken:
        attempt = None
    if attempt is None or attempt.provider != smsapi.NAME:
        abort(404)
    return attempt


def _list(name: str) -> list[str]:
    given = _field(name, 2000)
    return [value.strip()[:64] for value in given.split(",")] if given else []


def _field(name: str, length: int) -> str:
    """A parameter, cut to what has room in the database; PostgreSQL cannot store NUL."""
    return request.values.get(name, "").replace("\x00", "")[:length]


def _ok() -> Response:
    return Response("OK", mimetype="text/plain")
