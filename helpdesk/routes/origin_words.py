"""Which way a message came into the conversation, and who stands behind it: any sender of a mail can be forged."""

from collections.abc import Iterable

from helpdesk.models import InboundMail, Message, Ticket
from helpdesk.models.codes import MailState
from helpdesk.sentences import _
from helpdesk.tickets.participants import people_in_copy


def origins(ticket: Ticket, mails: Iterable[InboundMail]) -> dict[int, list[str]]:
    """Short words by the number of the message; none for what staff wrote on the page."""
    by_mail = {mail.message_row_id: mail for mail in mails if mail.message_row_id is not None}
    in_copy = {person.address for person in people_in_copy(ticket)}
    return {message.id: _origin(ticket, message, by_mail.get(message.id), in_copy) for message in ticket.messages}


def _origin(ticket: Ticket, message: Message, mail: InboundMail | None, in_copy: set[str]) -> list[str]:
    words = [_side(ticket, message, mail, in_copy)] if message.from_reporter else []
    if mail is not None and mail.state is MailState.AUTOMATIC:
        return [*words, _("automatic mail")]
    if mail is not None and mail.doubt:
        return [*words, _("by a mail whose sender is doubtful")]
    return [*words, _("by mail")] if mail is not None else words


def _side(ticket: Ticket, message: Message, mail: InboundMail | None, in_copy: set[str]) -> str:
    if message.author_id is not None and message.author_id == ticket.reporter_user_id:
        return _("reporter")
    if mail is None or mail.sender == ticket.reporter_email.lower():
        return _("reporter")
    return _("in copy") if mail.sender in in_copy else _("an address that is not in this ticket")
