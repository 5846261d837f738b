"""A mail that cries "urgent" wakes nobody by itself: its sender is asked back, and one click makes it urgent.

Anybody can write any sender into a mail, but only the sender's own mailbox gets the question.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from helpdesk import clock, outbox, tokens
from helpdesk.errors import BadToken, NotAllowed
from helpdesk.extensions import db
from helpdesk.models import Ticket, TimelineEvent, User
from helpdesk.models.codes import Channel, EventKind, Lane, NotificationEvent, Priority
from helpdesk.outbox import Letter
from helpdesk.tickets import lifecycle
from helpdesk.tickets.actor import of_user
from helpdesk.tickets.locks import hold_ticket
from helpdesk.tickets.participants import takes_part

COUNTS_FOR = timedelta(hours=12)  # later nobody remembers what was urgent


class Answer(StrEnum):
    """What a click on the link can still do."""

    WANTED = "wanted"  # make the ticket urgent
    URGENT = "urgent"  # it is already
    USED = "used"  # it was made urgent by it, and staff decided otherwise
    LATE = "late"
    FINISHED = "finished"


def ask(ticket: Ticket, user: User, address: str) -> None:
    """Once an hour at most, at the address from which the mail seems to come."""
    asked_at = clock.now()
    outbox.enqueue(
        Letter(
            event=NotificationEvent.URGENT_QUESTION,
            channel=Channel.EMAIL,
            address=address,
            dedupe_key=f"urgent_question:{ticket.id}:{user.id}:{asked_at:%Y%m%d%H}",
            locale=user.locale,
            lane=Lane.SECURITY,
            user_id=user.id,
            ticket_id=ticket.id,
            params={"asked_at": asked_at.isoformat()},
        )
    )


def link_token(ticket_id: int, user_id: int, asked_at: datetime) -> str:
    return tokens.sign(tokens.URGENT_LINK, ticket_id, user_id, asked_at.isoformat())


def read_token(token: str) -> tuple[Ticket, User, datetime]:
    """The ticket in which the matter goes on, who was asked, and when.

    Raises:
        BadToken: forged, or the person has been switched off, or takes no part in the ticket any more.
    """
    ticket_id, user_id, asked_at = tokens.read(tokens.URGENT_LINK, token)
    ticket, user = db.session.get(Ticket, ticket_id), db.session.get(User, user_id)
    if ticket is None or user is None or not user.active or not takes_part(user, ticket):
        raise BadToken
    return ticket.survivor, user, datetime.fromisoformat(asked_at)


def what_a_click_does(ticket: Ticket, asked_at: datetime) -> Answer:
    if not ticket.is_open:
        return Answer.FINISHED
    if ticket.is_urgent:
        return Answer.URGENT
    if _was_changed(ticket, asked_at):
        return Answer.USED
    return Answer.LATE if clock.now() > asked_at + COUNTS_FOR else Answer.WANTED


def make_urgent(ticket: Ticket, user: User, asked_at: datetime) -> None:
    """The alert begins now.

    Raises:
        NotAllowed: the code of the Answer, where it is another than "wanted".
    """
    hold_ticket(ticket)
    answer = what_a_click_does(ticket, asked_at)
    if answer is not Answer.WANTED:
        raise NotAllowed(answer.value)
    lifecycle.change_priority(ticket, Priority.URGENT, of_user(user))


def _was_changed(ticket: Ticket, since: datetime) -> bool:
    query = sa.select(TimelineEvent.id).where(
        TimelineEvent.ticket_id == ticket.id,
        TimelineEvent.kind == EventKind.PRIORITY_CHANGED,
        TimelineEvent.at >= since,
    )
    return db.session.scalar(query.limit(1)) is not None
