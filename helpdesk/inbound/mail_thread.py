"""Which ticket a mail belongs to. The rules in their order; the first that finds one is right."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from helpdesk import mail_ids
from helpdesk.extensions import db
from helpdesk.inbound.mail_arrival import Arrival, key_of
from helpdesk.models import Attempt, Notification, Ticket, User
from helpdesk.models import InboundMail as Row

NUMBER = re.compile(r"\b[A-Z]{2,4}-\d{4}-\d{4,7}\b", re.IGNORECASE)


@dataclass(frozen=True)
class Match:
    """`asked` is the person to whom the mail was sent that is being answered, as far as our signature tells;
    `answered` is that mail."""

    ticket: Ticket
    asked: User | None = None
    answered: Notification | None = None


Rule = Callable[[Arrival], Match | None]


def find_thread(arrival: Arrival) -> Match | None:
    """Of a mail whose sender is in doubt only by what we signed, which strangers cannot know."""
    return _first(SURE if arrival.row.doubt else RULES, arrival)


def find_any_thread(arrival: Arrival) -> Match | None:
    """For a manager, who has looked at the mail."""
    return _first(RULES, arrival)


def by_signature(arrival: Arrival) -> Match | None:
    """What we signed: the address that the mail was sent to, with the mail of ours that it answers."""
    answered = next(_answered(arrival), None)
    for address in (arrival.row.mailbox, *(each.address for each in arrival.mail.recipients)):
        signed = mail_ids.read_reply_address(address)
        ticket = db.session.get(Ticket, signed.ticket_id) if signed else None
        if signed is not None and ticket is not None:
            asked = db.session.get(User, signed.user_id) if signed.user_id else None
            same = answered is not None and answered.ticket_id == ticket.id
            return Match(ticket, asked, answered if same else None)
    if answered is None or answered.ticket is None:
        return None
    return Match(answered.ticket, answered.user, answered)


def by_stored_id(arrival: Arrival) -> Match | None:
    """It answers a mail that we have had, or one that we sent before we signed, or with another key."""
    ids = _answered_ids(arrival)
    stored = sa.select(Row.ticket_id).where(
        Row.message_id.in_([key_of(each) for each in ids]), Row.ticket_id.is_not(None)
    )
    sent = (
        sa.select(Notification.ticket_id)
        .join(Notification.attempts)
        .where(
            Attempt.provider_sid.in_([*ids, *map(mail_ids.local_part, ids)]), Notification.ticket_id.is_not(None)
        )
    )
    found = db.session.scalar(stored.order_by(Row.id.desc()).limit(1)) or db.session.scalar(sent.limit(1))
    return Match(db.session.get_one(Ticket, found)) if found else None


def by_number(arrival: Arrival) -> Match | None:
    """The number in the subject, of somebody who takes part in the ticket: anybody can guess numbers."""
    for number in NUMBER.findall(arrival.mail.subject)[:5]:
        ticket = db.session.scalar(sa.select(Ticket).filter_by(number=number.upper()))
        if ticket is not None and arrival.takes_part_in(ticket):
            return Match(ticket)
    return None


SURE: tuple[Rule, ...] = (by_signature,)
RULES: tuple[Rule, ...] = (*SURE, by_stored_id, by_number)


def sent_as(message_id: str) -> Notification | None:
    """The mail of ours that has this Message-ID, if our signature says so."""
    sent = mail_ids.read_message_id(message_id)
    notification = db.session.get(Notification, sent.notification_id) if sent else None
    if sent is None or notification is None or int(notification.created_at.timestamp()) != sent.second:
        return None
    return notification


def _first(rules: tuple[Rule, ...], arrival: Arrival) -> Match | None:
    return next((match for rule in rules if (match := rule(arrival))), None)


def _answered(arrival: Arrival) -> Iterator[Notification]:
    return (found for each in _answered_ids(arrival) if (found := sent_as(each)))


def _answered_ids(arrival: Arrival) -> list[str]:
    """What it answers itself, then what that answered."""
    ids = [arrival.mail.in_reply_to, *reversed(arrival.mail.references)]
    return list(dict.fromkeys(each.replace("\x00", "") for each in ids if each))
