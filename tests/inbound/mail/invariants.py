"""What holds for every mail that was read, whatever its bytes."""

import re

from helpdesk.inbound.mail import InboundMail

REMOTE = re.compile(
    r"<img[^>]*\ssrc=\"(?!cid:)|<(?:script|style|iframe|object|form)\b|\son\w+\s*=\s*\"|javascript:", re.IGNORECASE
)
UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f/\\:<>|?*\"\u202a-\u202e]|^\.|^$")


def broken(mail: InboundMail) -> list[str]:
    """The promises that the result does not keep."""
    lines = [
        mail.message_id,
        mail.in_reply_to,
        mail.subject,
        mail.sender.name,
        mail.sender.address,
        mail.bounced_message_id,
    ]
    texts = [*lines, mail.text, mail.reply_text, mail.html or "", *(person.address for person in mail.recipients)]
    promises = {
        "text can be stored": all(_can_be_stored(text) for text in texts),
        "fields are single lines": not any("\n" in line or "\r" in line for line in lines),
        "there is an identifier": re.fullmatch(r"<[^<>\s]+>", mail.message_id) is not None,
        "identifiers have brackets": all(
            one[0] + one[-1] == "<>" for one in (*mail.references, mail.in_reply_to) if one
        ),
        "a reply where there is text": bool(mail.reply_text.strip()) == bool(mail.text.strip()),
        "html is harmless": not REMOTE.search(mail.html or ""),
        "names are safe": not any(
            UNSAFE_NAME.search(file.name) or len(file.name) > 120 for file in mail.attachments
        ),
        "types are types": all(re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.type) for file in mail.attachments),
        "only a bounce brings something back": mail.is_bounce or not mail.bounced_message_id,
    }
    return [promise for promise, kept in promises.items() if not kept]


def _can_be_stored(text: str) -> bool:
    return "\0" not in text and text.encode("utf-8", "ignore").decode() == text
