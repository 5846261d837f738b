"""Nobody answers, or can: the next channel, or the next step of the alert, comes now and not in its time."""

from datetime import timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, EscalationStep, Notification, TimelineEvent, User
from helpdesk.models.codes import AttemptMoment, AttemptState, Channel, EscalationState, EventKind, Lane
from helpdesk.oncall.further_people import IS_OPEN, goes_on, have_it
from helpdesk.oncall.live_call import is_looking_for_somebody
from helpdesk.oncall.recipients import recipients
from helpdesk.oncall.running_alerts import attempts_of_step, hold
from helpdesk.oncall.sending import key_of_round, key_of_step
from helpdesk.tickets.timeline import record_attempt
from helpdesk.transaction import changed_rows

# An SMS takes some seconds, also where SMS and call go out together.
LEAST_PATIENCE = timedelta(seconds=20)
IN_FLIGHT = (AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.SENT, AttemptState.UNKNOWN)
PASSED = (EventKind.PASSED_ON, EventKind.ACK_EXPIRED)
UNDER_WAY = (AttemptState.DUE, *IN_FLIGHT)


def not_reached(attempt: Attempt) -> None:
    """An attempt of an alert did not reach its person: the next channel of the same person now; after the last
    one, when nobody of the step can still answer, the next step now; unless a call is just looking for somebody
    (`go_on_now` catches up). The alert is held (`hold`)."""
    escalation = _alert_in_this_step(attempt)
    if escalation is None or is_looking_for_somebody(escalation.ticket_id):
        return
    waiting = [a for a in attempts_of_step(escalation) if _is_another_channel(a, attempt.notification)]
    if waiting:
        outbox.bring_forward(waiting)
    else:
        go_on_if_in_vain(escalation)


def arrived(attempt: Attempt) -> None:
    """An SMS of an alert is on the phone. If the call before it was in vain, there is nothing more to wait for."""
    escalation = _alert_in_this_step(attempt)
    if escalation is None or is_looking_for_somebody(escalation.ticket_id):
        return
    if attempt.channel is Channel.SMS:
        go_on_if_in_vain(escalation)


def unconfirmed(limit: int = 50) -> list[str]:
    """Ids of alert SMS and mails of which "delivered" was not heard within the time that their step sets for a
    channel, and which nobody has given up yet; oldest first. A mail server never says "delivered"."""
    now = clock.now()
    first_alert = sa.select(sa.func.min(Escalation.opened_at)).where(IS_OPEN).scalar_subquery()
    its_step = sa.and_(
        EscalationStep.escalation_id == Escalation.id, EscalationStep.position == Notification.step_position
    )
    query = (
        sa.select(Attempt.id, Attempt.sending_at, EscalationStep.channel_gap_seconds)
        .join(Notification, Notification.id == Attempt.notification_id)
        .join(Escalation, Escalation.id == Notification.escalation_id)
        .join(EscalationStep, its_step)
        .where(
            IS_OPEN,
            Escalation.next_step_at > now,
            Notification.step_position == Escalation.position,
            Attempt.lane == Lane.ALERT,
            Attempt.channel != Channel.VOICE,
            Attempt.state.in_(IN_FLIGHT),
            Attempt.unconfirmed_at.is_(None),
            Attempt.sending_at <= now - LEAST_PATIENCE,
            Attempt.lease_until > first_alert,  # for the index of SQLite: mails stay "sent" for ever
        )
        .order_by(Attempt.sending_at)
    )
    found = db.session.execute(query).all()
    return [each for each, sent, gap in found if sent <= now - timedelta(seconds=gap)][:limit]


def not_confirmed(attempt_id: str) -> None:
    """Write down that it is given up and go on as if it had not arrived; should it arrive after all, an answer to
    it counts."""
    hold([attempt_id])
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.state not in IN_FLIGHT or attempt.unconfirmed_at is not None:
        return
    attempt.unconfirmed_at = clock.now()
    record_attempt(attempt, AttemptMoment.UNCONFIRMED)
    not_reached(attempt)


def pass_by(escalation: Escalation, user: User) -> None:
    """The person cannot take it, or has it already: they are left alone; when nobody else of the step can still
    answer, the next step comes now. Somebody whose step is over holds up nobody and skips nobody. The alert is
    held (`hold_running`)."""
    outbox.cancel_for_person(escalation.id, user.id)
    if user.id in {attempt.notification.user_id for attempt in attempts_of_step(escalation)}:
        go_on_if_in_vain(escalation)


def leave_out(user: User) -> None:
    """The person is switched off: they are not reached by any alert that runs."""
    theirs = sa.select(Notification.escalation_id).where(Notification.user_id == user.id)
    query = sa.select(Escalation).where(IS_OPEN, Escalation.id.in_(theirs)).order_by(Escalation.id)
    for escalation in db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all():
        pass_by(escalation, user)


def go_on_if_in_vain(escalation: Escalation) -> None:
    """The next step now, when nobody of this one can still answer. Where no later step of the round has anybody,
    this one keeps its full time: the rounds do not chase each other."""
    alone = left_alone(escalation)
    theirs: dict[int | None, list[Attempt]] = {}
    for attempt in attempts_of_step(escalation):
        if (user := attempt.notification.user) is not None and user.active:
            theirs.setdefault(user.id, []).append(attempt)
    if any(_may_still_answer(attempts) for user_id, attempts in theirs.items() if user_id not in alone):
        return
    if any(whom_to_alert(step, alone) for step in escalation.steps[escalation.position + 1 :]):
        hasten(escalation)


def hasten(escalation: Escalation) -> None:
    """Make the next step due now. Conditional: somebody may be acknowledging at this moment."""
    now = clock.now()
    changed_rows(
        sa.update(Escalation)
        .where(
            Escalation.id == escalation.id,
            Escalation.state == EscalationState.OPEN,
            Escalation.next_step_at > now,
        )
        .values(next_step_at=now)
    )


def whom_to_alert(step: EscalationStep, alone: set[int | None]) -> list[User]:
    """Whom the step alerts: not again who is to be left `alone`."""
    return [user for user in recipients(step, clock.now()) if user.id not in alone]


def left_alone(escalation: Escalation) -> set[int | None]:
    """Who has passed in this round, and who has the ticket already."""
    return _passed_in_round(escalation) | (have_it(escalation) if goes_on(escalation) else set())


def _alert_in_this_step(attempt: Attempt) -> Escalation | None:
    """The open alert of an attempt, if it still is at the step that the attempt belongs to."""
    escalation = attempt.notification.escalation
    if escalation is None or escalation.state is not EscalationState.OPEN:
        return None
    return escalation if attempt.notification.dedupe_key.startswith(key_of_step(escalation)) else None


def _is_another_channel(other: Attempt, notification: Notification) -> bool:
    """Waits to reach the same person over another channel; a retry is none: it keeps its distance."""
    return (
        other.state is AttemptState.DUE
        and other.ordinal == 0
        and other.notification_id != notification.id
        and other.notification.user_id == notification.user_id
    )


def _may_still_answer(theirs: list[Attempt]) -> bool:
    """Something is on its way to the person, or an SMS is there and no call has been in vain."""
    if any(_is_under_way(attempt) for attempt in theirs):
        return True
    is_there = any(attempt.state is AttemptState.DELIVERED for attempt in theirs)
    return is_there and all(attempt.channel is not Channel.VOICE for attempt in theirs)


def _is_under_way(attempt: Attempt) -> bool:
    """The second try at a phone that was off holds nobody up; one at a provider that was busy does; an SMS or a
    mail does until it is given up."""
    if attempt.state is AttemptState.DUE and attempt.ordinal > 0:
        return attempt.notification.attempts[attempt.ordinal - 1].accepted_at is None
    return attempt.state in UNDER_WAY and attempt.unconfirmed_at is None


def _passed_in_round(escalation: Escalation) -> set[int | None]:
    """Who cannot take it: said so in this round, or gave the ticket back or on, with which the alert began."""
    began = sa.select(sa.func.min(Notification.created_at)).where(
        Notification.escalation_id == escalation.id,
        Notification.dedupe_key.startswith(key_of_round(escalation)),
    )
    query = sa.select(TimelineEvent.actor_id).where(
        TimelineEvent.ticket_id == escalation.ticket_id,
        TimelineEvent.kind.in_(PASSED),
        TimelineEvent.at >= (began.scalar_subquery() if escalation.round else escalation.opened_at),
    )
    return set(db.session.scalars(query))
