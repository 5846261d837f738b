"""Collects what the judge looks at, and waits until the program has settled everything."""

import time
from datetime import timedelta

import sqlalchemy as sa

from chaos import fastclock, journal
from chaos.judge import Evidence, Stored, Told, Try
from chaos.stage import Stage
from helpdesk import clock
from helpdesk.errors import BadToken
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, Notification
from helpdesk.models.codes import AttemptState, Channel
from helpdesk.outbox import LEASE
from helpdesk.tokens import read_attempt

# Calls follow half a minute after their SMS (fast clock): they belong to what must be settled.
AHEAD = timedelta(minutes=2)
# No step may come while the workers are ended and the evidence is taken: two real seconds.
STOPPING = timedelta(seconds=20)


def settle(stage: Stage, seconds: float) -> int:
    """Wait until nothing is due, sending or unknown and no step is about to come; how many are left after so many
    real seconds."""
    end = time.monotonic() + seconds
    with stage.app().app_context():
        while True:
            left = unsettled()
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.25)


def unsettled() -> int:
    """One statement: an attempt that is given up and the next step that it brings are seen together."""
    now = clock.now()
    is_due = sa.and_(Attempt.state == AttemptState.DUE, Attempt.due_at <= now + AHEAD)
    open_ones = Attempt.state.in_((AttemptState.SENDING, AttemptState.UNKNOWN))
    attempts = sa.select(sa.func.count()).select_from(Attempt).where(sa.or_(is_due, open_ones))
    steps = sa.select(sa.func.count()).select_from(Escalation).where(Escalation.next_step_at <= now + STOPPING)
    count = db.session.scalar(sa.select(attempts.scalar_subquery() + steps.scalar_subquery()))
    db.session.rollback()
    return count or 0


def collect(stage: Stage) -> Evidence:
    with stage.app().app_context():
        record = journal.read(stage.stored)
        return Evidence(
            told=_told(),
            stored=[_stored(line) for line in record if line["what"] == "stored"],
            filed=[line["ticket"] for line in journal.read(stage.filed)],
            at=clock.now(),
            longest_flight=LEASE[Channel.SMS].total_seconds() / fastclock.SPEED,
            acknowledged={line["ticket"]: line["at"] for line in journal.read(stage.acknowledged)},
            complaints=[wrong for line in record if line["what"] == "complaint" for wrong in line["about"]],
        )


def _told() -> list[Told]:
    query = (
        sa.select(Notification, Escalation)
        .outerjoin(Escalation, Escalation.id == Notification.escalation_id)
        .order_by(Notification.id)
    )
    return [_one(notification, escalation) for notification, escalation in db.session.execute(query)]


def _one(notification: Notification, escalation: Escalation | None) -> Told:
    ended_at = (escalation.acknowledged_at or escalation.closed_at) if escalation else None
    return Told(
        id=notification.id,
        event=notification.event.value,
        ticket=notification.ticket_id or 0,
        escalation=notification.escalation_id,
        tries=tuple(_try(attempt) for attempt in notification.attempts),
        ended_at=ended_at,
    )


def _try(attempt: Attempt) -> Try:
    return Try(
        id=attempt.id,
        state=attempt.state.value,
        due_at=attempt.due_at,
        carried_by=attempt.carried_by,
        error_code=attempt.error_code,
        finished_at=attempt.finished_at,
        sending_at=attempt.sending_at,
        sid=attempt.provider_sid,
    )


def _stored(line: dict[str, object]) -> Stored:
    try:
        attempt = read_attempt(str(line["token"]))
    except BadToken:
        attempt = f"(no signed id in {line['token']!r})"
    return Stored(
        attempt=attempt,
        sent=float(str(line["sent"])),
        claimed=float(str(line["claimed"])),
        failed=bool(line["failed"]),
        asked_in_vain=float(str(line["asked_in_vain"])),
        is_call=str(line["sid"]).startswith("CA"),
        sid=str(line["sid"]),
        in_flight=float(str(line["at"])) - float(str(line["sent"])),
    )
