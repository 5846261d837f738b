"""The "1" by SMS that confirms a test of one's own alert."""

from helpdesk.inbound.grammar import Answer, Meaning
from helpdesk.models import Ticket, User
from helpdesk.oncall import own_test


def confirms_own_test(user: User, waiting: list[Ticket], answer: Answer) -> bool:
    """A bare "1" while a test of the person runs. An alert that waits comes before it, a notice does not."""
    is_bare = answer.meaning is Meaning.TAKE and not answer.number
    is_alerted = any(ticket.is_urgent for ticket in waiting)
    return is_bare and not is_alerted and own_test.confirm_by_sms(user)
