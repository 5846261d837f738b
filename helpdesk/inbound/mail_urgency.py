"""What a mail that cries "urgent" does: see docs/decisions/0018."""

from helpdesk.inbound.mail_arrival import Arrival
from helpdesk.inbound.mail_subject import cries, has_cried
from helpdesk.inbound.mail_writing import open_by_mail
from helpdesk.models import Ticket, Unit, User
from helpdesk.models.codes import Priority
from helpdesk.tickets import urgent_question


def open_as_it_says(arrival: Arrival, user: User, unit: Unit) -> Ticket:
    """Urgent at once only where the unit has allowed it, of one of its own people, in words typed now."""
    is_trusted = unit.urgent_by_mail and unit in user.units and not arrival.row.doubt
    if is_trusted and cries(arrival.mail.subject):
        return open_by_mail(arrival, user, unit, Priority.URGENT)
    ticket = open_by_mail(arrival, user, unit)
    if has_cried(arrival.mail.subject):
        urgent_question.ask(ticket, user, arrival.row.sender)
    return ticket


def look_at_answer(arrival: Arrival, ticket: Ticket) -> None:
    """Behind "Re:" it is the subject of the ticket and nothing new."""
    user = arrival.user
    if user is None or user.is_staff or arrival.row.doubt or not arrival.takes_part_in(ticket):
        return
    if cries(arrival.mail.subject) and ticket.is_open and not ticket.is_urgent:
        urgent_question.ask(ticket, user, arrival.row.sender)
