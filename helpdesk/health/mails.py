"""Does a mail wait for somebody, or for room?"""

from flask_babel import ngettext

from helpdesk import mail_rate
from helpdesk.health.check import Check, Verdict
from helpdesk.inbound.mail_quarantine import count_waiting
from helpdesk.models.codes import MailState
from helpdesk.sentences import _


def waiting() -> Check:
    """In quarantine, or because the program broke on it."""
    counts = count_waiting()
    held, broken = counts.get(MailState.HELD, 0), counts.get(MailState.BROKEN, 0)
    if broken:
        says = ngettext(
            "%(num)s mail could not be read by the program. It is stored; see the list of mails that wait.",
            "%(num)s mails could not be read by the program. They are stored; see the list of mails that wait.",
            broken,
        )
        return Check("mails", Verdict.BROKEN, says)
    if held:
        says = ngettext("%(num)s mail waits for a manager.", "%(num)s mails wait for a manager.", held)
        return Check("mails", Verdict.WARNING, says)
    return Check("mails", Verdict.OK, _("No mail waits for anybody."))


def held_back() -> Check:
    """Our own automatic mails, by the brakes."""
    count = mail_rate.count_held()
    if not count:
        return Check("mails_held_back", Verdict.OK, _("No automatic mail is held back."))
    says = ngettext(
        "%(num)s automatic mail is held back: too many to one address about one ticket, or receipts in all.",
        "%(num)s automatic mails are held back: too many to one address about one ticket, or receipts in all.",
        count,
    )
    return Check("mails_held_back", Verdict.WARNING, says)
