"""An alert escalates step by step until a human being acknowledges; it cannot end in silence.

The steps are frozen when the alert starts. After the last step it starts again. A step with nobody to reach is
noted and skipped at once.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import (
    Attempt,
    Escalation,
    EscalationPolicy,
    EscalationStep,
    Notification,
    Ticket,
    TimelineEvent,
    User,
)
from helpdesk.models.codes import (
    AttemptMoment,
    AttemptState,
    Channel,
    EscalationState,
    EventKind,
    Lane,
    NotificationEvent,
    StepTarget,
)
from helpdesk.oncall.further_people import IS_OPEN, goes_on, have_it
from helpdesk.oncall.live_call import is_looking_for_somebody
from helpdesk.oncall.recipients import named, recipients, ways_of
from helpdesk.oncall.sending import EMPTY_ROUND, alert, key_of_round, key_of_step
from helpdesk.oncall.steps import PHONE, Plan, frozen_steps, plans_of, policy_for, scope_of
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record, record_attempt
from helpdesk.transaction import changed_rows

# An SMS takes some seconds, also where SMS and call go out together.
LEAST_PATIENCE = timedelta(seconds=20)
SHOULD_HAVE_LEFT = timedelta(seconds=30)
IN_FLIGHT = (AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.SENT, AttemptState.UNKNOWN)
PASSED = (EventKind.PASSED_ON, EventKind.ACK_EXPIRED)
UNDER_WAY = (AttemptState.DUE, *IN_FLIGHT)


def open_escalation(ticket: Ticket, first_at: datetime | None = None) -> Escalation:
    """Start the alert of a ticket and its first step; one that runs already is returned as it is. While somebody
    is looked for in another way (a call), the first step waits until `first_at`, and then comes by itself."""
    running_one = running(ticket)
    if running_one is not None:
        return running_one
    policy = policy_for(scope_of(ticket))
    begins = max(clock.now(), first_at or clock.now())
    return _begin(ticket, policy, plans_of(policy), begins, acks_wanted=policy.acks_wanted if policy else 1)


def open_hand_over(ticket: Ticket, to: User, holder: User) -> Escalation:
    """Alert the person first and then as the policy says, until somebody takes the ticket from its holder."""
    policy = policy_for(scope_of(ticket))
    plans = [Plan(StepTarget.USER, PHONE, user_id=to.id), *plans_of(policy)]
    return _begin(ticket, policy, plans, clock.now(), handed_over_by_id=holder.id)


def alert_also(escalation: Escalation, user: User) -> None:
    """One more person in the step that runs, which then takes its time anew. The alert is held (`hold_running`)."""
    step, now = escalation.steps[max(escalation.position, 0)], clock.now()
    [extra] = frozen_steps([Plan(StepTarget.USER, PHONE, user_id=user.id)])
    extra.position = step.position
    alert(escalation, extra, [user], mark=f":{now.timestamp():.0f}")
    if escalation.position >= 0:  # else its first step still waits for a call
        escalation.next_step_at = now + timedelta(minutes=step.minutes)


def _begin(
    ticket: Ticket, policy: EscalationPolicy | None, plans: list[Plan], begins: datetime, **wants: int
) -> Escalation:
    escalation = Escalation(
        ticket=ticket,
        opened_at=begins,
        next_step_at=begins,
        steps=frozen_steps(plans),
        ack_minutes=policy.ack_minutes if policy else None,
        **wants,
    )
    db.session.add(escalation)
    db.session.flush()
    if begins <= clock.now():
        _advance(escalation)
    return escalation


def put_off(ticket: Ticket, until: datetime) -> None:
    """Somebody is looked for in another way: the ticket's alert sends nothing before `until`."""
    alert = hold_running(ticket)
    if alert is not None and alert.next_step_at is not None:
        alert.next_step_at = max(alert.next_step_at, until)
        if alert.position < 0:
            alert.opened_at = alert.next_step_at
        outbox.put_off(alert.id, until)


def go_on_now(ticket: Ticket) -> None:
    """The other way was in vain: what was put off comes now, the first step or whatever of a later one waits."""
    alert = hold_running(ticket)
    if alert is None:
        return
    if alert.position < 0:
        alert.opened_at = clock.now()
        _advance(alert)
        return
    waiting = [a for a in _attempts_of_step(alert) if a.state is AttemptState.DUE and a.ordinal == 0]
    outbox.bring_forward(waiting)
    if not waiting:
        _take_up_again(alert)


def running(ticket: Ticket) -> Escalation | None:
    return db.session.scalar(sa.select(Escalation).filter_by(ticket_id=ticket.id, state=EscalationState.OPEN))


def hold_running(ticket: Ticket) -> Escalation | None:
    """The running alert as it is now, locked until the transaction ends: before any of its attempts (`hold`)."""
    query = sa.select(Escalation).filter_by(ticket_id=ticket.id, state=EscalationState.OPEN)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def gets_nowhere(ticket: Ticket) -> bool:
    """The ticket's alert runs, and no provider or mail server has taken anything of it for a while."""
    left = sa.select(1).select_from(Attempt).join(Notification, Notification.id == Attempt.notification_id)
    accepted = left.where(Notification.escalation_id == Escalation.id, Attempt.accepted_at.is_not(None))
    query = sa.select(Escalation.id).where(
        Escalation.ticket_id == ticket.id,
        IS_OPEN,
        Escalation.opened_at <= clock.now() - SHOULD_HAVE_LEFT,
        ~sa.exists(accepted),
    )
    return db.session.scalar(query) is not None


def due(limit: int = 50) -> list[int]:
    """Ids of the alerts whose next step has come, the longest overdue first. A missed run is caught up."""
    query = (
        sa.select(Escalation.id)
        .where(IS_OPEN, Escalation.next_step_at <= clock.now())
        .order_by(Escalation.next_step_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def advance(escalation_id: int) -> None:
    """Take the next step of an alert, if it is still open and due and nobody else is just doing that."""
    query = (
        sa.select(Escalation)
        .where(
            Escalation.id == escalation_id,
            Escalation.state == EscalationState.OPEN,
            Escalation.next_step_at <= clock.now(),
        )
        .with_for_update(skip_locked=True)
    )
    escalation = db.session.scalars(query).first()
    if escalation is not None:
        _advance(escalation)


def unanswered() -> list[Escalation]:
    """Alerts that went through all their steps and still nobody has acknowledged; oldest first."""
    query = sa.select(Escalation).where(IS_OPEN).order_by(Escalation.opened_at).limit(50)
    through = [e for e in db.session.scalars(query) if e.round > 0 or e.position >= len(e.steps) - 1]
    return [e for e in through if not goes_on(e) or e.ticket.acknowledged_at is None]


def hold(attempt_ids: list[str]) -> None:
    """Lock the alerts of attempts until the transaction ends, before an attempt is touched: of two failures at
    the same moment the second sees the first, and nobody waits for each other crosswise."""
    query = (
        sa.select(Escalation)
        .join(Notification)
        .join(Attempt)
        .where(Attempt.id.in_(attempt_ids))
        .order_by(Escalation.id)
        .with_for_update(of=Escalation)
        .execution_options(populate_existing=True)
    )
    db.session.scalars(query).all()


def not_reached(attempt: Attempt) -> None:
    """An attempt of an alert did not reach its person: the next channel of the same person now; after the last
    one, when nobody of the step can still answer, the next step now; unless a call is just looking for somebody
    (`go_on_now` catches up). The alert is held (`hold`)."""
    escalation = _alert_in_this_step(attempt)
    if escalation is None or is_looking_for_somebody(escalation.ticket_id):
        return
    waiting = [a for a in _attempts_of_step(escalation) if _is_another_channel(a, attempt.notification)]
    if waiting:
        outbox.bring_forward(waiting)
    else:
        _go_on_if_in_vain(escalation)


def arrived(attempt: Attempt) -> None:
    """An SMS of an alert is on the phone. If the call before it was in vain, there is nothing more to wait for."""
    escalation = _alert_in_this_step(attempt)
    if escalation is None or is_looking_for_somebody(escalation.ticket_id):
        return
    if attempt.channel is Channel.SMS:
        _go_on_if_in_vain(escalation)


def _alert_in_this_step(attempt: Attempt) -> Escalation | None:
    """The open alert of an attempt, if it still is at the step that the attempt belongs to."""
    escalation = attempt.notification.escalation
    if escalation is None or escalation.state is not EscalationState.OPEN:
        return None
    return escalation if attempt.notification.dedupe_key.startswith(key_of_step(escalation)) else None


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
    if user.id in {attempt.notification.user_id for attempt in _attempts_of_step(escalation)}:
        _go_on_if_in_vain(escalation)


def leave_out(user: User) -> None:
    """The person is switched off: they are not reached by any alert that runs."""
    theirs = sa.select(Notification.escalation_id).where(Notification.user_id == user.id)
    query = sa.select(Escalation).where(IS_OPEN, Escalation.id.in_(theirs)).order_by(Escalation.id)
    for escalation in db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all():
        pass_by(escalation, user)


def minutes_of_step(notification: Notification) -> int | None:
    """How long the step of an alert's notification takes; None for other notifications."""
    steps = notification.escalation.steps if notification.escalation else []
    return next((step.minutes for step in steps if step.position == notification.step_position), None)


def _go_on_if_in_vain(escalation: Escalation) -> None:
    """The next step now, when nobody of this one can still answer. Where no later step of the round has anybody,
    this one keeps its full time: the rounds do not chase each other."""
    alone = _left_alone(escalation)
    theirs: dict[int | None, list[Attempt]] = {}
    for attempt in _attempts_of_step(escalation):
        if (user := attempt.notification.user) is not None and user.active:
            theirs.setdefault(user.id, []).append(attempt)
    if any(_may_still_answer(attempts) for user_id, attempts in theirs.items() if user_id not in alone):
        return
    if any(_people(step, alone) for step in escalation.steps[escalation.position + 1 :]):
        _hasten(escalation)


def _take_up_again(escalation: Escalation) -> None:
    """The step ends when it would have, had it not been put off; now, when that has passed or nobody of it can
    still answer. Calls in quick succession do not chase the alert through its steps."""
    began = [attempt.notification.created_at for attempt in _attempts_of_step(escalation)]
    if not began or escalation.next_step_at is None:
        _hasten(escalation)
        return
    ends = max(began) + timedelta(minutes=escalation.steps[escalation.position].minutes)
    escalation.next_step_at = max(clock.now(), min(escalation.next_step_at, ends))
    db.session.flush()
    _go_on_if_in_vain(escalation)


def _hasten(escalation: Escalation) -> None:
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


def _people(step: EscalationStep, alone: set[int | None]) -> list[User]:
    """Whom the step alerts: not again who is to be left `alone`."""
    return [user for user in recipients(step, clock.now()) if user.id not in alone]


def _left_alone(escalation: Escalation) -> set[int | None]:
    """Who has passed in this round, and who has the ticket already."""
    return _passed_in_round(escalation) | (have_it(escalation) if goes_on(escalation) else set())


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


def alert_too(escalation: Escalation, people: list[User]) -> None:
    """The duty has changed hands: also those of `people` are alerted whom the present step has not alerted and who
    have not passed in this round. Its time goes on as it was. The alert is held."""
    step = escalation.steps[escalation.position]
    known = {attempt.notification.user_id for attempt in _attempts_of_step(escalation)} | _left_alone(escalation)
    new = ways_of([user for user in people if user.id not in known], step, clock.now())
    if new:
        alert(escalation, step, list(new), took_over=True)


def end(ticket: Ticket) -> None:
    """The alert is not needed any more (resolved, no longer urgent); what waits to be sent is cancelled."""
    changed_rows(
        sa.update(Escalation)
        .where(Escalation.ticket_id == ticket.id, Escalation.state == EscalationState.OPEN)
        .values(state=EscalationState.CLOSED, closed_at=clock.now(), next_step_at=None)
    )
    outbox.cancel_for_ticket(ticket.id, (NotificationEvent.ALERT, NotificationEvent.STILL_YOURS))


def _advance(escalation: Escalation) -> None:
    """1. go to the next step, 2. skip and note empty ones, 3. alert, 4. set the time of the step after it."""
    now = clock.now()
    for _ in range(len(escalation.steps)):
        _move_on(escalation)
        step = escalation.steps[escalation.position]
        alone = _left_alone(escalation)
        people = _people(step, alone)
        if people:
            alert(escalation, step, people)
            escalation.next_step_at = now + timedelta(minutes=step.minutes)
            return
        _note_empty(escalation, step, alone)
    escalation.next_step_at = now + EMPTY_ROUND


def _note_empty(escalation: Escalation, step: EscalationStep, alone: set[int | None]) -> None:
    """Whom the step names and nothing reaches, who has passed in this round and who has the ticket, is said by
    name. An alert that only looks for one more person says it once."""
    is_held = goes_on(escalation) and escalation.ticket.acknowledged_at is not None
    if is_held and escalation.round > 0:
        return
    all_named = named(step, clock.now())
    has_it = have_it(escalation) if is_held else set()
    reached = ways_of(all_named, step, clock.now())
    dead = [user.name for user in all_named if user not in reached]
    record(
        escalation.ticket,
        EventKind.STEP_EMPTY,
        SYSTEM,
        step=step.position + 1,
        target=step.target.value,
        names=dead,
        passed=[user.name for user in all_named if user.id in alone - has_it],
        **({"has_it": [user.name for user in all_named if user.id in has_it]} if has_it else {}),
    )


def _move_on(escalation: Escalation) -> None:
    escalation.position += 1
    if escalation.position >= len(escalation.steps):
        escalation.position = 0
        escalation.round += 1


def _attempts_of_step(escalation: Escalation) -> list[Attempt]:
    query = (
        sa.select(Attempt)
        .join(Notification)
        .where(
            Notification.escalation_id == escalation.id, Notification.dedupe_key.startswith(key_of_step(escalation))
        )
    )
    return list(db.session.scalars(query))
