"""What lets an answer to a mail of ours find its way back: a signed Message-ID, a signed address to reply to."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from helpdesk import tokens
from helpdesk.base import read_id
from helpdesk.config import settings
from helpdesk.errors import BadToken

# Mailboxes of programs: a mail to them reaches nobody, and some answer.
ROBOTS = ("mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply")


@dataclass(frozen=True)
class Sent:
    """Which mail of ours a Message-ID names: its notification, and the second in which that was written."""

    notification_id: int
    second: int


@dataclass(frozen=True)
class ReplyTo:
    """Whose answers an address takes: of the person (None: the reporter without an account) in the ticket."""

    ticket_id: int
    user_id: int | None


def message_id(notification_id: int, created_at: datetime) -> str:
    """In angle brackets; the same however often the mail is sent."""
    return f"<{sid(notification_id, created_at)}@{urlsplit(settings().public_url).hostname}>"


def sid(notification_id: int, created_at: datetime) -> str:
    """The part before the "@", which is ours whatever the host is called; at most 64 characters."""
    second = f"{int(created_at.timestamp()):x}"
    return tokens.sign_words(tokens.MESSAGE_ID, f"m{notification_id}", second)


def read_message_id(given: str) -> Sent | None:
    """None for what is not signed by us."""
    try:
        name, second = tokens.read_words(tokens.MESSAGE_ID, local_part(given))
    except (BadToken, ValueError):
        return None
    notification_id = read_id(name[1:])
    return Sent(notification_id, int(second, 16)) if notification_id is not None else None


def local_part(given: str) -> str:
    return given.strip("<>").rpartition("@")[0]


def reply_address(ticket_id: int, user_id: int | None) -> str:
    """Where the person's answer to the ticket goes; empty where the house takes no mail in."""
    mailbox, _, domain = settings().mail_in_address.rpartition("@")
    if not mailbox:
        return ""
    return f"{mailbox}+{tokens.sign_short(tokens.REPLY_ADDRESS, str(ticket_id), str(user_id or 0))}@{domain}"


def read_reply_address(address: str) -> ReplyTo | None:
    """None for what is not signed by us. Servers on the way may change upper and lower case."""
    token = address.rpartition("@")[0].rpartition("+")[2].lower()
    try:
        ticket, person = (read_id(word) for word in tokens.read_short(tokens.REPLY_ADDRESS, token))
    except (BadToken, ValueError):
        return None
    return ReplyTo(ticket, person or None) if ticket is not None else None


def is_own(address: str) -> bool:
    """One of our mailboxes, with or without what stands after its "+"."""
    local, _, domain = address.lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    house = settings()
    ours = (house.mail_default_sender, house.mail_in_address, *(box.address for box in house.mailboxes))
    return plain in {each.lower() for each in ours}


def takes_mail(address: str) -> bool:
    """False for programs and for ourselves: what is sent there reaches nobody, or comes back."""
    return not (address.lower().rpartition("@")[0].partition("+")[0] in ROBOTS or is_own(address))
