"""An SMS of somebody of a unit, or of a stranger: it continues their open ticket, or opens one.

"PILNE" or "URGENT" at the beginning makes the ticket urgent, alone or before other words.
"""

import re

import sqlalchemy as sa
from flask_babel import gettext as _

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.hotline.callers import unit_of
from helpdesk.hotline.strangers import is_of_strangers
from helpdesk.inbound.brakes import A_WHILE, is_known, no_text
from helpdesk.inbound.people import open_ticket_of_reporter
from helpdesk.labels import error_sentence
from helpdesk.models import Inbound, Ticket, Unit, User
from helpdesk.models.codes import Category, Priority, TicketSource
from helpdesk.notify.sms_text import shorten, to_gsm7
from helpdesk.oncall.escalation import open_escalation
from helpdesk.sla.promises import valid_contract
from helpdesk.tickets import lifecycle, tell
from helpdesk.tickets.actor import of_reporter
from helpdesk.tickets.conversation import write_as_reporter
from helpdesk.tickets.opening import Reporter, TicketDraft, write_ticket

URGENT = re.compile(r"\s*(?:pilne|urgent)\b[\s:;,.!-]*", re.IGNORECASE)
# Politeness after a ticket is finished opens none.
THANKS = frozenset({"dziekuje", "dziekujemy", "dzieki", "dziekuje bardzo", "super dziekuje", "thanks", "thank you"})
SUMMARY = 120  # signs of the first words


def from_reporter(row: Inbound, user: User | None) -> tuple[str, str]:
    """The outcome's code and the text to answer."""
    ticket = open_ticket_of_reporter(row.address)
    unit = unit_of(user) if user is not None else None
    if (ticket is not None or unit is not None) and not row.body.strip():
        return no_text()
    if ticket is not None:
        row.ticket_id = ticket.id
        return _continue(ticket, row.body)
    if user is not None and unit is not None:
        return _open(row, user, unit)
    if _answered_before(row):
        return "unknown", ""
    return "unknown", _(
        "This number takes answers to tickets. To file one, use your unit's link or call this number."
    )


def is_thanks(text: str) -> bool:
    return " ".join(re.findall(r"[a-z]+", to_gsm7(text[:200]).lower())) in THANKS


def _continue(ticket: Ticket, body: str) -> tuple[str, str]:
    match = URGENT.match(body)
    words = body[match.end() :] if match else body
    if is_known(ticket, of_reporter(ticket), body) or _began_with(ticket, body):
        return "repeated", ""
    if words.strip():
        write_as_reporter(ticket, body)
    if match is None:
        return "reporter", _("Added to ticket %(number)s. Thank you.", number=ticket.number)
    if ticket.is_urgent:
        return "urgent", _("%(number)s is urgent already.", number=ticket.number)
    lifecycle.change_priority(ticket, Priority.URGENT, of_reporter(ticket))
    return "urgent", _urgent_words(ticket)


def _open(row: Inbound, user: User, unit: Unit) -> tuple[str, str]:
    if is_thanks(row.body):
        return "thanks", ""
    if valid_contract(unit.municipality_id) is None:
        return "no_contract", str(error_sentence("no_contract"))
    match = URGENT.match(row.body)
    words = row.body[match.end() :].strip() if match else row.body.strip()
    draft = TicketDraft(
        unit=unit,
        category=Category.OTHER,
        priority=Priority.URGENT if match else Priority.NORMAL,
        summary=" ".join(words.split())[:SUMMARY] or _("SMS without words"),
        description=row.body,
        reporter=Reporter(name=user.name, phone=row.address, user_id=user.id),
        locale=user.locale,
        source=TicketSource.SMS,
        submission_key=f"sms:{row.id}",
    )
    ticket = write_ticket(draft)
    row.ticket_id = ticket.id
    if ticket.is_urgent:
        open_escalation(ticket)
        return "opened", _urgent_words(ticket)
    tell.administrators_of_new(ticket)
    unit_name = unit.short_name
    return "opened", _(
        "%(number)s (%(unit)s): we have it. If it is urgent, answer URGENT.", number=ticket.number, unit=unit_name
    )


def _urgent_words(ticket: Ticket) -> str:
    """Of the unit too: some people have several, and a stranger none."""
    if ticket.acknowledged_by is not None:
        name = shorten(ticket.acknowledged_by.name, SUMMARY // 2)
        return _("%(number)s is urgent now. %(name)s has it.", number=ticket.number, name=name)
    if is_of_strangers(ticket.unit):
        return _("%(number)s is urgent: an administrator is being called.", number=ticket.number)
    unit = ticket.unit.short_name
    return _("%(number)s (%(unit)s) is urgent: an administrator is being called.", number=ticket.number, unit=unit)


def _began_with(ticket: Ticket, body: str) -> bool:
    """The ticket was opened by the same words a short time ago."""
    is_young = ticket.created_at > clock.now() - A_WHILE
    return is_young and ticket.source is TicketSource.SMS and ticket.description == body


def _answered_before(row: Inbound) -> bool:
    """A stranger gets one answer, not one for every message."""
    query = sa.select(Inbound.id).where(
        Inbound.address == row.address, Inbound.outcome == "unknown", Inbound.id != row.id
    )
    return db.session.scalar(query.limit(1)) is not None
