"""Is every mailbox looked into?"""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import LazyString, ngettext
from flask_babel import lazy_gettext as _l

from helpdesk import clock, signs
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health.check import Check, Verdict, ask_the_doctor
from helpdesk.i18n import when
from helpdesk.inbound.mail_quarantine import count_broken
from helpdesk.mailboxes import Mailbox
from helpdesk.models import Municipality
from helpdesk.sentences import _, span

LOOKS_EVERY = timedelta(minutes=1)
UNSEEN_AFTER = timedelta(minutes=5)

# Of MailboxError.
WHY: dict[str, LazyString] = {
    "unreachable": _l("the server does not answer"),
    "certificate": _l("the server's certificate is not valid"),
    "token": _l("no access token is given for it; check client, secret, tenant and refresh token"),
    "refused": _l("the server does not take user and password, or the token"),
    "folder": _l("its folders cannot be opened or made"),
    "lost": _l("the connection broke"),
    "unreadable": _l("the server cannot give its mails"),
}


def fetched() -> Check:
    """The last look into each, and what lies among its problems."""
    boxes = settings().mailboxes
    if not boxes:
        return Check("mailboxes", Verdict.OK, _("No mailbox is set up to be fetched from."))
    unseen = [box for box in boxes if _is_unseen(box)]
    lines = [_lost_words(box) for box in _of_no_municipality(boxes)]
    lines += [_unseen_words(box) if box in unseen else _seen_words(box) for box in boxes]
    verdict = Verdict.WARNING if len(lines) > len(boxes) else Verdict.OK
    if unseen:
        return Check("mailboxes", Verdict.BROKEN, "\n".join(lines), ask_the_doctor())
    return Check("mailboxes", verdict, "\n".join(lines))


def _is_unseen(box: Mailbox) -> bool:
    at = signs.seen_at(box.sign)
    return at is None or clock.now() - at >= UNSEEN_AFTER


def _unseen_words(box: Mailbox) -> str:
    at = signs.seen_at(box.sign)
    if at is None:
        return _("Nobody has looked into the mailbox %(address)s yet.", address=box.address)
    age = span(clock.now() - at)
    return _("Nobody has looked into the mailbox %(address)s for %(span)s.", address=box.address, span=age)


def _seen_words(box: Mailbox) -> str:
    at, broken = when(signs.seen_at(box.sign)), count_broken(box.address)
    if not broken:
        return _("Mailbox %(address)s: last look %(at)s.", address=box.address, at=at)
    return ngettext(
        "Mailbox %(address)s: last look %(at)s; %(num)s mail lies in its folder for problems.",
        "Mailbox %(address)s: last look %(at)s; %(num)s mails lie in its folder for problems.",
        broken,
        address=box.address,
        at=at,
    )


def _of_no_municipality(boxes: tuple[Mailbox, ...]) -> list[Mailbox]:
    """Those with a code that no municipality has."""
    named = {box.municipality for box in boxes} - {""}
    known = set(db.session.scalars(sa.select(Municipality.code).where(Municipality.code.in_(named))))
    return [box for box in boxes if box.municipality in named - known]


def _lost_words(box: Mailbox) -> str:
    return _(
        "The mailbox %(address)s names the municipality %(code)s, which does not exist. Check MAILBOXES_FILE.",
        address=box.address,
        code=box.municipality,
    )
