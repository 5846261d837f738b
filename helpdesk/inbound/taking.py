"""What whoever takes a ticket by SMS or in a call is told."""

from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.models import Ticket, User
from helpdesk.notify.sms_text import shorten
from helpdesk.oncall.acknowledgement import Acknowledged

LONGEST_NAME = 60  # units: the phone behind it still fits into the segment
TWO_NAMES = 30


def counts(result: Acknowledged, user: User) -> bool:
    """Whether the person has the ticket now, alone or with others."""
    return result.holder.id == user.id or result.is_helping


def yours_words(ticket: Ticket, result: Acknowledged) -> str:
    """What whoever takes a ticket must know: whom to call, and who else is in."""
    longest = TWO_NAMES if result.is_helping or result.more else LONGEST_NAME
    name, phone = shorten(ticket.reporter_name, longest), ticket.reporter_phone
    if result.is_helping:
        text = _(
            "%(number)s: you help %(holder)s. Reporter: %(name)s %(phone)s",
            number=ticket.number,
            holder=shorten(result.holder.name, longest),
            name=name,
            phone=phone,
        )
    else:
        text = _("%(number)s is yours. Reporter: %(name)s %(phone)s", number=ticket.number, name=name, phone=phone)
    return f"{text} {more_words(result.more)}".strip()


def spoken_words(result: Acknowledged) -> str:
    if result.is_helping:
        text = _("Thank you. You help %(name)s.", name=result.holder.name)
    else:
        text = _("Thank you. The ticket is yours.")
    return f"{text} {more_words(result.more)}".strip()


def more_words(more: int) -> str:
    """Nothing, unless more people are being looked for."""
    if not more:
        return ""
    return str(ngettext("%(num)s more person is being alerted.", "%(num)s more people are being alerted.", more))
