"""Read a mail: any bytes at all give a result, never an exception and never a hang."""

import hashlib
import html
from dataclasses import dataclass

from helpdesk.inbound import mail_kinds
from helpdesk.inbound.mail_files import Attachment, attachment
from helpdesk.inbound.mail_html import Html, read_html
from helpdesk.inbound.mail_mime import Headers, Message, Part, read_head, take_apart
from helpdesk.inbound.mail_people import Address, read_addresses, read_ids
from helpdesk.inbound.mail_phrases import FORWARDS
from helpdesk.inbound.mail_reply import newest
from helpdesk.inbound.mail_text import Piece, take_out_files, to_text, unpack
from helpdesk.inbound.mail_words import decode_words

LONGEST_SUBJECT = 1_000  # characters
MOST_HTML = 3_000_000  # bytes in all that are shown; what is more is attached
RECIPIENTS = ("to", "cc", "bcc", "resent-to", "resent-cc")


@dataclass(frozen=True, slots=True)
class InboundMail:
    """What a mail says.

    Identifiers stand in angle brackets; `message_id` is never empty: a mail without one gets one that depends on
    its bytes alone, so that the same mail fetched twice has the same. `in_reply_to` and `bounced_message_id` may
    be "".
    `references` go from the oldest to the newest. `recipients` are those of To and Cc, each address once.
    `text` is all of it, `reply_text` what was typed now; `html` can be put into a page as it is.
    """

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    sender: Address
    recipients: tuple[Address, ...]
    subject: str
    text: str
    reply_text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    is_auto_reply: bool
    is_bounce: bool
    bounced_message_id: str


@dataclass(frozen=True, slots=True)
class _Body:
    """One part that is shown: its text, or its HTML read."""

    part: Part
    plain: str
    html: Html | None


def read_message(raw: bytes) -> InboundMail:
    if b"\n" not in raw[:100_000]:
        raw = raw.replace(b"\r", b"\n")
    message = take_apart(raw)
    headers = message.headers
    subject = decode_words(headers.first("subject"))[:LONGEST_SUBJECT]
    sender = _sender(headers)
    in_reply_to, references = read_ids(headers.first("in-reply-to")), read_ids(headers.first("references"))
    bodies, files = _sorted_parts(raw, message, answers=bool(in_reply_to or references))
    bounced = mail_kinds.is_bounce(message, sender.address)
    return InboundMail(
        message_id=next(iter(read_ids(headers.first("message-id"))), "") or _made_up_id(raw),
        in_reply_to=in_reply_to[0] if in_reply_to else "",
        references=references,
        sender=sender,
        recipients=_recipients(headers),
        subject=subject,
        text=_text(bodies),
        reply_text=_reply(bodies, forwards=bool(FORWARDS.match(subject))),
        html=_html(bodies),
        attachments=tuple(files),
        is_auto_reply=mail_kinds.is_auto_reply(headers, subject),
        is_bounce=bounced,
        bounced_message_id=mail_kinds.bounced_id(raw, message) if bounced else "",
    )


def _made_up_id(raw: bytes) -> str:
    return f"<{hashlib.sha256(raw).hexdigest()[:40]}@no-message-id.invalid>"


def _sender(headers: Headers) -> Address:
    """Of From; of Sender or Return-Path when From has no address (RFC 5322, 3.6.2)."""
    people = [
        person for name in ("from", "sender", "return-path") for person in read_addresses(headers.first(name))
    ]
    return next((person for person in people if person.address), people[0] if people else Address("", ""))


def _recipients(headers: Headers) -> tuple[Address, ...]:
    people = [person for person in read_addresses(b", ".join(headers.all(*RECIPIENTS))) if person.address]
    return tuple({person.address.lower(): person for person in reversed(people)}.values())[::-1]


def _sorted_parts(raw: bytes, message: Message, *, answers: bool) -> tuple[list[_Body], list[Attachment]]:
    """What is shown and what is attached, each in the order of the message. Too much HTML is attached."""
    bodies: list[_Body] = []
    files: list[Attachment] = []
    left = MOST_HTML
    for part in message.parts:
        content = unpack(raw, part)
        too_much = part.type == "text/html" and len(content) > left
        if _is_attached(part) or too_much:
            name = _file_name(part) or _title(part, content)
            files += [attachment(name, part.type, content)] if content or name else []
        elif part.type == "text/html":
            left -= len(content)
            bodies.append(_Body(part, "", read_html(to_text(content, part), answers=answers)))
        else:
            content, pieces = take_out_files(content)
            files += [_piece(piece) for piece in pieces]
            bodies.append(_Body(part, to_text(content, part), None))
    return bodies, files


def _title(part: Part, content: bytes) -> str:
    """A mail inside a mail is called after its subject."""
    if part.type != "message/rfc822":
        return ""
    subject = decode_words(read_head(content, 0, len(content))[0].first("subject"))[:LONGEST_SUBJECT]
    return f"{subject}.eml" if subject else ""


def _piece(piece: Piece) -> Attachment:
    return attachment(decode_words(piece.name), "application/octet-stream", piece.content)


def _is_attached(part: Part) -> bool:
    disposition = part.headers.params("content-disposition").value.lower()
    if part.whole or disposition == "attachment" or part.type not in ("text/plain", "text/html"):
        return True
    return bool(_file_name(part))


def _file_name(part: Part) -> str:
    for field, name in (("content-disposition", "filename"), ("content-type", "name")):
        if found := part.headers.params(field).text.get(name, "").strip():
            return found
    return ""


def _chosen(bodies: list[_Body], *, html: bool) -> list[_Body]:
    """Of alternatives those of the wanted kind, where one is not empty; and all that has no alternative."""
    right = [(body.html is not None) == html and bool(_shown(body).strip()) for body in bodies]
    covered = {choice for body, wanted in zip(bodies, right, strict=True) if wanted for choice in body.part.choices}
    pairs = zip(bodies, right, strict=True)
    return [body for body, wanted in pairs if wanted or covered.isdisjoint(body.part.choices)]


def _shown(body: _Body) -> str:
    return body.html.text if body.html else body.plain


def _text(bodies: list[_Body]) -> str:
    texts = (_shown(body).strip("\n").rstrip() for body in _chosen(bodies, html=False))
    return "\n\n".join(text for text in texts if text.strip())


def _reply(bodies: list[_Body], *, forwards: bool) -> str:
    """From the text; from the HTML where that marks a quotation and the text does not."""
    plain, rich = (_chosen(bodies, html=kind) for kind in (False, True))
    reply = newest(_marked(plain), forwards=forwards)
    if not reply and rich != plain and any(body.html for body in rich):
        reply = newest(_marked(rich), forwards=forwards)
    return reply or _text(bodies)


def _marked(bodies: list[_Body]) -> str:
    return "\n\n".join(body.html.marked if body.html else body.plain for body in bodies)


def _html(bodies: list[_Body]) -> str | None:
    """The parts in HTML, and between them those that are only text; None when no part is in HTML."""
    chosen = _chosen(bodies, html=True)
    if not any(body.html for body in chosen):
        return None
    pieces = (
        body.html.safe if body.html else f"<pre>{html.escape(body.plain)}</pre>" for body in chosen if _shown(body)
    )
    return "\n".join(pieces)


__all__ = ["Address", "Attachment", "InboundMail", "read_message"]
