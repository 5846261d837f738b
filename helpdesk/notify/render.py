"""Messages in words: templates/messages/<event>.<sms|voice|subject|txt>, in the recipient's language."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import render_template
from flask_babel import force_locale, format_date, format_datetime

from helpdesk.clock_words import budget, minutes
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.inbound.people import also_meant_by
from helpdesk.labels import label
from helpdesk.models import Attempt, Clock, Message, Notification, Ticket
from helpdesk.models.codes import Category, NotificationEvent, SlaTargetKind
from helpdesk.notify.links import TO_TAKE, absolute, link_of
from helpdesk.notify.quotation import answered_by
from helpdesk.notify.sms_text import segments, shorten, to_gsm7
from helpdesk.notify.understood import files_left_out, files_taken
from helpdesk.people.codes import code_of
from helpdesk.phone import show_phone
from helpdesk.sla.clock import clocks_of
from helpdesk.tickets.questions import answers_for_display, is_violence_threatened

ONE_SEGMENT = 160
FEWEST_WORDS = 8  # units: less than that says nothing
MOST_NUMBERS = 5  # of tickets, in an SMS about several
MOST_WORDS = 100  # characters, where texts are not squeezed into one segment
# Their words name third persons: they stay in the ticket and are not sent around.
DISCREET = frozenset({Category.HATE, Category.HATE_SPEECH})


def render(notification: Notification, part: str, **extra: Any) -> str:
    """One part of a message in the recipient's language: "txt" in paragraphs, every other part on one line."""
    with force_locale(notification.locale):
        context = context_of(notification) | extra
        text = render_template(f"messages/{notification.event}.{part}", **context)
    return _paragraphs(text) if part == "txt" else " ".join(text.split())


def render_sms(notification: Notification, *, can_reply: bool = True, carried: Sequence[Attempt] = ()) -> str:
    """The text of an SMS: one GSM-7 segment by default, in which only the words of people are cut to fit.

    With `carried` attempts it names the tickets of all, if they are several. A link, where the house wants links,
    comes after it; the two take two segments at most.
    """
    numbers = _numbers(notification, carried)
    if len(numbers) > 1:
        return _of_several(notification, numbers, can_reply=can_reply)
    write = _one_segment if settings().sms_transliterate else _as_written
    link = link_of(notification) if settings().sms_links else ""
    end = _named_with(notification) if can_reply else ""
    return f"{write(notification, can_reply=can_reply, end=end)}\n{link}".rstrip()


def context_of(notification: Notification) -> dict[str, Any]:
    """What a message template can use."""
    ticket = notification.ticket
    clocks = clocks_of(ticket) if ticket else {}
    target, hotline = target_of(notification.params), settings().hotline
    return {
        "ticket": ticket,
        "unit": cut(ticket.unit.short_name, 40) if ticket else "",
        "answers": answers_for_display(ticket) if ticket else [],
        "is_discreet": _is_discreet(ticket),
        "is_violence_threatened": ticket is not None and is_violence_threatened(ticket),
        "clocks": clocks,
        "promises": promises(clocks),
        "target": target,
        "target_of": target_of,
        "due_at": due_at(clocks, target),
        "holder": (ticket.assignee or ticket.acknowledged_by) if ticket else None,
        "params": notification.params,
        "code": _code(notification),
        "message": _message(notification),
        "answered": None if _is_discreet(ticket) else answered_by(_message(notification), ticket),
        "signature": ticket.municipality.mail_signature if ticket else "",
        "label": label,
        "cut": cut,
        "quoted": quoted,
        "short_time": partial(short_time, seen_on=notification.created_at),
        "moment": datetime.fromisoformat,
        "budget": budget,
        "minutes": minutes,
        "desk_link": partial(absolute, "desk.ticket"),
        "house": settings(),
        "hotline": show_phone(hotline) if hotline.startswith("+") else "",
        "link": link_of(notification),
        "can_reply": True,
        "files_taken": files_taken,
        "files_left_out": files_left_out,
        "end": "",
    }


def promises(clocks: dict[SlaTargetKind, Clock]) -> list[tuple[SlaTargetKind, datetime]]:
    """The running targets with their due times (aware UTC), in the order in which they are met."""
    rows = [(kind, clocks[kind]) for kind in SlaTargetKind if kind in clocks]
    return [(kind, row.due_at) for kind, row in rows if row.is_running and row.due_at is not None]


def due_at(clocks: dict[SlaTargetKind, Clock], target: SlaTargetKind | None) -> datetime | None:
    """When the target was or is due (aware UTC); None while it is paused."""
    row = clocks.get(target) if target else None
    return (row.breached_at or row.due_at) if row else None


def short_time(at: datetime, seen_on: datetime) -> str:
    """Local time for an SMS: "10:15", with the day ("12 mar, 10:15") unless `seen_on` is the same local day."""
    is_same_day = format_date(at, "yyyyMMdd") == format_date(seen_on, "yyyyMMdd")
    return str(format_datetime(at, "HH:mm" if is_same_day else "d MMM, HH:mm"))


def cut(text: str, units: int) -> str:
    """A name in at most `units` of an SMS."""
    if settings().sms_transliterate:
        return shorten(text, units)
    return textwrap.shorten(text, units, placeholder="…")


def quoted(text: str) -> str:
    """What somebody else wrote, marked line by line, so that it cannot pass for our own words or our own link."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def _one_segment(notification: Notification, **answer: Any) -> str:
    """1. measure the frame around the words, 2. cut the words to the room that is left, 3. put them in."""
    frame = to_gsm7(render(notification, "sms", first_words=_as_sentence("x"), **answer))
    room = ONE_SEGMENT - segments(frame).units + 1
    words = shorten(_first_words(notification), room) if room >= FEWEST_WORDS else ""
    text = to_gsm7(render(notification, "sms", first_words=_as_sentence(words), **answer))
    return shorten(text, ONE_SEGMENT)


def _as_written(notification: Notification, **answer: Any) -> str:
    words = textwrap.shorten(_first_words(notification), MOST_WORDS, placeholder="…")
    return render(notification, "sms", first_words=_as_sentence(words), **answer)


def _numbers(notification: Notification, carried: Sequence[Attempt]) -> list[str]:
    """Of the tickets in one SMS, in the order in which "all" takes them, each once: two steps of one alert may have
    become due together."""
    tickets = [each.ticket for each in (notification, *(a.notification for a in carried)) if each.ticket]
    return list(dict.fromkeys(ticket.number for ticket in sorted(tickets, key=lambda ticket: ticket.id)))


def _named_with(notification: Notification) -> str:
    """How an answer must name the ticket, where the reader was told of others that wait too; else ""."""
    if notification.event not in TO_TAKE or notification.ticket is None:
        return ""
    number, others = notification.ticket.number, also_meant_by(notification)
    is_unique = all(_end_of(other.number) != _end_of(number) for other in others)
    return (_end_of(number) if is_unique else number) if others else ""


def _end_of(number: str) -> str:
    """ "LEO-2026-0042" → "0042": enough to say which ticket is meant."""
    return number.rsplit("-", 1)[1]


def _of_several(notification: Notification, numbers: Sequence[str], *, can_reply: bool) -> str:
    """How many tickets there are and as many of their numbers as have room in one segment."""
    end = _end_of(numbers[0])
    for shown in range(min(len(numbers), MOST_NUMBERS), 0, -1):
        listed = ", ".join(numbers[:shown]) + (" …" if shown < len(numbers) else "")
        text = render(notification, "many.sms", count=len(numbers), numbers=listed, end=end, can_reply=can_reply)
        text = to_gsm7(text) if settings().sms_transliterate else text
        if segments(text).count == 1:
            return text
    return text


def _first_words(notification: Notification) -> str:
    """What people wrote and the message is about, on one line."""
    ticket, message = notification.ticket, _message(notification)
    match notification.event:
        case NotificationEvent.REPLY | NotificationEvent.REPORTER_WROTE:
            words = message.body if message and not (message.from_reporter and _is_discreet(ticket)) else ""
        case NotificationEvent.PRIORITY_LOWERED:
            words = str(notification.params.get("reason") or "")
        case _:
            words = ticket.summary if ticket else ""
    return " ".join(words.split())


def _as_sentence(words: str) -> str:
    plain = words.rstrip(" ,;:-")
    return plain if not plain or plain[-1] in ".!?…" else f"{plain}."


def _paragraphs(text: str) -> str:
    """One kind of line break, one blank line between paragraphs."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _is_discreet(ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.category in DISCREET


def target_of(params: Mapping[str, Any]) -> SlaTargetKind | None:
    code = params.get("target")
    return SlaTargetKind(code) if code else None


def _code(notification: Notification) -> str:
    """What the reader types back; the database holds no code of ours for a contact."""
    if notification.event is NotificationEvent.CONTACT_CODE:
        return code_of(notification.params)
    return str(notification.params.get("code", ""))


def _message(notification: Notification) -> Message | None:
    message_id = notification.params.get("message_id")
    return db.session.get(Message, message_id) if message_id else None
