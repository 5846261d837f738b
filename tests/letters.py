"""Messages in the outbox, ready to be put into words."""

from typing import Any

from helpdesk.extensions import db
from helpdesk.models import Message, Notification, Ticket, User
from helpdesk.models.codes import Channel, MessageKind, NotificationEvent
from helpdesk.tickets.opening import Reporter
from helpdesk.tokens import new_attempt_id
from helpdesk.transaction import transaction
from tests.cast import Cast
from tests.drafts import opened

SUMMARY = "Ostrzeżenie o burzy nie pojawia się w grupie"


def filed(cast: Cast, **overrides: Any) -> Ticket:
    """A ticket of the OSP that Jan filed just now; `overrides` are fields of TicketDraft."""
    fields: dict[str, Any] = {
        "summary": SUMMARY,
        "description": "Post czeka od godziny.\n\nIdzie burza.",
        "reporter": Reporter("Jan Testowy", "+48500000000", "jan@modrzewie.test"),
    }
    return opened(cast, **(fields | overrides))


def letter(
    event: NotificationEvent, ticket: Ticket | None, user: User | None = None, locale: str = "pl", **params: Any
) -> Notification:
    """A message about the ticket; the channel plays no part in its words."""
    with transaction():
        row = Notification(
            dedupe_key=new_attempt_id(),
            event=event,
            channel=Channel.SMS,
            address="+48500000000",
            locale=locale,
            user_id=user.id if user else None,
            ticket_id=ticket.id if ticket else None,
            params=params,
        )
        db.session.add(row)
    return row


def written(ticket: Ticket, body: str, *, author: str = "Anna Testowa", from_reporter: bool = False) -> Message:
    """A public message on the ticket, without anything that follows from it."""
    with transaction():
        row = Message(
            ticket_id=ticket.id,
            kind=MessageKind.PUBLIC,
            author_name=author,
            from_reporter=from_reporter,
            body=body,
        )
        db.session.add(row)
    return row
