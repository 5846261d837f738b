"""A mail that has just arrived: what it says, its row, and who seems to have sent it (any From can be forged)."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.inbound.mail import InboundMail
from helpdesk.inbound.mail_mime import read_head
from helpdesk.inbound.mail_trust import doubt
from helpdesk.models import InboundMail as Row
from helpdesk.models import Ticket, User
from helpdesk.models.codes import MailState
from helpdesk.tickets.access import can_see
from helpdesk.tickets.attachments import store_mail
from helpdesk.tickets.participants import is_participant
from helpdesk.users import person_with_address

LONGEST_ID = 250


@dataclass(frozen=True)
class Arrival:
    """`user` is None for an address that we do not know."""

    mail: InboundMail
    row: Row
    user: User | None

    @property
    def is_staff(self) -> bool:
        return self.user is not None and self.user.is_staff

    def is_reporter_of(self, ticket: Ticket) -> bool:
        is_account = self.user is not None and self.user.id == ticket.reporter_user_id
        return is_account or self.row.sender == ticket.reporter_email.lower() != ""

    def takes_part_in(self, ticket: Ticket) -> bool:
        """Its reporter, somebody in copy, or somebody who may see it anyway."""
        may_see = self.user is not None and can_see(self.user, ticket)
        return may_see or self.is_reporter_of(ticket) or is_participant(ticket, self.row.sender)

    @property
    def name(self) -> str:
        """How the sender is called in the ticket; the address of strangers, who can choose any name."""
        if self.user is not None:
            return self.user.name
        shown = f"{self.row.sender_name} <{self.row.sender}>" if self.row.sender_name else self.row.sender
        return shown[:120]


def known(mail: InboundMail) -> Row | None:
    """Its row, when it has been taken in before."""
    return db.session.scalar(sa.select(Row).filter_by(message_id=key_of(mail.message_id)))


def arrive(mail: InboundMail, raw: bytes, mailbox: str) -> Arrival:
    """Write its row; whoever fetches the same mail at this moment waits here."""
    row = Row(
        message_id=key_of(mail.message_id),
        mailbox=mailbox[:254],
        sender=mail.sender.address.strip().lower()[:254],
        sender_name=_clean(mail.sender.name)[:120],
        subject=_clean(mail.subject)[:300],
        state=MailState.HELD,
        doubt=doubt(read_head(raw, 0, len(raw))[0], mail.sender.address.strip(), settings().mail_authserv_id),
        stored_as=store_mail(raw),
    )
    db.session.add(row)
    db.session.flush()
    return Arrival(mail, row, person_with_address(row.sender))


def key_of(message_id: str) -> str:
    """As it is stored: a very long one by its digest."""
    clean = _clean(message_id)
    return clean if len(clean) <= LONGEST_ID else f"<{hashlib.sha256(clean.encode()).hexdigest()}@long.invalid>"


def _clean(text: str) -> str:
    """PostgreSQL takes no NUL in a text."""
    return text.replace("\x00", "")
