"""Mails of the demo: a ticket that came by mail with people in copy, a stranger who waits, one that came back."""

from datetime import datetime, timedelta
from email.message import EmailMessage

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import InboundMail, Municipality, Participant, Ticket, TimelineEvent
from helpdesk.models.codes import (
    OPEN_STATUSES,
    AttemptState,
    Channel,
    EventKind,
    MailState,
    ParticipantState,
    TicketSource,
)
from helpdesk.tickets.attachments import store_mail

STRANGER = ("Zofia Nowak", "z.nowak@przedszkole-bajka.example")
ARCHIVE = ("", "archiwum@urzad.example")
SIGNATURE = "Zespół grupy {name}\ngrupy@pomoc.example"


def make_mails() -> None:
    """The newest open ticket that nobody calls about becomes one of a mail."""
    for place in db.session.scalars(sa.select(Municipality)):
        place.mail_signature = SIGNATURE.format(name=place.name)
    query = sa.select(Ticket).where(Ticket.status.in_(OPEN_STATUSES), Ticket.reporter_email != "")
    by_mail, other, *_rest = db.session.scalars(query.order_by(Ticket.created_at.desc()).limit(2)).all()
    _opened_by_mail(by_mail)
    _came_back(other)
    _mail(STRANGER, "Post przedszkola zniknął", clock.now() - timedelta(minutes=35), MailState.HELD, "unknown")


def _opened_by_mail(ticket: Ticket) -> None:
    sender = (ticket.reporter_name, ticket.reporter_email)
    row = _mail(sender, ticket.summary, ticket.created_at, MailState.TAKEN, body=ticket.description)
    ticket.source, row.ticket = TicketSource.EMAIL, ticket
    for name, address in (STRANGER, ARCHIVE):
        is_in = address == STRANGER[1]
        state = ParticipantState.IN if is_in else ParticipantState.OFFERED
        db.session.add(Participant(ticket=ticket, name=name, address=address, state=state))


def _came_back(ticket: Ticket) -> None:
    robot = ("Mail Delivery System", "mailer-daemon@poczta.example")
    row = _mail(robot, "Undelivered Mail Returned to Sender", ticket.created_at, MailState.BOUNCE)
    row.ticket = ticket
    said = {
        "channel": Channel.EMAIL.value,
        "state": AttemptState.UNDELIVERED.value,
        "name": ticket.reporter_name,
        "status": "bounced",
        "code": "5.2.2",
    }
    db.session.add(TimelineEvent(ticket=ticket, at=ticket.created_at, kind=EventKind.ATTEMPT, data=said))


def _mail(
    sender: tuple[str, str],
    subject: str,
    at: datetime,
    state: MailState,
    reason: str = "",
    body: str = "Dzień dobry, post nie ukazał się w grupie.",
) -> InboundMail:
    name, address = sender
    mail = EmailMessage()
    message_id = f"<{at.timestamp():.0f}.{state.value}@poczta.example>"
    mail["From"], mail["Subject"], mail["Message-ID"] = f"{name} <{address}>", subject, message_id
    mail.set_content(body or subject)
    row = InboundMail(
        message_id=message_id,
        sender=address,
        sender_name=name,
        subject=subject,
        state=state,
        reason=reason,
        stored_as=store_mail(mail.as_bytes()),
        received_at=at,
    )
    db.session.add(row)
    return row
