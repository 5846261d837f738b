"""The "1" by SMS that confirms a test of one's own alert."""

from helpdesk.inbound.grammar import Answer
from helpdesk.models import Ticket, User
from helpdesk.oncall import own_test


def confirms_own_test(user: User, waiting: list[Ticket], answer: Answer) -> bool:
    """A bare "1" while a test of the person runs. An alert that waits comes before it, a notice does not."""
    is_alerted = any(ticket.is_urgent for ticket in waiting)
    return answer.is_bare_yes and not is_alerted and own_test.confirm_by_sms(user)
