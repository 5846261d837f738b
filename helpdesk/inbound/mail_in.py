"""Take a mail in: once, into its one ticket, or where a manager sees it. Never lost, never a loop."""

import hashlib
import logging
from collections.abc import Callable

from helpdesk import clock, mail_ids, outbox
from helpdesk.config import settings
from helpdesk.inbound import mail_bounces, mail_brakes, mail_urgency
from helpdesk.inbound.mail import read_message
from helpdesk.inbound.mail_arrival import Arrival, arrive, known
from helpdesk.inbound.mail_places import unit_for
from helpdesk.inbound.mail_thread import find_thread
from helpdesk.inbound.mail_writing import write, write_automatic
from helpdesk.models import InboundMail as Row
from helpdesk.models.codes import Channel, Lane, MailState, NotificationEvent
from helpdesk.outbox import Letter
from helpdesk.sla.promises import valid_contract

log = logging.getLogger(__name__)
Step = Callable[[Arrival, bytes], bool]


def take_in(raw: bytes, mailbox: str = "") -> Row:
    """The mail's row; whoever takes in the same mail again gets the row that is there. `mailbox` is the address
    that it was found at. Within a transaction."""
    mail = read_message(raw)
    before = known(mail)
    if before is not None:
        return before
    arrival = arrive(mail, raw, mailbox)
    next(step for step in STEPS if step(arrival, raw))
    return arrival.row


def is_loop(arrival: Arrival, _raw: bytes) -> bool:
    """A mail that we sent ourselves has come back."""
    is_ours = mail_ids.read_message_id(arrival.mail.message_id) or mail_ids.is_own(arrival.row.sender)
    if is_ours:
        log.warning("a mail of our own came back: %s", arrival.row.message_id)
        _settle(arrival, MailState.DROPPED, "loop")
    return bool(is_ours)


def is_bounce(arrival: Arrival, raw: bytes) -> bool:
    if not arrival.mail.is_bounce:
        return False
    try:
        arrival.row.ticket = mail_bounces.take_bounce(raw, arrival.mail.bounced_message_id)
    except LookupError:
        log.info("a bounce of a mail that is not ours: %s", arrival.row.message_id)
        _settle(arrival, MailState.DROPPED, "not_ours")
    else:
        _settle(arrival, MailState.BOUNCE)
    return True


def is_automatic(arrival: Arrival, _raw: bytes) -> bool:
    if not arrival.mail.is_auto_reply:
        return False
    match = find_thread(arrival)
    if match is not None and not mail_brakes.is_too_much(arrival.row.sender):
        write_automatic(arrival, match)
    _settle(arrival, MailState.AUTOMATIC)
    return True


def is_too_much(arrival: Arrival, _raw: bytes) -> bool:
    if not mail_brakes.is_too_much(arrival.row.sender):
        return False
    log.warning("mail %s waits: too many from its sender", arrival.row.id)
    _settle(arrival, MailState.HELD, "too_many")
    return True


def belongs_to_a_ticket(arrival: Arrival, _raw: bytes) -> bool:
    match = find_thread(arrival)
    if match is None:
        return False
    write(arrival, match)
    mail_urgency.look_at_answer(arrival, match.ticket.survivor)
    _settle(arrival, MailState.TAKEN)
    return True


def is_in_doubt(arrival: Arrival, _raw: bytes) -> bool:
    """Its sender is probably forged: an answer would go to somebody who has sent nothing."""
    if arrival.row.doubt:
        _settle(arrival, MailState.HELD, "doubtful")
    return bool(arrival.row.doubt)


def opens_a_ticket(arrival: Arrival, _raw: bytes) -> bool:
    """Of a known person of a unit whose gmina has a contract."""
    unit = unit_for(arrival.row, arrival.user)
    if arrival.user is None or unit is None or valid_contract(unit.municipality_id) is None:
        return False
    if mail_brakes.opens_too_much(arrival.row.sender):
        log.warning("mail %s waits: its sender has opened many tickets", arrival.row.id)
        _settle(arrival, MailState.HELD, "too_many_new")
        return True
    mail_urgency.open_as_it_says(arrival, arrival.user, unit)
    _settle(arrival, MailState.TAKEN)
    return True


def waits_in_quarantine(arrival: Arrival, _raw: bytes) -> bool:
    """Answered once, so that nobody waits for us in vain."""
    reason = _why_it_waits(arrival)
    _settle(arrival, MailState.HELD, reason)
    if "@" in arrival.row.sender and mail_ids.takes_mail(arrival.row.sender) and mail_brakes.may_answer_strangers():
        _answer(arrival, reason)
    return True


def _why_it_waits(arrival: Arrival) -> str:
    if unit_for(arrival.row, arrival.user) is not None:
        return "no_contract"
    return "of_staff" if arrival.is_staff else "unknown"


STEPS: tuple[Step, ...] = (
    is_loop,
    is_bounce,
    is_automatic,
    is_too_much,
    belongs_to_a_ticket,
    is_in_doubt,
    opens_a_ticket,
    waits_in_quarantine,
)


def _settle(arrival: Arrival, state: MailState, reason: str = "") -> None:
    arrival.row.state, arrival.row.reason = state, reason


def _answer(arrival: Arrival, reason: str) -> None:
    """Once a month to an address, however much it writes."""
    address = arrival.row.sender
    digest = hashlib.sha256(address.encode()).hexdigest()[:40]
    outbox.enqueue(
        Letter(
            event=NotificationEvent.MAIL_ANSWER,
            channel=Channel.EMAIL,
            address=address,
            dedupe_key=f"mail_answer:{reason}:{digest}:{clock.now():%Y%m}",
            locale=arrival.user.locale if arrival.user else settings().default_locale,
            lane=Lane.NOTICE,
            user_id=arrival.user.id if arrival.user else None,
            params={"reason": reason, "in_reply_to": arrival.row.message_id},
        )
    )
