"""Is every mailbox looked into?"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import ngettext

from helpdesk import clock, signs
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health.check import Check, Verdict, ask_the_doctor
from helpdesk.i18n import when
from helpdesk.inbound.mail_quarantine import count_broken
from helpdesk.mailboxes import Mailbox
from helpdesk.models import Group, Municipality
from helpdesk.sentences import _, span

UNSEEN_AFTER = timedelta(minutes=5)


def fetched() -> Check:
    """The last look into each, and what lies among its problems."""
    boxes = settings().mailboxes
    if not boxes:
        return Check("mailboxes", Verdict.OK, _("No mailbox is set up to be fetched from."))
    looked, broken = signs.last_seen([box.sign for box in boxes]), count_broken()
    lost = [_no_municipality(box) for box in _of_no_municipality(boxes)]
    lost += [_no_group(box) for box in _of_no_group(boxes)]
    says = "\n".join([*lost, *(_words(box, looked.get(box.sign), broken.get(box.address, 0)) for box in boxes)])
    if any(_is_long_ago(looked.get(box.sign)) for box in boxes):
        return Check("mailboxes", Verdict.BROKEN, says, ask_the_doctor())
    return Check("mailboxes", Verdict.WARNING if lost else Verdict.OK, says)


def _is_long_ago(at: datetime | None) -> bool:
    return at is None or clock.now() - at >= UNSEEN_AFTER


def _words(box: Mailbox, at: datetime | None, broken: int) -> str:
    """`at`: the last look, in aware UTC; `broken`: how many mails lie in its folder for problems."""
    if at is None:
        return _("Nobody has looked into the mailbox %(address)s yet.", address=box.address)
    if _is_long_ago(at):
        age = span(clock.now() - at)
        return _("Nobody has looked into the mailbox %(address)s for %(span)s.", address=box.address, span=age)
    if not broken:
        return _("Mailbox %(address)s: last look %(at)s.", address=box.address, at=when(at))
    return ngettext(
        "Mailbox %(address)s: last look %(at)s; %(num)s mail lies in its folder for problems.",
        "Mailbox %(address)s: last look %(at)s; %(num)s mails lie in its folder for problems.",
        broken,
        address=box.address,
        at=when(at),
    )


def _of_no_municipality(boxes: tuple[Mailbox, ...]) -> list[Mailbox]:
    """Those with a code that no municipality has."""
    named = {box.municipality for box in boxes} - {""}
    known = set(db.session.scalars(sa.select(Municipality.code).where(Municipality.code.in_(named))))
    return [box for box in boxes if box.municipality in named - known]


def _of_no_group(boxes: tuple[Mailbox, ...]) -> list[Mailbox]:
    """Those with a group that their municipality does not have."""
    query = sa.select(Municipality.code, Group.name).join(Group.municipality)
    named = [box.group for box in boxes if box.group]
    known = set(db.session.execute(query.where(Group.name.in_(named))).tuples())
    return [box for box in boxes if box.group and (box.municipality, box.group) not in known]


def _no_group(box: Mailbox) -> str:
    return _(
        "The mailbox %(address)s names the group %(group)s, which %(code)s does not have. Check MAILBOXES_FILE.",
        address=box.address,
        group=box.group,
        code=box.municipality,
    )


def _no_municipality(box: Mailbox) -> str:
    return _(
        "The mailbox %(address)s names the municipality %(code)s, which does not exist. Check MAILBOXES_FILE.",
        address=box.address,
        code=box.municipality,
    )
