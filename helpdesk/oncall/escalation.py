"""An alert escalates step by step until a human being acknowledges; it cannot end in silence.

The steps are frozen when the alert starts. After the last step it starts again. A step with nobody to reach is
noted and skipped at once.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.extensions import db
from helpdesk.models import Escalation, EscalationPolicy, EscalationStep, Ticket, User
from helpdesk.models.codes import AttemptState, EscalationState, EventKind, NotificationEvent, StepTarget
from helpdesk.oncall.further_people import goes_on, have_it
from helpdesk.oncall.in_vain import go_on_if_in_vain, hasten, left_alone, whom_to_alert
from helpdesk.oncall.recipients import named, ways_of
from helpdesk.oncall.running_alerts import attempts_of_step, hold_running, running
from helpdesk.oncall.sending import EMPTY_ROUND, alert
from helpdesk.oncall.steps import PHONE, Plan, frozen_steps, plans_of, policy_for, scope_of
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record
from helpdesk.transaction import changed_rows


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
    waiting = [a for a in attempts_of_step(alert) if a.state is AttemptState.DUE and a.ordinal == 0]
    outbox.bring_forward(waiting)
    if not waiting:
        _take_up_again(alert)


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


def _take_up_again(escalation: Escalation) -> None:
    """The step ends when it would have, had it not been put off; now, when that has passed or nobody of it can
    still answer. Calls in quick succession do not chase the alert through its steps."""
    began = [attempt.notification.created_at for attempt in attempts_of_step(escalation)]
    if not began or escalation.next_step_at is None:
        hasten(escalation)
        return
    ends = max(began) + timedelta(minutes=escalation.steps[escalation.position].minutes)
    escalation.next_step_at = max(clock.now(), min(escalation.next_step_at, ends))
    db.session.flush()
    go_on_if_in_vain(escalation)


def alert_too(escalation: Escalation, people: list[User]) -> None:
    """The duty has changed hands: also those of `people` are alerted whom the present step has not alerted and who
    have not passed in this round. Its time goes on as it was. The alert is held."""
    step = escalation.steps[escalation.position]
    known = {attempt.notification.user_id for attempt in attempts_of_step(escalation)} | left_alone(escalation)
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
        alone = left_alone(escalation)
        people = whom_to_alert(step, alone)
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
