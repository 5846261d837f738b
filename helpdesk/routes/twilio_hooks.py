"""Twilio's webhooks. Every one is signed; all else gets 403, never 500. A repeat is harmless.

The addresses that an owner types at Twilio: PUBLIC_URL/twilio/sms, PUBLIC_URL/twilio/voice and, for the end of
calls (hotline_hooks.py), PUBLIC_URL/twilio/voice-status.
"""

import logging

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from twilio.twiml.messaging_response import MessagingResponse

from helpdesk import outbox, signs, tokens
from helpdesk.config import settings
from helpdesk.errors import BadToken
from helpdesk.extensions import csrf, db
from helpdesk.inbound import calls, code_call, duty_test_call, hotline, sms
from helpdesk.models import Attempt
from helpdesk.models.codes import AttemptState, NotificationEvent
from helpdesk.notify import outcome
from helpdesk.notify.codes import CALL_STATES, MESSAGE_STATES
from helpdesk.notify.twilio import is_signed
from helpdesk.routes.access import signed
from helpdesk.tickets.proof import note_picked_up
from helpdesk.transaction import transaction

log = logging.getLogger(__name__)
bp = Blueprint("twilio", __name__, url_prefix="/twilio")
csrf.exempt(bp)
# Calls that are no alerts.
SPOKEN = {
    NotificationEvent.TEST_ALERT: duty_test_call.spoken,
    NotificationEvent.CONTACT_CODE: code_call.spoken,
}
PRESSED = {NotificationEvent.TEST_ALERT: duty_test_call.pressed}


@bp.before_request
def check_signature() -> None:
    """The signature covers PUBLIC_URL and the raw request target; Host and forwarded headers are not believed."""
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    url = settings().public_url + _path_of(target)
    if not is_signed(url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)


@bp.after_request
def note_that_we_are_reached(response: Response) -> Response:
    """Whether the provider's word reaches us is on the health page; no answer is lost for that. One that leads
    nowhere (its token was signed with another SECRET_KEY) is none."""
    if response.status_code < 400:
        try:
            signs.note(signs.WEBHOOK)
        except SQLAlchemyError:
            log.warning("that a webhook came could not be written down")
    return response


def _path_of(target: str) -> str:
    """A request target may be absolute ("GET http://host/path"); what was signed is our own address."""
    if target.startswith("/"):
        return target
    return "/" + target.partition("://")[2].partition("/")[2]


@bp.post("/sms")
@signed
def sms_in() -> ResponseReturnValue:
    with transaction():
        sid = field("MessageSid", 64) or field("SmsSid", 64)
        answer = sms.receive(sid=sid, number=field("From", 40), body=field("Body", 5000))
    response = MessagingResponse()
    if answer:
        response.message(answer)
    return twiml(str(response))


@bp.post("/voice")
@signed
def voice() -> ResponseReturnValue:
    """Somebody calls our number: an administrator who calls back, or a unit or a stranger who needs somebody."""
    number = field("From", 40)
    if calls.is_staff(number):
        return twiml(calls.staff_calls_back(number, turn=0))
    with transaction():
        said = hotline.menu(hotline.begin(field("CallSid", 64), number), turn=0)
    return twiml(said)


@bp.post("/voice/<int:turn>")
@signed
def voice_again(turn: int) -> ResponseReturnValue:
    return twiml(calls.staff_calls_back(field("From", 40), turn))


@bp.post("/voice/ticket/<int:ticket_id>")
@signed
def voice_ticket(ticket_id: int) -> ResponseReturnValue:
    with transaction():
        said = calls.staff_digit(field("From", 40), field("Digits", 10), ticket_id)
    return twiml(said)


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
    """Asked for the moment the call is picked up. The person hears the alert, whatever can be written down."""
    try:
        with transaction():
            attempt = _attempt(token)
            outbox.note_sid(attempt.id, field("CallSid", 64))
            note_picked_up(attempt)
    except SQLAlchemyError:
        log.exception("that a call was picked up could not be written down")
    return _spoken(token, turn=0)


@bp.post("/call/<token>/<int:turn>")
@signed
def call_again(token: str, turn: int) -> ResponseReturnValue:
    return _spoken(token, turn)


@bp.post("/digit/<token>")
@signed
def digit(token: str) -> ResponseReturnValue:
    with transaction():
        attempt = _attempt(token)
        act = PRESSED.get(attempt.notification.event, calls.alert_digit)
        said = act(attempt, field("Digits", 10))
    return twiml(said)


def _spoken(token: str, turn: int) -> Response:
    attempt = _attempt(token)
    say = SPOKEN.get(attempt.notification.event, calls.alert_call)
    return twiml(say(attempt, turn))


def _report(token: str, status_field: str, sid_field: str, states: dict[str, AttemptState]) -> None:
    status = field(status_field, 40)
    state = states.get(status)
    with transaction():
        attempt = _attempt(token)
        if state is None:
            log.warning("unknown status %r reported for attempt %s", status, attempt.id)
            outcome.heard(attempt.id, status, field(sid_field, 64) or None)
            return
        code, sid = field("ErrorCode", 32), field(sid_field, 64)
        outcome.reported(attempt.id, state, sid=sid or None, status=status, code=code)


def _attempt(token: str) -> Attempt:
    """The attempt whose signed id stands in the address; 404 for any other."""
    try:
        attempt = db.session.get(Attempt, tokens.read_attempt(token))
    except BadToken:
        attempt = None
    if attempt is None:
        abort(404)
    return attempt


def field(name: str, length: int) -> str:
    """A posted parameter, cut to what has room in the database; PostgreSQL cannot store NUL."""
    return request.form.get(name, "").replace("\x00", "")[:length]


def twiml(document: str) -> Response:
    return Response(document, mimetype="text/xml")
