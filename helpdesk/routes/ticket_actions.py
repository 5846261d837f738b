"""How a page changes a ticket: one rule in one transaction, and a clear sentence when it was refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import request

from helpdesk.errors import BadUpload, NotAllowed
from helpdesk.extensions import db
from helpdesk.inbound.taking import more_words
from helpdesk.labels import error_sentence
from helpdesk.models import Message, Ticket, User
from helpdesk.models.codes import AckVia
from helpdesk.oncall.acknowledgement import acknowledge, pass_on
from helpdesk.routes.access import me
from helpdesk.sentences import _, sentence
from helpdesk.tickets import conversation
from helpdesk.tickets.access import find_ticket
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.attachments import StoredFile
from helpdesk.tickets.page import changes_since
from helpdesk.transaction import transaction

CHANGED_MEANWHILE = "changed_meanwhile"


@dataclass(frozen=True)
class Result:
    """What became of an action: a sentence for the person; `code` says why it was refused, "" if it was done."""

    sentence: str
    code: str = ""


Rule = Callable[[Ticket, User], str]
# After words were sent, with the message that they became, if there were any.
Finish = Callable[[Ticket, User, Message | None], str]


def perform(number: str, rule: Rule) -> Result:
    """Apply `rule`, which returns the sentence to show, to the ticket as it is now.

    Refused if somebody else changed the ticket after the page was drawn (`seen` in the form), so that nobody
    answers twice or undoes what they have not read.

    Raises:
        NotFound: no such ticket for this person.
    """
    user = me()
    try:
        with transaction():
            ticket = _lock(number, user)
            changes = _unseen_changes(ticket, user)
            if not changes:
                return Result(rule(ticket, user))
    except (NotAllowed, BadUpload) as refused:
        return Result(str(error_sentence(refused.code)), refused.code)
    return Result(_meanwhile(changes), CHANGED_MEANWHILE)


def take(ticket: Ticket, user: User) -> str:
    """Acknowledge on a page; whoever comes second reads who has it."""
    taken = acknowledge(ticket, user, AckVia.PAGE)
    if taken.is_helping:
        helping = _("You help %(who)s with %(number)s.", who=taken.holder.name, number=ticket.number)
        return f"{helping} {more_words(taken.more)}".strip()
    if taken.more:
        having = _("You have %(number)s.", number=ticket.number)
        return f"{having} {more_words(taken.more)}"
    if taken.is_first:
        return _("You have %(number)s. The others are no longer alerted.", number=ticket.number)
    if taken.holder.id == user.id:
        return _("You have %(number)s already.", number=ticket.number)
    who = taken.holder.name
    return _("%(who)s already has %(number)s. You need not do anything.", who=who, number=ticket.number)


def send(ticket: Ticket, user: User, body: str, files: Sequence[StoredFile] = ()) -> Message | None:
    """A public reply, if there is anything to say."""
    return conversation.reply(ticket, of_user(user), body, files) if body or files else None


def hand_to_next(ticket: Ticket, user: User) -> str:
    if pass_on(ticket, user, AckVia.PAGE):
        return _("The next person is alerted now.")
    return _("No alert is running for %(number)s any more.", number=ticket.number)


def _lock(number: str, user: User) -> Ticket:
    """The row is locked first, so that of two people who act at once the second sees what the first did.
    Not against foreign keys to it: the worker writes events while it holds the alert's row."""
    query = sa.select(Ticket.id).where(Ticket.number == number.upper())
    db.session.execute(query.with_for_update(key_share=True))
    return find_ticket(number, user)


def _unseen_changes(ticket: Ticket, user: User) -> list[str]:
    seen = request.form.get("seen", type=int)
    if seen is None:
        return []
    return [sentence(event) for event in changes_since(ticket, seen, user.id)]


def _meanwhile(changes: list[str]) -> str:
    return _(
        "Somebody was faster: %(what)s. Nothing was sent; look at the ticket and send again if it is still right.",
        what="; ".join(changes[-3:]),
    )
