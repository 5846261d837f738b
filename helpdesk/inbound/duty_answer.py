"""An SMS that confirms the writer's duty: a bare yes, when no ticket can be meant by it."""

from flask_babel import gettext as _

from helpdesk.i18n import when
from helpdesk.inbound.grammar import Answer
from helpdesk.inbound.people import Sender, told_since
from helpdesk.oncall import shift_notices


def confirm_duty(sender: Sender, answer: Answer) -> str:
    """Confirm all shifts that the person was reminded of; the words to answer. Empty, and nothing done, unless it
    is a yes that names no ticket, and no ticket came after the reminder."""
    if not answer.is_bare_yes or answer.perhaps:
        return ""
    asked = shift_notices.asked_of(sender.user)
    reminded = max((row.start_at or row.evening_at or row.starts_at for row in asked), default=None)
    if reminded is None or told_since(sender, reminded):
        return ""
    for row in asked:
        shift_notices.confirm(row)
    first = asked[0]
    return _(
        "Confirmed: duty %(start)s - %(end)s. Thank you.", start=when(first.starts_at), end=when(first.ends_at)
    )
