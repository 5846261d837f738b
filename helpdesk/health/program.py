"""Does the program itself run: database, worker, scheduler, queue, alerts that move on, the monitor outside?"""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import ngettext
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import clock, schema, signs
from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.health.check import Check, Verdict
from helpdesk.health.sent import recent
from helpdesk.models import Attempt, Escalation
from helpdesk.models.codes import AttemptState, Lane
from helpdesk.oncall.further_people import IS_OPEN
from helpdesk.reports import counting
from helpdesk.sentences import _, span

FRESH = timedelta(seconds=60)
PATIENCE = timedelta(minutes=2)  # how long what is due may wait for a worker
PATIENCE_WITH_NOTICES = timedelta(minutes=15)
STUCK_AFTER = timedelta(minutes=1)  # so late, and the next step of an alert is overdue
UNHEARD_AFTER = timedelta(minutes=5)  # so long without an answer from the monitor outside
PARTS = (signs.WORKER, signs.SCHEDULER)
MISCOUNT_TOLD_FOR = timedelta(days=7)
POISONED = "internal"  # the error code of a message that could not even be prepared


def database() -> Check:
    try:
        current = schema.is_current()
    except SQLAlchemyError:
        return Check("database", Verdict.BROKEN, _("The database does not answer. Check DATABASE_URL."))
    if not current:
        says = _("The database has the schema of another version. Run: helpdesk db upgrade")
        return Check("database", Verdict.BROKEN, says)
    return Check("database", Verdict.OK, _("The database answers and has the schema of this version."))


def heartbeat_age(name: str) -> timedelta | None:
    """How long ago that part of the program was last alive; None if it never was."""
    at = signs.seen_at(name)
    return clock.now() - at if at else None


def heartbeat(name: str) -> Check:
    age, part = (
        heartbeat_age(name),
        {signs.WORKER: _("Sending"), signs.SCHEDULER: _("Escalation and reminders")}[name],
    )
    if age is None:
        says = _("%(part)s: never started. Start helpdesk worker or helpdesk run.", part=part)
        return Check(name, Verdict.BROKEN, says)
    if age >= FRESH:
        says = _("%(part)s: no sign of life for %(span)s. Start it again.", part=part, span=span(age))
        return Check(name, Verdict.BROKEN, says)
    return Check(name, Verdict.OK, _("%(part)s: running.", part=part))


def worker() -> Check:
    return heartbeat(signs.WORKER)


def scheduler() -> Check:
    return heartbeat(signs.SCHEDULER)


def oldest_due(*lanes: Lane) -> timedelta:
    """How long the message of the lanes that has waited longest is overdue; zero when nothing waits."""
    query = sa.select(sa.func.min(Attempt.due_at)).where(Attempt.state == AttemptState.DUE, Attempt.lane.in_(lanes))
    due_at = db.session.scalar(query)
    return max(clock.now() - due_at, timedelta()) if due_at else timedelta()


def queue() -> Check:
    """Alerts and sign-in codes: they wait for nobody but a worker."""
    overdue = oldest_due(Lane.ALERT, Lane.SECURITY)
    if overdue < PATIENCE:
        return Check("queue", Verdict.OK, _("No alert and no sign-in code waits longer than it should."))
    says = _("An alert or a sign-in code has waited for %(span)s. Is a worker running?", span=span(overdue))
    return Check("queue", Verdict.BROKEN, says)


def notices() -> Check:
    """All else: a flood may take minutes, because it keeps to the provider's pace."""
    overdue = oldest_due(Lane.REPLY, Lane.NOTICE)
    if overdue < PATIENCE_WITH_NOTICES:
        return Check("notices", Verdict.OK, _("No notice waits longer than it should."))
    says = _(
        "A notice has waited for %(span)s. Either a worker is missing, or more is written than the provider takes.",
        span=span(overdue),
    )
    return Check("notices", Verdict.BROKEN, says)


def overdue_alerts() -> list[Escalation]:
    """Running alerts whose next step should have come a minute ago, the longest overdue first; at most 50."""
    query = (
        sa.select(Escalation)
        .where(IS_OPEN, Escalation.next_step_at < clock.now() - STUCK_AFTER)
        .order_by(Escalation.next_step_at)
        .limit(50)
    )
    return list(db.session.scalars(query))


def steps() -> Check:
    late = overdue_alerts()
    if not late:
        return Check("steps", Verdict.OK, _("Every alert takes its next step in time."))
    says = _(
        "These alerts should have gone on %(span)s ago: %(numbers)s. "
        "Take them at the desk. Does the scheduler run?",
        span=span(clock.now() - (late[0].next_step_at or clock.now())),
        numbers=", ".join(escalation.ticket.number for escalation in late[:5]),
    )
    return Check("steps", Verdict.BROKEN, says)


def poisoned() -> Check:
    rows = [attempt for attempt in recent(AttemptState.FAILED) if attempt.error_code == POISONED]
    if not rows:
        return Check("poisoned", Verdict.OK, _("Every message could be prepared."))
    says = ngettext(
        "%(num)s message could not be prepared and was set aside. Look in the log for attempt %(id)s.",
        "%(num)s messages could not be prepared and were set aside. Look in the log, e.g. for attempt %(id)s.",
        len(rows),
        id=rows[0].id,
    )
    return Check("poisoned", Verdict.BROKEN, str(says))


def figures() -> Check:
    """Does the overview say what the tickets say?"""
    miscount = heartbeat_age(signs.MISCOUNT)
    if miscount is not None and miscount < MISCOUNT_TOLD_FOR:
        says = _("The figures of the overview were wrong and have been mended; the log says which. Report this.")
        return Check("figures", Verdict.WARNING, says)
    waiting = counting.how_many_due()
    if waiting > counting.AT_ONCE:
        says = ngettext(
            "%(num)s change of tickets is not counted in the overview yet. Does the scheduler run?",
            "%(num)s changes of tickets are not counted in the overview yet. Does the scheduler run?",
            waiting,
        )
        return Check("figures", Verdict.WARNING, str(says))
    return Check("figures", Verdict.OK, _("The figures of the overview are up to date."))


def monitor() -> Check:
    """Does the monitor outside, that would miss us, hear from us?"""
    if not settings().heartbeat_url:
        if settings().simulated:
            return Check("monitor", Verdict.OK, _("No monitor outside is set up; simulated phones need none."))
        says = _("Should this machine die, nobody says so. Let a monitor outside miss it: set HEARTBEAT_URL.")
        return Check("monitor", Verdict.WARNING, says)
    age = heartbeat_age(signs.MONITOR)
    if age is not None and age < UNHEARD_AFTER:
        return Check("monitor", Verdict.OK, _("The monitor outside hears from us every minute."))
    says = _("The monitor outside does not hear from us. If all else is in order, check HEARTBEAT_URL.")
    return Check("monitor", Verdict.WARNING, says)
