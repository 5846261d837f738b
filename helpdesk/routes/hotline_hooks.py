"""Twilio's webhooks of calls to the units' number, on the signed blueprint. A repeat of each is harmless.

The addresses carry a signed token of the call and a turn or a person; the end of a call is reported to
PUBLIC_URL/twilio/voice-status, which an owner types at Twilio.
"""

from flask import abort
from flask.typing import ResponseReturnValue

from helpdesk.base import read_id
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.hotline import calls as hotline
from helpdesk.hotline import recordings
from helpdesk.inbound import hotline as spoken
from helpdesk.models import HotlineCall, User
from helpdesk.models.codes import HotlineOutcome
from helpdesk.routes.access import signed
from helpdesk.routes.twilio_hooks import bp, field, twiml
from helpdesk.transaction import transaction

__all__ = ["bp"]

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
OUTCOMES = {
    "in-progress": HotlineOutcome.PICKED_UP,
    "completed": HotlineOutcome.NO_KEY,
    "busy": HotlineOutcome.BUSY,
    "no-answer": HotlineOutcome.NO_ANSWER,
    "failed": HotlineOutcome.FAILED,
    "canceled": HotlineOutcome.CANCELLED,
}


@bp.post("/voice-status")
@signed
def voice_status() -> ResponseReturnValue:
    """The end of a call that came in; administrators who call back have no such call."""
    if field("CallStatus", 40) in OVER:
        with transaction():
            try:
                hotline.end(hotline.find(field("CallSid", 64)))
            except NotFound:
                return "", 204
    return "", 204


@bp.post("/hotline/menu/<token>")
@signed
def hotline_menu(token: str) -> ResponseReturnValue:
    with transaction():
        call, turn = _call(token)
        said = spoken.menu(call, turn)
    return twiml(said)


@bp.post("/hotline/press/<token>")
@signed
def hotline_press(token: str) -> ResponseReturnValue:
    with transaction():
        call, turn = _call(token)
        said = spoken.pressed(call, turn, field("Digits", 10))
    return twiml(said)


@bp.post("/hotline/after/<token>")
@signed
def hotline_after(token: str) -> ResponseReturnValue:
    bridged = field("DialBridged", 5) or str(field("DialCallStatus", 20) == "completed").lower()
    with transaction():
        call, turn = _call(token)
        is_over = field("CallStatus", 40) in OVER
        said = spoken.after_ringing(call, turn, is_bridged=bridged == "true", is_over=is_over)
    return twiml(said)


@bp.post("/hotline/whisper/<token>")
@signed
def hotline_whisper(token: str) -> ResponseReturnValue:
    with transaction():
        call, user_id = _call(token)
        said = spoken.whisper(call, _user(user_id))
    return twiml(said)


@bp.post("/hotline/take/<token>")
@signed
def hotline_take(token: str) -> ResponseReturnValue:
    with transaction():
        call, user_id = _call(token)
        said = spoken.colleague_pressed(call, _user(user_id), field("Digits", 10))
    return twiml(said)


@bp.post("/hotline/rang/<token>")
@signed
def hotline_rang(token: str) -> ResponseReturnValue:
    outcome = OUTCOMES.get(field("CallStatus", 40))
    if outcome is not None:
        with transaction():
            call, user_id = _call(token)
            hotline.rang(call, user_id, outcome)
    return "", 204


@bp.post("/hotline/message/<token>")
@signed
def hotline_message(token: str) -> ResponseReturnValue:
    """The caller has spoken, or hung up. Whether the message is ready is told elsewhere, or never."""
    with transaction():
        call, _turn = _call(token)
        recordings.heard_of(call, field("RecordingSid", 40), _seconds(), wait=recordings.WITHOUT_WORD)
        said = spoken.after_message(call)
        if field("Digits", 10) == "hangup" or field("CallStatus", 40) in OVER:
            hotline.end(call)
    return twiml(said)


@bp.post("/hotline/recording/<token>")
@signed
def hotline_recording(token: str) -> ResponseReturnValue:
    status = field("RecordingStatus", 20)
    with transaction():
        call, _turn = _call(token)
        if status == "absent":
            recordings.nothing_was_said(call)
        elif status == "completed":
            recordings.heard_of(call, field("RecordingSid", 40), _seconds())
    return "", 204


def _seconds() -> int | None:
    return read_id(field("RecordingDuration", 6))


def _call(token: str) -> tuple[HotlineCall, int]:
    """The call, locked, and the turn or the person's id; 404 for a token that is not ours."""
    try:
        sid, value = spoken.read_token(token)
        return hotline.find(sid), value
    except NotFound:
        abort(404)


def _user(user_id: int) -> User:
    user = db.session.get(User, user_id)
    return user if user is not None else abort(404)
