"""What a mail becomes in its ticket: the reporter's message, an answer or a note of staff; or a new ticket."""

from helpdesk.errors import BadUpload
from helpdesk.inbound.mail_arrival import Arrival
from helpdesk.inbound.mail_copies import note_copies
from helpdesk.inbound.mail_places import group_for
from helpdesk.inbound.mail_subject import plain
from helpdesk.inbound.mail_thread import Match
from helpdesk.inbound.sms_of_reporters import is_thanks
from helpdesk.models import Message, Ticket, Unit, User
from helpdesk.models.codes import Category, MessageKind, NotificationEvent, Priority, TicketSource
from helpdesk.tickets import conversation
from helpdesk.tickets.actor import Actor, of_reporter, of_user
from helpdesk.tickets.attachments import MAX_UPLOADS, StoredFile, attach, store_upload
from helpdesk.tickets.opening import Reporter, TicketDraft, open_ticket

SUMMARY = 120  # characters


def write(arrival: Arrival, match: Match) -> None:
    """Into the ticket, as whoever sent it."""
    message = _written(arrival, match)
    arrival.row.ticket, arrival.row.message_row = message.ticket, message
    if message.kind is MessageKind.PUBLIC:
        note_copies(arrival, message.ticket)


def write_automatic(arrival: Arrival, match: Match) -> None:
    """A note that changes nothing: nobody is told, nothing is reopened."""
    ticket = match.ticket.survivor
    arrival.row.ticket = ticket
    arrival.row.message_row = conversation.add_note(ticket, Actor(arrival.name), words_of(arrival))


def open_by_mail(arrival: Arrival, user: User, unit: Unit, priority: Priority = Priority.NORMAL) -> Ticket:
    words = words_of(arrival)
    subject, group = plain(arrival.mail.subject), group_for(arrival.row, unit)
    ticket = open_ticket(
        TicketDraft(
            unit=unit,
            category=Category.OTHER,
            priority=priority,
            summary=(subject or " ".join(words.split()) or arrival.row.sender)[:SUMMARY],
            description=words,
            reporter=Reporter(name=user.name, email=arrival.row.sender, user_id=user.id),
            locale=user.locale,
            source=TicketSource.EMAIL,
            submission_key=f"mail:{arrival.row.id}",
            group_id=group.id if group else None,
            uploads=files_of(arrival),
        )
    )
    arrival.row.ticket = ticket
    note_copies(arrival, ticket)
    return ticket


def words_of(arrival: Arrival) -> str:
    """What was typed now; all of it where that cannot be told, the subject where there is nothing else."""
    mail = arrival.mail
    words = mail.reply_text.strip() or mail.text.strip() or ("" if mail.attachments else mail.subject)
    return words.replace("\x00", "")


def files_of(arrival: Arrival) -> list[StoredFile]:
    """The attachments that a form would take too, cleaned as there; the others stay in the original alone."""
    taken: list[StoredFile] = []
    left_out: list[list[str]] = []
    for file in arrival.mail.attachments:
        try:
            if len(taken) == MAX_UPLOADS:
                raise BadUpload("too_many")
            taken.append(store_upload(file.name, file.bytes))
        except BadUpload as refused:
            left_out.append([file.name, refused.code])
    arrival.row.left_out = left_out
    return taken


def _written(arrival: Arrival, match: Match) -> Message:
    ticket, survivor = match.ticket, match.ticket.survivor
    body, files = words_of(arrival), files_of(arrival)
    if arrival.is_staff and arrival.user is not None and not arrival.is_reporter_of(ticket):
        return _of_staff(arrival, of_user(arrival.user), match, body, files)
    if match.asked is not None and match.asked.is_staff:
        # Somebody else writes to an address that only staff was given: the reporter must not read it.
        return _note(Actor(arrival.name), survivor, body, files)
    by = of_reporter(ticket) if arrival.is_reporter_of(ticket) else _participant(arrival)
    if not survivor.is_open and is_thanks(body):
        return conversation.write_thanks(survivor, by, body)
    return conversation.write_as_reporter(ticket, body, files, by=by)


def _participant(arrival: Arrival) -> Actor:
    return Actor(arrival.name, arrival.user.id if arrival.user else None, is_reporter=True)


def _of_staff(arrival: Arrival, by: Actor, match: Match, body: str, files: list[StoredFile]) -> Message:
    """The reporter reads it only when it answers, to that very person, words of the reporter; anything else that
    staff send is for staff, such as "I am at a party, can somebody else?" in answer to an alert, or what may not be
    theirs."""
    ticket, answered, is_in_doubt = match.ticket.survivor, match.answered, bool(arrival.row.doubt)
    is_answer = answered is not None and answered.event is NotificationEvent.REPORTER_WROTE and not is_in_doubt
    if is_answer and answered is not None and answered.user_id == by.user_id and ticket.is_open:
        return conversation.reply(ticket, by, body, files)
    return _note(by, ticket, body, files)


def _note(by: Actor, ticket: Ticket, body: str, files: list[StoredFile]) -> Message:
    message = conversation.add_note(ticket, by, body)
    attach(ticket, files, by, message)
    return message
