"""Do this machine's clock and the database's agree? What is due, and whose lease has run out, is written by one
machine and read by another."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.health.check import Check, Verdict
from helpdesk.sentences import _

TOLERANCE = timedelta(seconds=5)


def database_time() -> datetime:
    """Aware, of this very moment: PostgreSQL's CURRENT_TIMESTAMP is that of the transaction's start."""
    if db.engine.dialect.name != "postgresql":
        return clock.now()  # the same machine
    now: datetime = db.session.scalars(sa.select(sa.func.clock_timestamp())).one()
    return now


def agree() -> Check:
    asked_at = clock.now()
    theirs = database_time()
    apart = max(asked_at - theirs, theirs - clock.now())
    if apart <= TOLERANCE:
        return Check("clocks", Verdict.OK, _("This machine's clock agrees with the database's."))
    says = _(
        "This machine's clock and the database's are %(seconds)s s apart: alerts come late. "
        "Let both machines synchronise their clocks (timedatectl set-ntp true).",
        seconds=int(apart.total_seconds()),
    )
    return Check("clocks", Verdict.BROKEN, says)
