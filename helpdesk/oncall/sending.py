"""What a step of an alert sends: to whom, over which channel, when. The alert and its preview both ask here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpdesk import clock, outbox
from helpdesk.models import Escalation, EscalationStep, Notification, User
from helpdesk.models.codes import Channel, EventKind, Lane, NotificationEvent
from helpdesk.oncall.recipients import address_in, ways_of
from helpdesk.outbox import Letter
from helpdesk.tickets.actor import SYSTEM
from helpdesk.tickets.timeline import record

# With nobody to reach in any step: how soon to look again.
EMPTY_ROUND = timedelta(minutes=2)


@dataclass(frozen=True)
class Sending:
    """One message to one person, due at `due_at`."""

    user: User
    channel: Channel
    address: str
    due_at: datetime


def sendings(step: EscalationStep, people: list[User], at: datetime) -> list[Sending]:
    """The messages of a step that begins at that instant: each person's ways, by their own rules or the step's."""
    return [
        Sending(user, channel, address_in(step, user, channel) or "", at + after)
        for user, ways in ways_of(people, step, at).items()
        for channel, after in ways
    ]


def alert(
    escalation: Escalation, step: EscalationStep, people: list[User], *, mark: str = "", **facts: Any
) -> None:
    """Write the messages of the step; with a `mark` also to those who have had the same before. `facts` go on the
    timeline."""
    found = sendings(step, people, clock.now())
    for sending in found:
        _write(escalation, step, sending, mark)
    record(
        escalation.ticket,
        EventKind.ALERTED,
        SYSTEM,
        step=step.position + 1,
        round=escalation.round + 1,
        channels=list(dict.fromkeys(sending.channel.value for sending in found)),
        names=[user.name for user in people],
        **facts,
    )


def key_of_step(escalation: Escalation) -> str:
    """What the dedupe keys of the present step begin with."""
    return f"{key_of_round(escalation)}{escalation.position}:"


def key_of_round(escalation: Escalation) -> str:
    return f"alert:{escalation.id}:{escalation.round}:"


def is_of_the_step() -> sa.ColumnElement[bool]:
    """In a query of notifications and alerts: `key_of_step` as a clause."""
    parts = (Escalation.id, Escalation.round, Escalation.position)
    key = sum((sa.cast(part, sa.String) + ":" for part in parts), start=sa.literal("alert:"))
    return Notification.dedupe_key.startswith(key)


def _write(escalation: Escalation, step: EscalationStep, sending: Sending, mark: str) -> Notification:
    user = sending.user
    return outbox.enqueue(
        Letter(
            event=NotificationEvent.ALERT,
            channel=sending.channel,
            address=sending.address,
            dedupe_key=f"{key_of_step(escalation)}{user.id}:{sending.channel}{mark}",
            locale=user.locale,
            lane=Lane.ALERT,
            user_id=user.id,
            ticket_id=escalation.ticket_id,
            escalation_id=escalation.id,
            step_position=step.position,
            due_at=sending.due_at,
        )
    )
