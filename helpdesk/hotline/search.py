"""Who is rung for a call: whoever has the ticket, then the people of the policy's steps in order, each once."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from helpdesk import clock
from helpdesk.extensions import db
from helpdesk.models import Attempt, EscalationStep, HotlineCall, Notification, Ticket, User
from helpdesk.models.codes import AttemptState, Channel, HotlineOutcome
from helpdesk.oncall import running_alerts
from helpdesk.oncall.people import address_of
from helpdesk.oncall.recipients import named
from helpdesk.oncall.steps import frozen_steps, plans_of, policy_for, scope_of
from helpdesk.wanted import CALL_LASTS

MOST_TURNS = 4
MOST_AT_ONCE = 10  # numbers in one <Dial>
UNDER_WAY = (AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.SENT, AttemptState.UNKNOWN)


def turns(call: HotlineCall) -> int:
    """How many turns of ringing there have been."""
    return max((int(each["turn"]) for each in call.outcomes.values()), default=0)


def turn_of(call: HotlineCall, user: User) -> int:
    """In which turn the person was rung."""
    return int(call.outcomes[str(user.id)]["turn"])


def people_of_turn(call: HotlineCall, turn: int) -> list[User]:
    ids = [user_id for user_id in call.tried if call.outcomes[str(user_id)]["turn"] == turn]
    return [db.session.get_one(User, user_id) for user_id in ids]


def next_people(call: HotlineCall, ticket: Ticket) -> list[User]:
    """Whom to ring together now; nobody when all were tried, or enough of them."""
    if turns(call) >= MOST_TURNS:
        return []
    left_alone = {*call.tried, *_in_an_alert_call(ticket)}
    for group in _groups(ticket):
        people = [user for user in group if user.id not in left_alone and _can_be_rung(user, call)]
        if people:
            return list({user.id: user for user in people}.values())[:MOST_AT_ONCE]
    return []


def write_down(call: HotlineCall, people: Sequence[User]) -> None:
    """They are being rung, all in one more turn."""
    turn = turns(call) + 1
    entries = {str(user.id): {"turn": turn, "outcome": HotlineOutcome.RINGING.value} for user in people}
    call.outcomes = call.outcomes | entries
    call.tried = [*call.tried, *(user.id for user in people)]


def outcome_of(call: HotlineCall, user_id: int) -> HotlineOutcome | None:
    entry = call.outcomes.get(str(user_id))
    return HotlineOutcome(entry["outcome"]) if entry else None


def set_outcome(call: HotlineCall, user_id: int, outcome: HotlineOutcome) -> None:
    entry = call.outcomes.get(str(user_id), {"turn": turns(call)})
    call.outcomes = call.outcomes | {str(user_id): entry | {"outcome": outcome.value}}


def _groups(ticket: Ticket) -> Iterator[list[User]]:
    if ticket.acknowledged_by is not None:
        yield [ticket.acknowledged_by]
    for step in _steps(ticket):
        yield named(step, clock.now())


def _steps(ticket: Ticket) -> list[EscalationStep]:
    running = running_alerts.running(ticket)
    return running.steps if running else frozen_steps(plans_of(policy_for(scope_of(ticket))))


def _can_be_rung(user: User, call: HotlineCall) -> bool:
    number = address_of(user, Channel.VOICE)
    return user.active and number is not None and number != call.number


def _in_an_alert_call(ticket: Ticket) -> set[int]:
    """Whose phone rings, or who listens, in a call of the ticket's own alert."""
    query = (
        sa.select(Notification.user_id)
        .join(Notification.attempts)
        .where(
            Notification.ticket_id == ticket.id,
            Attempt.channel == Channel.VOICE,
            Attempt.state.in_(UNDER_WAY),
            Attempt.sending_at > clock.now() - CALL_LASTS,
        )
    )
    return {user_id for user_id in db.session.scalars(query) if user_id is not None}
