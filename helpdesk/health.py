"""Is everything in order? What the database can tell, quickly and without the network: for the health page,
for monitors and for `helpdesk doctor`. Each answer is a sentence that says what is so, or what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from flask_babel import ngettext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from helpdesk import clock, schema
from helpdesk.config import SMSAPI_OWN, TWILIO_API, settings
from helpdesk.extensions import db
from helpdesk.i18n import when
from helpdesk.labels import label
from helpdesk.models import Attempt, Heartbeat, Notification, User
from helpdesk.models.codes import AttemptState, Channel, RoleName
from helpdesk.notify.codes import decision_for
from helpdesk.notify.parcel import Decision
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.escalation import unanswered
from helpdesk.oncall.people import address_of, people_with
from helpdesk.sentences import _, span

FRESH = timedelta(seconds=60)
PATIENCE = timedelta(minutes=2)  # how long a due message may wait for a worker
LOOK_BACK = timedelta(hours=24)
LOOK_AHEAD = timedelta(days=7)
# Attempts have no index on time; their notifications are numbered in order of time, so the newest are cheap.
NEWEST = 1000
FAILING = 3  # so many failures in an hour and no success: the channel itself is failing
PARTS = ("worker", "scheduler")
REACHED = (AttemptState.SENT, AttemptState.DELIVERED)
NOT_REACHED = (AttemptState.FAILED, AttemptState.UNDELIVERED)
POISONED = "internal"  # the error code of a message that could not even be prepared
FILTERED = "30007"  # the operator takes us for spam: no matter of one message


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and somebody should know
    BROKEN = "broken"


@dataclass(frozen=True)
class Check:
    """`name` is stable; `says` is in the current language."""

    name: str
    verdict: Verdict
    says: str

    @property
    def ok(self) -> bool:
        return self.verdict is not Verdict.BROKEN


def checks() -> list[Check]:
    """All that can be checked in the database; when it does not answer or is outdated, only that."""
    first = database()
    return [first, *(check() for check in CHECKS)] if first.ok else [first]


def readiness() -> list[Check]:
    """What a load balancer wants to know: may this installation be sent requests?"""
    first = database()
    return [first, heartbeat("worker")] if first.ok else [first]


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
    at = db.session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == name))
    return clock.now() - at if at else None


def heartbeat(name: str) -> Check:
    age, part = heartbeat_age(name), {"worker": _("Sending"), "scheduler": _("Escalation and reminders")}[name]
    if age is None:
        says = _("%(part)s: never started. Start helpdesk worker or helpdesk run.", part=part)
        return Check(name, Verdict.BROKEN, says)
    if age >= FRESH:
        says = _("%(part)s: no sign of life for %(span)s. Start it again.", part=part, span=span(age))
        return Check(name, Verdict.BROKEN, says)
    return Check(name, Verdict.OK, _("%(part)s: running.", part=part))


def oldest_due() -> timedelta:
    """How long the message that has waited longest is overdue; zero when nothing waits."""
    due_at = db.session.scalar(sa.select(sa.func.min(Attempt.due_at)).where(Attempt.state == AttemptState.DUE))
    return max(clock.now() - due_at, timedelta()) if due_at else timedelta()


def queue() -> Check:
    overdue = oldest_due()
    if overdue < PATIENCE:
        return Check("queue", Verdict.OK, _("No message waits longer than it should."))
    says = _("A message has waited for %(span)s to be sent. Is a worker running?", span=span(overdue))
    return Check("queue", Verdict.BROKEN, says)


def recent(*states: AttemptState) -> list[Attempt]:
    """Attempts of the last day that ended in one of the states, newest first, with notification and person."""
    newest = sa.select(sa.func.max(Notification.id)).scalar_subquery()
    query = (
        sa.select(Attempt)
        .join(Attempt.notification)
        .where(
            Notification.id > newest - NEWEST,
            Attempt.state.in_(states),
            sa.func.coalesce(Attempt.finished_at, Attempt.sent_at) >= clock.now() - LOOK_BACK,
        )
        .order_by(Attempt.notification_id.desc(), Attempt.ordinal.desc())
        .options(joinedload(Attempt.notification).joinedload(Notification.user))
    )
    return list(db.session.scalars(query))


def set_up() -> Check:
    """Did the provider refuse something that only its account or our settings can mend?"""
    codes = {attempt.error_code for attempt in recent(*NOT_REACHED) if is_ours_to_mend(attempt.error_code)}
    if not codes:
        return Check("set_up", Verdict.OK, _("No provider has refused our settings in the last day."))
    says = _(
        "The provider refuses our settings or our account (code %(codes)s). Run: helpdesk doctor",
        codes=", ".join(sorted(codes)),
    )
    return Check("set_up", Verdict.BROKEN, says)


def is_ours_to_mend(code: str) -> bool:
    return code == FILTERED or decision_for(code) is Decision.CONFIGURATION


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


def channels() -> Check:
    """Is a channel failing as a whole?"""
    since = clock.now() - timedelta(hours=1)
    last = [a for a in recent(*REACHED, *NOT_REACHED) if (a.finished_at or a.sent_at or since) > since]
    failing = [channel for channel in Channel if _is_failing([a for a in last if a.channel is channel])]
    if not failing:
        return Check("channels", Verdict.OK, _("No channel is failing."))
    names = ", ".join(str(label(channel)) for channel in failing)
    says = _("Nothing has arrived over this channel for an hour: %(names)s. Run: helpdesk doctor", names=names)
    return Check("channels", Verdict.BROKEN, says)


def _is_failing(attempts: list[Attempt]) -> bool:
    return len(attempts) >= FAILING and all(attempt.state in NOT_REACHED for attempt in attempts)


def provider() -> Check:
    """Who is at the far end of the wire?"""
    house = settings()
    if house.simulated:
        says = _("The simulator stands in for Twilio: no SMS and no call leaves this machine.")
        return Check("provider", Verdict.WARNING, says)
    if house.twilio_api_url != TWILIO_API:
        says = _("TWILIO_API_URL is not Twilio's own address: %(url)s", url=house.twilio_api_url)
        return Check("provider", Verdict.WARNING, says)
    if house.smsapi_url not in SMSAPI_OWN:
        says = _("SMSAPI_URL is not SMSAPI's own address: %(url)s", url=house.smsapi_url)
        return Check("provider", Verdict.WARNING, says)
    return Check("provider", Verdict.OK, _("SMS and calls go to Twilio."))


def alerts() -> Check:
    open_ones = unanswered()
    if not open_ones:
        return Check("alerts", Verdict.OK, _("No alert has gone through all its steps unanswered."))
    numbers = ", ".join(escalation.ticket.number for escalation in open_ones[:5])
    says = _("Nobody has answered the alerts for: %(numbers)s. Take them at the desk.", numbers=numbers)
    return Check("alerts", Verdict.BROKEN, says)


def on_call() -> Check:
    schedule, now = duty.main_schedule(), clock.now()
    if schedule is None:
        return Check(
            "on_call", Verdict.BROKEN, _("There is no on-call schedule, so alerts go to all administrators.")
        )
    gaps = duty.gaps(schedule, now, now + LOOK_AHEAD)
    if not gaps:
        return Check("on_call", Verdict.OK, _("Somebody is on duty at every hour of the next 7 days."))
    start, end = gaps[0]
    says = _("Nobody is on duty from %(start)s to %(end)s. Fill the schedule.", start=when(start), end=when(end))
    return Check("on_call", Verdict.BROKEN, says)


def reachable() -> Check:
    """Has everybody whose turn comes within a week a verified number that works?"""
    silent = [user.name for user in _on_duty_soon(clock.now()) if address_of(user, Channel.VOICE) is None]
    if not silent:
        return Check("reachable", Verdict.OK, _("Everybody on duty in the next 7 days has a verified phone."))
    says = _("On duty soon without a verified, working phone: %(names)s", names=", ".join(sorted(silent)))
    return Check("reachable", Verdict.BROKEN, says)


def _on_duty_soon(now: datetime) -> set[User]:
    schedule = duty.main_schedule()
    return {shift.user for shift in duty.shifts(schedule, now, now + LOOK_AHEAD)} if schedule else set()


def managers() -> Check:
    if people_with(RoleName.MANAGER):
        return Check("managers", Verdict.OK, _("There is a manager."))
    says = _("There is no manager, the last resort of every alert. Run: helpdesk user create --role manager …")
    return Check("managers", Verdict.BROKEN, says)


def worker() -> Check:
    return heartbeat("worker")


def scheduler() -> Check:
    return heartbeat("scheduler")


CHECKS: tuple[Callable[[], Check], ...] = (
    worker,
    scheduler,
    queue,
    alerts,
    channels,
    set_up,
    poisoned,
    provider,
    on_call,
    reachable,
    managers,
)
