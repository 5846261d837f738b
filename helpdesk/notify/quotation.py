"""What an answer of ours answers, in a few lines: the reader remembers, and the mail stays short."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.models import Message, Ticket
from helpdesk.models.codes import MessageKind

LINES, CHARACTERS = 6, 400


@dataclass(frozen=True)
class Quotation:
    name: str
    at: datetime
    words: str


def answered_by(message: Message | None, ticket: Ticket | None) -> Quotation | None:
    """The last words of the other side before our answer; what was filed, where there are none."""
    if message is None or ticket is None or message.from_reporter:
        return None
    before = [m for m in ticket.messages if m.id < message.id and m.from_reporter and m.kind is MessageKind.PUBLIC]
    if before and before[-1].body.strip():
        return Quotation(before[-1].author_name, before[-1].at, short(before[-1].body))
    return Quotation(ticket.reporter_name, ticket.created_at, short(ticket.description or ticket.summary))


def short(text: str) -> str:
    """Its first lines, with a sign that there is more."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    words = "\n".join(lines[:LINES])
    if len(words) > CHARACTERS:
        return words[:CHARACTERS].rsplit(None, 1)[0] + " …"
    return words + "\n…" if len(lines) > LINES else words
