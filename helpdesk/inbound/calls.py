"""What is said in calls: our alert calls, and calls that come in. TwiML out, rules in.

A call counts as answered only when a digit is pressed; a voicemail "answers" like a human being.
"""

from operator import attrgetter

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from twilio.twiml.voice_response import VoiceResponse

from helpdesk import outbox
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.inbound.people import Sender, tickets_asked_about, waiting_for_somebody
from helpdesk.inbound.speech import PASSES, REPEATS, TAKES, ask, digit_by_digit, last_words, read_again, say
from helpdesk.inbound.taking import counts, spoken_words
from helpdesk.inbound.whom_to_call import text_whom_to_call
from helpdesk.labels import label
from helpdesk.models import Attempt, Ticket, User
from helpdesk.models.codes import (
    AckVia,
    AttemptState,
)
from helpdesk.notify import outcome
from helpdesk.notify.links import absolute
from helpdesk.notify.render import render
from helpdesk.oncall.acknowledgement import acknowledge, pass_on
from helpdesk.oncall.further_people import still_ask
from helpdesk.oncall.people import person_with_phone
from helpdesk.tickets.proof import note_pressed
from helpdesk.tokens import sign_attempt


def alert_call(attempt: Attempt, turn: int) -> str:
    """What an alert call says when it is picked up, the `turn`-th time; after the last it hangs up.

    A call that carries several alerts reads out the first of them that has no answer yet.
    """
    if attempt.notification.ticket is None:
        return _nothing_to_say()
    asked, locale = _still_asked(attempt), attempt.notification.locale
    with force_locale(locale):
        if not asked:
            return last_words(_taken(attempt.notification.ticket), locale)
        if turn >= REPEATS:
            return last_words(_("No answer. We are alerting the next person."), locale)
        response = VoiceResponse()
        gather = ask(response, absolute("twilio.digit", token=sign_attempt(asked[0].id)))
        if len(asked) > 1:
            say(gather, ngettext("%(num)s urgent ticket.", "%(num)s urgent tickets.", len(asked)), locale)
        say(gather, render(asked[0].notification, "voice"), locale)
        read_again(response, attempt.id, turn + 1)
        return str(response)


def alert_digit(attempt: Attempt, digit: str) -> str:
    """The person pressed something in an alert call: 1 takes the ticket that was read out, 2 passes it on, the rest
    repeats. The next alert of the same call follows."""
    notification = attempt.notification
    ticket, user = notification.ticket, notification.user
    if ticket is None or user is None or not (user.active and user.is_staff):
        return _nothing_to_say()
    call = db.session.get_one(Attempt, attempt.carried_by or attempt.id)
    with force_locale(notification.locale):
        response = VoiceResponse()
        if digit not in (TAKES, PASSES):
            note_pressed(_alerts_of(call), digit)
            read_again(response, call.id, 1)
            return str(response)
        words, has_counted = _act(ticket, user, digit)
        say(response, words, notification.locale)
        answered = [each for each in _alerts_of(call) if each.notification.ticket_id == ticket.id]
        if not has_counted and ticket.acknowledged_by is not None and ticket.acknowledged_by.id != user.id:
            note_pressed(answered, digit, was_taken=True)
        for each in answered:
            outcome.pressed(each.id, digit)
        if _still_asked(call):
            read_again(response, call.id, 0)
        else:
            response.hangup()
        return str(response)


def _still_asked(call: Attempt) -> list[Attempt]:
    """Of the alerts in one call, the oldest first and one for each ticket, those that wait for an answer: nobody
    has the ticket or this person is wanted too, and no key was pressed."""
    first_of: dict[int | None, Attempt] = {}
    for each in _alerts_of(call):
        first_of.setdefault(each.notification.ticket_id, each)
    return [each for each in first_of.values() if _waits_for_an_answer(each)]


def _alerts_of(call: Attempt) -> list[Attempt]:
    return sorted((call, *outbox.carried_by(call)), key=attrgetter("notification_id"))


def _waits_for_an_answer(attempt: Attempt) -> bool:
    ticket, user = attempt.notification.ticket, attempt.notification.user
    if ticket is None or not ticket.is_open or attempt.state is AttemptState.DELIVERED:
        return False
    return ticket.acknowledged_at is None or (user is not None and bool(still_ask([ticket], user)))


def _nothing_to_say() -> str:
    """A call that is about no ticket: nobody presses anything in it."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def is_staff(number: str) -> bool:
    caller = person_with_phone(number)
    return caller is not None and caller.is_staff


def staff_calls_back(number: str, turn: int) -> str:
    """An administrator calls our number, and is asked the `turn`-th time in this call."""
    caller, locale = _caller(number)
    with force_locale(locale):
        response = VoiceResponse()
        say(response, _("This is the emergency line for group administrators."), locale)
        if caller is None or not caller.is_staff:
            return last_words(_("Goodbye."), locale)
        _ask_staff(response, number, caller, turn)
        return str(response)


def staff_digit(number: str, digit: str, ticket_id: int) -> str:
    """An administrator who called back pressed a digit about the ticket that was read out; other keys repeat."""
    caller, locale = _caller(number)
    known = tickets_asked_about(Sender(caller, number)) if caller is not None and caller.is_staff else []
    asked = next((ticket for ticket in known if ticket.id == ticket_id), None)
    with force_locale(locale):
        if caller is None or asked is None:
            return last_words(_("No ticket is waiting for your answer."), locale)
        if digit not in (TAKES, PASSES):
            response = VoiceResponse()
            response.redirect(absolute("twilio.voice_again", turn=1), method="POST")
            return str(response)
        return last_words(_act(asked, caller, digit)[0], locale)


def _caller(number: str) -> tuple[User | None, str]:
    """Who calls, if we know, and in which language to speak."""
    caller = person_with_phone(number)
    return caller, caller.locale if caller else settings().default_locale


def _ask_staff(response: VoiceResponse, number: str, caller: User, turn: int) -> None:
    waiting = waiting_for_somebody(tickets_asked_about(Sender(caller, number)), caller)
    if not waiting or turn >= REPEATS:
        say(response, _("No ticket is waiting for your answer.") if not waiting else _("Goodbye."), caller.locale)
        response.hangup()
        return
    gather = ask(response, absolute("twilio.voice_ticket", ticket_id=waiting[0].id))
    say(gather, _spoken(waiting[0]), caller.locale)
    say(gather, _("Press 1 to take it, 2 to pass it on."), caller.locale)
    response.redirect(absolute("twilio.voice_again", turn=turn + 1), method="POST")


def _act(ticket: Ticket, user: User, digit: str) -> tuple[str, bool]:
    """What is said, and whether the digit counted."""
    if not ticket.is_open:
        return _taken(ticket), False
    if digit == PASSES:
        is_passed = pass_on(ticket, user, AckVia.VOICE)
        return _("Thank you. We are alerting the next person.") if is_passed else _taken(ticket), is_passed
    result = acknowledge(ticket, user, AckVia.VOICE)
    if not counts(result, user):
        return _taken(ticket), False
    if result.is_first or result.is_helping:
        text_whom_to_call(ticket, user, result)
    return spoken_words(result), True


def _taken(ticket: Ticket) -> str:
    holder = ticket.acknowledged_by.name if ticket.acknowledged_by else ""
    if not holder and ticket.is_open:
        return _("Nobody is being alerted about this ticket. Thank you.")
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
