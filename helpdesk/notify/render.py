"""Messages in words: templates/messages/<event>.<sms|voice|subject|txt>, in the recipient's language."""

from typing import Any

from flask import render_template, url_for
from flask_babel import force_locale

from helpdesk import tokens
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.labels import label
from helpdesk.models import Message, Notification
from helpdesk.models.codes import NotificationEvent
from helpdesk.notify.sms_text import segments, shorten, to_gsm7
from helpdesk.sla.clock import clocks_of

ONE_SEGMENT = 160
# Which link a mail carries: the reporter's own page, or the desk (an unanswered ticket: with a button to take it).
FOR_STAFF = frozenset(
    {
        NotificationEvent.ALERT,
        NotificationEvent.NEW_TICKET,
        NotificationEvent.REPORTER_WROTE,
        NotificationEvent.REOPENED,
        NotificationEvent.ASSIGNED,
        NotificationEvent.REMINDER,
        NotificationEvent.BREACH,
        NotificationEvent.TAKEN,
    }
)
TO_TAKE = frozenset({NotificationEvent.ALERT, NotificationEvent.NEW_TICKET})


def render(notification: Notification, part: str, **extra: Any) -> str:
    """One part of a message in the recipient's language."""
    with force_locale(notification.locale):
        context = context_of(notification) | extra
        return render_template(f"messages/{notification.event}.{part}", **context).strip()


def render_sms(notification: Notification) -> str:
    """The text of an SMS: one GSM-7 segment by default. Only the first words of the ticket are cut to fit."""
    words = _first_words(notification)
    if not settings().sms_transliterate:
        return render(notification, "sms", first_words=words)
    frame = to_gsm7(render(notification, "sms", first_words=""))
    room = ONE_SEGMENT - segments(frame).units
    text = to_gsm7(render(notification, "sms", first_words=shorten(to_gsm7(words), max(room, 0))))
    return shorten(text, ONE_SEGMENT)


def context_of(notification: Notification) -> dict[str, Any]:
    """What a message template can use."""
    ticket = notification.ticket
    return {
        "ticket": ticket,
        "clocks": clocks_of(ticket) if ticket else {},
        "user": notification.user,
        "params": notification.params,
        "message": _message(notification),
        "label": label,
        "house": settings(),
        "link": link_of(notification),
        "can_reply": settings().twilio_from_number.startswith("+") or bool(settings().twilio_messaging_service_sid),
    }


def link_of(notification: Notification) -> str:
    """The address that the message leads to; empty without a ticket."""
    ticket = notification.ticket
    if ticket is None:
        return ""
    if notification.event in TO_TAKE and notification.user_id is not None:
        return absolute("ack.page", token=tokens.sign(tokens.ACK_LINK, ticket.id, notification.user_id))
    if notification.event in FOR_STAFF:
        return absolute("desk.ticket", number=ticket.number)
    return absolute("reporter.page", token=tokens.sign(tokens.TICKET_PAGE, ticket.id))


def absolute(endpoint: str, **values: Any) -> str:
    """The public address of a page; never taken from a request's Host."""
    return settings().public_url + url_for(endpoint, _external=False, **values)


def _first_words(notification: Notification) -> str:
    return notification.ticket.summary if notification.ticket else ""


def _message(notification: Notification) -> Message | None:
    message_id = notification.params.get("message_id")
    return db.session.get(Message, message_id) if message_id else None
