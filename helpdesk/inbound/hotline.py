"""What is said in a call to the units' number, to the caller and to whoever is rung. TwiML out, rules in.

Only key 1 connects: a voicemail "answers" like a human being. Verbs after a <Dial> with an action are not reached.
"""

import re

from flask_babel import force_locale
from flask_babel import gettext as _
from twilio.twiml.voice_response import Dial, VoiceResponse

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.errors import BadToken, NotFound
from helpdesk.hotline import calls as hotline
from helpdesk.hotline import search
from helpdesk.hotline.callers import shown_number
from helpdesk.inbound.speech import PASSES, TAKES, ask, digit_by_digit, last_words, say
from helpdesk.inbound.whom_to_call import text_whom_to_call
from helpdesk.labels import error_sentence
from helpdesk.models import HotlineCall, Ticket, User
from helpdesk.models.codes import Channel
from helpdesk.notify.links import absolute
from helpdesk.oncall.acknowledgement import Acknowledged
from helpdesk.oncall.people import address_of

RING_SECONDS = 20  # below most voicemail boxes' patience
LONGEST_MESSAGE = 120  # seconds
READINGS = 2  # of the menu, and of what a colleague hears
PURPOSE = "hotline"
SID = re.compile(r"[A-Za-z0-9]{1,40}")


def begin(sid: str, raw_number: str) -> HotlineCall:
    """Write the call down, with its ticket. Even one without a proper `sid` is taken."""
    words = house_words()
    known = sid if SID.fullmatch(sid) else f"none{tokens.new_attempt_id()}"
    return hotline.begin(known, shown_number(raw_number), words)


def house_words() -> hotline.Words:
    """In the house's language: they are kept."""
    with force_locale(settings().default_locale):
        return hotline.Words(
            summary=_("Call to the emergency line"),
            somebody=_("Unknown caller"),
            strangers=_("Unrecognised callers"),
        )


def token_for(call: HotlineCall, value: int) -> str:
    """An address's part that names the call and a turn or a person."""
    return tokens.sign_words(PURPOSE, call.sid, str(value))


def read_token(token: str) -> tuple[str, int]:
    """The call's sid, and the turn or the person's id.

    Raises:
        NotFound: the token is not ours.
    """
    try:
        sid, value = tokens.read_words(PURPOSE, token)
    except (BadToken, ValueError) as forged:
        raise NotFound("not_found") from forged
    return sid, int(value)


def menu(call: HotlineCall, turn: int) -> str:
    """The greeting and the question, the `turn`-th time. Whom we know is connected without a key after two."""
    locale = _locale(call)
    with force_locale(locale):
        response = VoiceResponse()
        if call.ticket is None:
            return last_words(str(error_sentence("no_contract")), locale)
        if turn >= READINGS:
            return connect(call, 1) if call.unit else last_words(_("Thank you. Goodbye."), locale)
        if turn == 0:
            say(response, _("This is the emergency line for group administrators."), locale)
        gather = ask(response, absolute("twilio.hotline_press", token=token_for(call, turn)))
        say(gather, _("In danger of life hang up and call 112."), locale)
        if call.unit is not None:
            say(gather, _("You are calling for: %(unit)s.", unit=call.unit.name), locale)
        say(gather, _("To be connected with the administrator on duty, press 1."), locale)
        response.redirect(absolute("twilio.hotline_menu", token=token_for(call, turn + 1)), method="POST")
        return str(response)


def pressed(call: HotlineCall, turn: int, digit: str) -> str:
    """The caller pressed a key in the menu."""
    return connect(call, 1) if digit == TAKES else menu(call, turn + 1)


def connect(call: HotlineCall, turn: int) -> str:
    """Ring the next people, the `turn`-th time; when nobody is left the caller may leave a message."""
    locale, holder = _locale(call), call.answered_by or hotline.taken_elsewhere(call)
    with force_locale(locale):
        if holder is not None:
            return last_words(_calls_back(holder), locale)
        people = hotline.ring_next(call, turn)
        if not people:
            return _ask_for_a_message(call)
        response = VoiceResponse()
        first, later = _("We are connecting you. Please wait."), _("We are trying the next administrator.")
        say(response, first if turn == 1 else later, locale)
        _dial(response, call, people)
        return str(response)


def after_ringing(call: HotlineCall, turn: int, *, is_bridged: bool, is_over: bool) -> str:
    """The <Dial> of that turn has ended: the conversation is over, or nobody took the call. Connected without a
    key is not taken: that was a voicemail."""
    if is_over or (is_bridged and call.answered_by is not None):
        hotline.end(call)
        response = VoiceResponse()
        response.hangup()
        return str(response)
    return connect(call, turn + 1)


def whisper(call: HotlineCall, user: User) -> str:
    """What a colleague hears who picks up, before anything else."""
    with force_locale(user.locale):
        response = VoiceResponse()
        if (holder := _holder(call)) is not None and holder.id != user.id:
            return last_words(_taken(holder), user.locale)
        who = call.unit.name if call.unit else _("unknown caller")
        text = _("Emergency line: %(who)s. Press 1 to take the call, 2 to pass it on.", who=who)
        for _reading in range(READINGS):
            gather = ask(response, absolute("twilio.hotline_take", token=token_for(call, user.id)))
            say(gather, text, user.locale)
        response.hangup()
        return str(response)


def colleague_pressed(call: HotlineCall, user: User, digit: str) -> str:
    """Key 1 connects: the document is then empty. Key 2 passes, others repeat."""
    with force_locale(user.locale):
        if digit == PASSES:
            hotline.pass_by(call, user)
            return last_words(_("Thank you. We are alerting the next person."), user.locale)
        if digit != TAKES:
            return whisper(call, user)
        answer = hotline.take(call, user)
        if answer.holder.id != user.id:
            return last_words(_taken(answer.holder), user.locale)
        if call.ticket is not None and call.ticket.acknowledged_by_id == user.id:
            text_whom_to_call(call.ticket, user, Acknowledged(is_first=True, holder=user))
        if answer.is_caller_gone:
            return last_words(_("The caller has hung up. The ticket is yours, please call back."), user.locale)
        return str(VoiceResponse())


def after_message(call: HotlineCall) -> str:
    """The caller has left a message, or fallen silent."""
    locale, ticket = _locale(call), call.ticket
    with force_locale(locale):
        return last_words(_goodbye(ticket) if ticket else _("Thank you. Goodbye."), locale)


def _dial(response: VoiceResponse, call: HotlineCall, people: list[User]) -> None:
    turn = search.turn_of(call, people[0])
    dial: Dial = response.dial(
        action=absolute("twilio.hotline_after", token=token_for(call, turn)),
        method="POST",
        timeout=RING_SECONDS,
        caller_id=settings().hotline,
    )
    for user in people:
        token = token_for(call, user.id)
        dial.number(
            address_of(user, Channel.VOICE),
            url=absolute("twilio.hotline_whisper", token=token),
            method="POST",
            status_callback=absolute("twilio.hotline_rang", token=token),
            status_callback_method="POST",
            status_callback_event="answered completed",
        )


def _ask_for_a_message(call: HotlineCall) -> str:
    locale, token = _locale(call), token_for(call, 0)
    response = VoiceResponse()
    say(response, _("Nobody can take your call just now."), locale)
    say(response, _("Leave a message after the tone; it is recorded. End with the hash key."), locale)
    response.record(
        action=absolute("twilio.hotline_message", token=token),
        method="POST",
        max_length=LONGEST_MESSAGE,
        finish_on_key="#",
        recording_status_callback=absolute("twilio.hotline_recording", token=token),
        recording_status_callback_method="POST",
        recording_status_callback_event="completed absent",
    )
    if call.ticket is not None:  # reached when nothing was said
        say(response, _goodbye(call.ticket), locale)
    response.hangup()
    return str(response)


def _goodbye(ticket: Ticket) -> str:
    number = digit_by_digit(ticket.number)
    if ticket.acknowledged_by is not None:
        name = ticket.acknowledged_by.name
        return _("Your ticket has the number %(number)s. %(name)s has it and calls back.", number=number, name=name)
    return _(
        "Your ticket has the number %(number)s. An administrator is being called now and will call you back.",
        number=number,
    )


def _holder(call: HotlineCall) -> User | None:
    return call.answered_by or hotline.taken_elsewhere(call)


def _calls_back(holder: User) -> str:
    return _("%(name)s has your ticket and calls you back at once. Goodbye.", name=holder.name)


def _taken(holder: User) -> str:
    return _("This call is already in the hands of %(name)s. Thank you.", name=holder.name)


def _locale(call: HotlineCall) -> str:
    if call.user is not None:
        return call.user.locale
    return call.ticket.locale if call.ticket else settings().default_locale
