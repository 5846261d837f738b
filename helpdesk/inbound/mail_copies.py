"""Who else a mail was sent to, or came from: they take part in the ticket, or are offered to staff."""

from collections.abc import Iterator

from helpdesk import mail_ids
from helpdesk.inbound.mail_arrival import Arrival
from helpdesk.models import Ticket
from helpdesk.tickets import participants

MOST_OF_A_MAIL = 10  # a mail to a whole town is no conversation


def note_copies(arrival: Arrival, ticket: Ticket) -> None:
    """Nobody by a mail whose sender is in doubt: it could have the conversation sent anywhere."""
    if arrival.row.doubt:
        return
    for name, address in list(_people(arrival))[:MOST_OF_A_MAIL]:
        participants.bring_in(ticket, address, name)


def _people(arrival: Arrival) -> Iterator[tuple[str, str]]:
    """Name and address in lower case, without our own mailboxes and those of programs."""
    everybody = [(arrival.row.sender_name, arrival.row.sender), *arrival.mail.recipients]
    for name, address in everybody:
        plain = address.strip().lower()
        if "@" in plain and "\x00" not in plain and len(plain) <= 254 and mail_ids.takes_mail(plain):
            yield name, plain
