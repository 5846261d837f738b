"""Twilio's webhooks. Every one is signed; all else gets 403, never 500. A repeat is harmless.

The addresses that an owner types at Twilio: PUBLIC_URL/twilio/sms and PUBLIC_URL/twilio/voice.
"""

import logging

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from twilio.twiml.messaging_response import MessagingResponse

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import BadToken
from helpdesk.extensions import csrf, db
from helpdesk.inbound import calls, sms
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState
from helpdesk.notify import outcome
from helpdesk.notify.twilio import is_signed
from helpdesk.routes.access import signed
from helpdesk.transaction import transaction

log = logging.getLogger(__name__)
bp = Blueprint("twilio", __name__, url_prefix="/twilio")
csrf.exempt(bp)

MESSAGE_STATES = {
    "accepted": AttemptState.ACCEPTED,
    "scheduled": AttemptState.ACCEPTED,
    "queued": AttemptState.ACCEPTED,
    "sending": AttemptState.ACCEPTED,
    "sent": AttemptState.SENT,
    "delivered": AttemptState.DELIVERED,
    "read": AttemptState.DELIVERED,
    "undelivered": AttemptState.UNDELIVERED,
    "failed": AttemptState.FAILED,
    "canceled": AttemptState.FAILED,
}
# "completed" does not mean that a human being answered: only a digit does, and that came before.
CALL_STATES = {
    "queued": AttemptState.ACCEPTED,
    "initiated": AttemptState.ACCEPTED,
    "ringing": AttemptState.SENT,
    "in-progress": AttemptState.SENT,
    "completed": AttemptState.UNDELIVERED,
    "busy": AttemptState.UNDELIVERED,
    "no-answer": AttemptState.UNDELIVERED,
    "canceled": AttemptState.UNDELIVERED,
    "failed": AttemptState.FAILED,
}


@bp.before_request
def check_signature() -> None:
    """The signature covers PUBLIC_URL and the raw request target; Host and forwarded headers are not believed."""
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    url = settings().public_url + _path_of(target)
    if not is_signed(url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)


def _path_of(target: str) -> str:
    """A request target may be absolute ("GET http://host/path"); what was signed is our own address."""
    if target.startswith("/"):
        return target
    return "/" + target.partition("://")[2].partition("/")[2]


@bp.post("/sms")
@signed
def sms_in() -> ResponseReturnValue:
    with transaction():
        answer = sms.receive(
            sid=request.form.get("MessageSid", "")[:64],
            number=request.form.get("From", "")[:40],
            body=_clean(request.form.get("Body", "")),
        )
    response = MessagingResponse()
    if answer:
        response.message(answer)
    return _twiml(str(response))


@bp.post("/voice")
@signed
def voice() -> ResponseReturnValue:
    return _twiml(calls.incoming(request.form.get("From", "")[:40]))


@bp.post("/voice/digit")
@signed
def voice_digit() -> ResponseReturnValue:
    with transaction():
        said = calls.incoming_digit(
            request.form.get("From", "")[:40],
            request.form.get("Digits", ""),
            request.form.get("CallSid", "")[:40],
        )
    return _twiml(said)


@bp.post("/status/<token>")
@signed
def sms_status(token: str) -> ResponseReturnValue:
    _report(token, "MessageStatus", "MessageSid", MESSAGE_STATES)
    return "", 204


@bp.post("/call-status/<token>")
@signed
def call_status(token: str) -> ResponseReturnValue:
    _report(token, "CallStatus", "CallSid", CALL_STATES)
    return "", 204


@bp.post("/call/<token>")
@signed
def call(token: str) -> ResponseReturnValue:
    return _twiml(calls.alert_call(_attempt(token), turn=0))


@bp.post("/call/<token>/<int:turn>")
@signed
def call_again(token: str, turn: int) -> ResponseReturnValue:
    return _twiml(calls.alert_call(_attempt(token), turn))


@bp.post("/digit/<token>")
@signed
def digit(token: str) -> ResponseReturnValue:
    with transaction():
        said = calls.alert_digit(_attempt(token), request.form.get("Digits", ""))
    return _twiml(said)


def _report(token: str, status_field: str, sid_field: str, states: dict[str, AttemptState]) -> None:
    status = request.form.get(status_field, "")
    state = states.get(status)
    if state is None:
        log.warning("unknown status %r reported", status[:40])
        return
    with transaction():
        outcome.reported(
            _attempt(token).id,
            state,
            sid=request.form.get(sid_field, "")[:64] or None,
            status=status,
            code=request.form.get("ErrorCode", "")[:32],
        )


def _attempt(token: str) -> Attempt:
    """The attempt whose signed id stands in the address; 404 for any other."""
    try:
        attempt = db.session.get(Attempt, tokens.read_attempt(token))
    except BadToken:
        attempt = None
    if attempt is None:
        abort(404)
    return attempt


def _clean(text: str) -> str:
    """PostgreSQL cannot store NUL."""
    return text.replace("\x00", "")[:5000]


def _twiml(document: str) -> Response:
    return Response(document, mimetype="text/xml")
