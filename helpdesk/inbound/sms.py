"""An SMS that came in: what it means is done, and everybody gets an answer.

Other words than those of the grammar are added to the ticket, or to each that waits. A bare "1" counts only when it
is clear which ticket waits for an answer.

What answers by itself (an absence notice, another machine) must not talk with us for ever. Words that a ticket was
told by the same person within ten minutes are neither added again nor answered. A number gets ten answers in ten
minutes; after that all is still acted on and written down, but only a ticket that was just taken is confirmed.
"""

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from helpdesk import clock
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.inbound.brakes import has_heard_enough, is_known, no_text
from helpdesk.inbound.duty_answer import confirm_duty
from helpdesk.inbound.grammar import YES, Answer, Meaning, gives_a_reason, understand
from helpdesk.inbound.own_test_answer import confirms_own_test
from helpdesk.inbound.people import (
    Sender,
    all_that_were_meant,
    heard_of,
    meant_without_a_number,
    tickets_asked_about,
    waiting_for_somebody,
)
from helpdesk.inbound.sms_of_reporters import from_reporter
from helpdesk.inbound.taking import counts, yours_words
from helpdesk.models import Contact, Inbound, Ticket, User
from helpdesk.models.codes import AckVia, ContactKind, InboundKind
from helpdesk.notify.sms_text import to_gsm7
from helpdesk.oncall import contacts
from helpdesk.oncall.acknowledgement import acknowledge, acknowledge_all, pass_on
from helpdesk.oncall.people import person_with_phone
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.conversation import add_note
from helpdesk.tokens import new_attempt_id

OPTED_OUT = "21610"  # the code with which the provider would refuse our next SMS
TAKEN = "taken"  # the outcome of the answer that took a ticket


def receive(*, sid: str, number: str, body: str) -> str:
    """Act on an SMS; the answer (GSM-7; empty: none). A repeated `sid` acts only once; without one nothing is
    known to be a repeat."""
    row = _write_down(sid or f"none-{new_attempt_id()}", number, body)
    if row.outcome:
        return row.answer
    contacts.works(number)
    user = person_with_phone(number)
    with force_locale(user.locale if user else settings().default_locale):
        row.outcome, answer = _act(row, user, understand(body))
    if row.outcome == TAKEN or not has_heard_enough(number):
        row.answer = to_gsm7(answer)
    return row.answer


def _write_down(sid: str, number: str, body: str) -> Inbound:
    """The row of the SMS, new or, with its outcome, from before. Two repeats at the same moment: the second waits
    for the first and then finds its row."""
    query = sa.select(Inbound).filter_by(provider_sid=sid)
    known = db.session.scalar(query)
    if known is not None:
        return known
    row = Inbound(kind=InboundKind.SMS, provider_sid=sid, address=number, body=body, received_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return db.session.scalars(query).one()
    return row


def _act(row: Inbound, user: User | None, answer: Answer) -> tuple[str, str]:
    """The outcome's code and the text to answer."""
    if answer.meaning in (Meaning.STOP, Meaning.START):
        return _mirror_opt_out(row.address, answer.meaning)
    if row.body.strip().lower() == YES:
        _mirror_opt_out(row.address, Meaning.START)
    if user is not None and user.is_staff:
        return _from_staff(row, user, answer)
    return from_reporter(row, user)


def _mirror_opt_out(number: str, meaning: Meaning) -> tuple[str, str]:
    """The provider answers these words itself; we only remember."""
    query = sa.select(Contact).filter_by(kind=ContactKind.PHONE, value=number)
    for contact in db.session.scalars(query):
        if meaning is Meaning.STOP:
            contacts.mark_stopped(contact, OPTED_OUT)
        else:
            contact.opted_out_at = None
    return meaning.value, ""


def _from_staff(row: Inbound, user: User, answer: Answer) -> tuple[str, str]:
    sender = Sender(user, row.address)
    known = tickets_asked_about(sender)
    asked = _named_of(known, answer.number) if answer.number else _asked(sender, known, answer)
    waiting = waiting_for_somebody(asked, user)
    if confirms_own_test(user, waiting, answer):
        return "tested", _("Thank you. The test alert is confirmed: our SMS reach you and your answers reach us.")
    if waiting and answer.meaning is Meaning.TAKE_ALL:
        return _take_all(all_that_were_meant(sender, waiting), user)
    if len(waiting) > 1:
        waiting = meant_without_a_number(sender, waiting)
    if len(waiting) > 1:
        return _about_several(row, waiting, user, answer)
    if not waiting and (words := confirm_duty(sender, answer)):
        return "on_duty", words
    ticket = waiting[0] if waiting else (asked[0] if asked else None)
    if ticket is None:
        return "nothing", _nothing_words(waiting_for_somebody(heard_of(sender, known), user), answer)
    row.ticket_id = ticket.id
    return _answer_about(row, ticket, user, answer.meaning)


def _asked(sender: Sender, known: list[Ticket], answer: Answer) -> list[Ticket]:
    """What an answer is about that names no ticket for certain."""
    heard = heard_of(sender, known)
    named = _named_of(known, answer.perhaps) if answer.perhaps else []
    waiting = waiting_for_somebody(named, sender.user)
    return waiting or (named if not waiting_for_somebody(heard, sender.user) else []) or heard


def _named_of(tickets: list[Ticket], number: str) -> list[Ticket]:
    return [ticket for ticket in tickets if ticket.number.endswith(number)]


def _about_several(row: Inbound, tickets: list[Ticket], user: User, answer: Answer) -> tuple[str, str]:
    """Words are kept on each of them, a reason too; whoever takes or passes on must say which."""
    if gives_a_reason(row.body):
        _keep_words(tickets, user, row.body)
    if answer.meaning is not Meaning.WORDS:
        return "ambiguous", _which_words(tickets, answer)
    if not row.body.strip():
        return no_text()
    if not _keep_words(tickets, user, row.body):
        return "repeated", ""
    numbers = _listed(tickets)
    return "noted", _(
        "Added as a note to %(numbers)s. To take one, answer its number and 1, or ALL.", numbers=numbers
    )


def _keep_words(tickets: list[Ticket], user: User, body: str) -> bool:
    """As a note on each of the tickets; False if all of them were told the same a moment ago."""
    new = [ticket for ticket in tickets if not is_known(ticket, of_user(user), body)]
    for ticket in sorted(new, key=lambda ticket: ticket.id):
        add_note(ticket, of_user(user), body)
    return bool(new)


def _answer_about(row: Inbound, ticket: Ticket, user: User, meaning: Meaning) -> tuple[str, str]:
    if meaning in (Meaning.TAKE, Meaning.TAKE_ALL):
        return _take(ticket, user)
    if gives_a_reason(row.body):
        _keep_words([ticket], user, row.body)
    if meaning is Meaning.PASS:
        if not pass_on(ticket, user, AckVia.SMS):
            return "nothing", _not_passed_words(ticket, user)
        return "passed", _("%(number)s: we are alerting the next person.", number=ticket.number)
    if not row.body.strip():
        return no_text()
    if not _keep_words([ticket], user, row.body):
        return "repeated", ""
    if waiting_for_somebody([ticket], user):
        return "noted", _("Added to %(number)s as a note. Answer 1=I take it 2=I cannot.", number=ticket.number)
    return "noted", _("Added to %(number)s as a note.", number=ticket.number)


def _take(ticket: Ticket, user: User) -> tuple[str, str]:
    if not ticket.is_open:
        return "closed", _("%(number)s is already finished.", number=ticket.number)
    result = acknowledge(ticket, user, AckVia.SMS)
    if not counts(result, user):
        return "late", _taken_words(ticket)
    return TAKEN if result.is_first or result.is_helping else "kept", yours_words(ticket, result)


def _take_all(tickets: list[Ticket], user: User) -> tuple[str, str]:
    in_order = sorted(tickets, key=lambda ticket: ticket.id)
    answers = zip(in_order, acknowledge_all(in_order, user, AckVia.SMS), strict=True)
    taken = {ticket: answer for ticket, answer in answers if counts(answer, user)}
    if not taken:
        return "nothing", _("No ticket is waiting for your answer.")
    if len(taken) == 1:
        return TAKEN, yours_words(*next(iter(taken.items())))
    numbers = ", ".join(ticket.number for ticket in taken)
    return TAKEN, _("Yours: %(numbers)s. Details: see My duty.", numbers=numbers)


def _which_words(waiting: list[Ticket], answer: Answer) -> str:
    """An end of a number that fits several was not enough."""
    numbers, end = _listed(waiting), waiting[0].number.rsplit("-", 1)[1]
    digit = "2" if answer.meaning is Meaning.PASS else "1"
    if answer.number:
        return _(
            "Several are waiting: %(numbers)s. Answer with the whole number and %(digit)s.",
            numbers=numbers,
            digit=digit,
        )
    if answer.meaning is Meaning.PASS:
        return _(
            "Several are waiting: %(numbers)s. Answer with the number and 2 (e.g. %(end)s 2).",
            numbers=numbers,
            end=end,
        )
    return _(
        "Several are waiting: %(numbers)s. Answer with the number and 1 (e.g. %(end)s 1) or ALL.",
        numbers=numbers,
        end=end,
    )


def _nothing_words(waiting: list[Ticket], answer: Answer) -> str:
    """Whoever mistypes a number must not believe that nothing waits."""
    if not waiting or not answer.number:
        return _("No ticket is waiting for your answer.")
    if answer.meaning is Meaning.PASS:
        return _(
            "%(number)s is not waiting for you. Waiting: %(numbers)s. Answer with the number and 2.",
            number=answer.number.lstrip("-"),
            numbers=_listed(waiting),
        )
    return _(
        "%(number)s is not waiting for you. Waiting: %(numbers)s. Answer with the number and 1 or ALL.",
        number=answer.number.lstrip("-"),
        numbers=_listed(waiting),
    )


def _listed(tickets: list[Ticket]) -> str:
    return ", ".join(ticket.number for ticket in tickets[:4])


def _not_passed_words(ticket: Ticket, user: User) -> str:
    """Why there is nobody to alert next."""
    if not ticket.is_open:
        return _("%(number)s is already finished.", number=ticket.number)
    if ticket.acknowledged_by is None:
        return _("%(number)s still waits for somebody to take it.", number=ticket.number)
    if ticket.acknowledged_by_id == user.id:
        return _("%(number)s is already yours. On its page you can give it to somebody else.", number=ticket.number)
    return _taken_words(ticket)


def _taken_words(ticket: Ticket) -> str:
    holder = ticket.acknowledged_by.name if ticket.acknowledged_by else "-"
    return _("%(number)s: %(name)s has it already. Thank you.", number=ticket.number, name=holder)
