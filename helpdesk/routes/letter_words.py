"""What became of a mail, in words, and its place among what happened to the ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from helpdesk.attempt_words import EVENTS, why_not
from helpdesk.models import Ticket
from helpdesk.sentences import _, event_icon, sentence
from helpdesk.tickets.letters import LetterState, SentMail, letters_of

WORDS: dict[LetterState, Callable[[], str]] = {
    LetterState.QUEUED: lambda: _("waiting to be sent"),
    LetterState.HELD: lambda: _("held back: too many mails there in a short time"),
    LetterState.HANDED_OVER: lambda: _("handed over to the mail server"),
    LetterState.BOUNCED: lambda: _("came back, not delivered"),
    LetterState.GIVEN_UP: lambda: _("given up, no server takes it"),
    LetterState.NOT_NEEDED: lambda: _("not sent, no longer needed"),
}
TROUBLE = (LetterState.BOUNCED, LetterState.GIVEN_UP)


@dataclass(frozen=True)
class Entry:
    """A line of "What happened". `kind` is a class for the style sheet."""

    at: datetime
    kind: str
    icon: str
    words: str


def history(ticket: Ticket) -> list[Entry]:
    """The events, and the mails to the reporter's side where they were written."""
    events = [Entry(each.at, each.kind.value, event_icon(each.kind), sentence(each)) for each in ticket.events]
    mails = [
        Entry(sent.at, "step_empty" if sent.state in TROUBLE else "mail", "email", words_of(sent))
        for sent in letters_of(ticket)
    ]
    return sorted(events + mails, key=lambda entry: entry.at)


def words_of(sent: SentMail) -> str:
    """ "Mail to Jan Testowy (reply): handed over to the mail server"."""
    state, why = WORDS[sent.state](), str(why_not(sent.last))
    about = str(EVENTS[sent.notification.event])
    said = _("Mail to %(name)s (%(about)s): %(state)s", name=sent.name, about=about, state=state)
    return f"{said}: {why}" if why and sent.state in TROUBLE else said
