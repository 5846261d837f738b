"""What is said in calls: our alert calls, and calls that come in. TwiML out, rules in.

A call counts as answered only when a digit is pressed; a voicemail "answers" like a human being.
"""

import re

from flask_babel import force_locale
from flask_babel import gettext as _
from twilio.twiml.voice_response import Gather, VoiceResponse

from helpdesk.config import settings
from helpdesk.errors import HelpdeskError
from helpdesk.extensions import db
from helpdesk.inbound.people import tickets_asked_about, waiting_for_somebody
from helpdesk.labels import error_sentence, label
from helpdesk.models import Attempt, Ticket, Unit, User
from helpdesk.models.codes import AckVia, AttemptState, Category, Priority, TicketSource
from helpdesk.notify import outcome
from helpdesk.notify.render import absolute, render
from helpdesk.oncall.acknowledgement import acknowledge, pass_on
from helpdesk.oncall.people import person_with_phone
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket
from helpdesk.tokens import sign_attempt

REPEATS = 3
LANGUAGES = {"pl": "pl-PL", "en": "en-GB"}
ENGLISH_VOICE = "Polly.Amy"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def alert_call(attempt: Attempt, turn: int) -> str:
    """What an alert call says when it is picked up, the `turn`-th time; after the last it hangs up."""
    notification = attempt.notification
    ticket, user = notification.ticket, notification.user
    assert ticket is not None
    assert user is not None
    with force_locale(notification.locale):
        response = VoiceResponse()
        if ticket.acknowledged_at is not None or not ticket.is_open:
            _say(response, _taken(ticket), notification.locale)
            response.hangup()
        elif turn >= REPEATS:
            _say(response, _("No answer. We are alerting the next person."), notification.locale)
            response.hangup()
        else:
            token = sign_attempt(attempt.id)
            gather = _ask(response, absolute("twilio.digit", token=token))
            _say(gather, render(notification, "voice"), notification.locale)
            response.redirect(absolute("twilio.call_again", token=token, turn=turn + 1), method="POST")
        return str(response)


def alert_digit(attempt: Attempt, digit: str) -> str:
    """The person pressed something in an alert call: 1 takes the ticket, 2 passes it on, the rest repeats."""
    notification = attempt.notification
    ticket, user = notification.ticket, notification.user
    assert ticket is not None
    assert user is not None
    with force_locale(notification.locale):
        response = VoiceResponse()
        if digit not in ("1", "2"):
            response.redirect(absolute("twilio.call_again", token=sign_attempt(attempt.id), turn=1), method="POST")
            return str(response)
        outcome.reported(attempt.id, AttemptState.DELIVERED, sid=None, status=f"digit {digit}")
        _say(response, _act(ticket, user, digit), notification.locale)
        response.hangup()
        return str(response)


def incoming(number: str) -> str:
    """Somebody calls our number: an administrator who calls back, a unit that needs help, or a stranger."""
    caller = person_with_phone(number)
    locale = caller.locale if caller else settings().default_locale
    with force_locale(locale):
        response = VoiceResponse()
        _say(response, _("This is the emergency line for group administrators."), locale)
        if caller is not None and caller.is_staff:
            _ask_staff(response, number, caller)
        elif caller is not None and caller.units:
            _ask_unit(response, caller)
        else:
            _say(response, _("In danger of life call 112. We do not know this number."), locale)
            _say(response, _("File a ticket with the link or the QR code of your unit."), locale)
            response.hangup()
        return str(response)


def incoming_digit(number: str, digit: str, sid: str) -> str:
    """The caller pressed a digit in the menu of `incoming`. `sid` is the call: a repeat opens nothing twice."""
    caller = person_with_phone(number)
    locale = caller.locale if caller else settings().default_locale
    with force_locale(locale):
        response = VoiceResponse()
        _say(response, _carry_out(caller, number, digit, sid), locale)
        response.hangup()
        return str(response)


def _carry_out(caller: User | None, number: str, digit: str, sid: str) -> str:
    if caller is not None and caller.is_staff:
        waiting = waiting_for_somebody(tickets_asked_about(number))
        if waiting and digit in ("1", "2"):
            return _act(waiting[0], caller, digit)
        return _("No ticket is waiting for your answer.")
    if caller is not None and caller.units and digit == "1":
        return _open_by_phone(caller, caller.units[0], number, sid)
    return _("Thank you. Goodbye.")


def _ask_staff(response: VoiceResponse, number: str, caller: User) -> None:
    waiting = waiting_for_somebody(tickets_asked_about(number))
    if not waiting:
        _say(response, _("No ticket is waiting for your answer."), caller.locale)
        response.hangup()
        return
    gather = _ask(response, absolute("twilio.voice_digit"))
    _say(gather, _spoken(waiting[0]), caller.locale)
    _say(gather, _("Press 1 to take it, 2 to pass it on."), caller.locale)
    response.redirect(absolute("twilio.voice"), method="POST")


def _ask_unit(response: VoiceResponse, caller: User) -> None:
    gather = _ask(response, absolute("twilio.voice_digit"))
    _say(gather, _("In danger of life hang up and call 112."), caller.locale)
    _say(
        gather,
        _("To be called back at once by the administrator on duty, press 1."),
        caller.locale,
    )
    _say(response, _("Thank you. Goodbye."), caller.locale)
    response.hangup()


def _open_by_phone(caller: User, unit: Unit, number: str, sid: str) -> str:
    draft = TicketDraft(
        unit=unit,
        category=Category.OTHER,
        priority=Priority.URGENT,
        summary=_("Phone call to the emergency line, please call back"),
        reporter=Reporter(name=caller.name, phone=number, user_id=caller.id),
        locale=caller.locale,
        source=TicketSource.PHONE,
        submission_key=f"call:{sid}",
    )
    try:
        ticket = open_ticket(draft)
    except HelpdeskError as refused:
        return str(error_sentence(refused.code))
    return _(
        "Your ticket has the number %(number)s. An administrator is being called now and will call you back.",
        number=digit_by_digit(ticket.number),
    )


def _act(ticket: Ticket, user: User, digit: str) -> str:
    if digit == "2":
        pass_on(ticket, user, AckVia.VOICE)
        return _("Thank you. We are alerting the next person.")
    result = acknowledge(ticket, user, AckVia.VOICE)
    db.session.flush()
    if result.holder.id != user.id:
        return _taken(ticket)
    return _("Thank you. The ticket is yours.")


def _taken(ticket: Ticket) -> str:
    holder = ticket.acknowledged_by.name if ticket.acknowledged_by else ""
    if not holder:
        return _("This ticket is already finished. Thank you.")
    return _("This ticket is already in the hands of %(name)s. Thank you.", name=holder)


def _spoken(ticket: Ticket) -> str:
    return _(
        "Ticket %(number)s. %(unit)s. %(category)s. %(summary)s.",
        number=digit_by_digit(ticket.number),
        unit=ticket.unit.name,
        category=label(ticket.category),
        summary=ticket.summary,
    )


def digit_by_digit(number: str) -> str:
    """ "LEO-2026-0042" → "L E O, 4 2": spoken sign by sign, without the year and leading zeros."""
    code, _year, count = number.split("-")
    return f"{' '.join(code)}, {' '.join(count.lstrip('0') or '0')}"


def _ask(response: VoiceResponse, action: str) -> Gather:
    gather: Gather = response.gather(input="dtmf", num_digits=1, timeout=6, action=action, method="POST")
    return gather


def _say(verb: VoiceResponse | Gather, text: str, locale: str) -> None:
    """Control characters pass the TwiML builder unharmed: they are taken out here."""
    voice = settings().voice if locale == "pl" else ENGLISH_VOICE
    verb.say(CONTROL.sub(" ", text), language=LANGUAGES.get(locale, "pl-PL"), voice=voice)
