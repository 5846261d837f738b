"""The proof of notification: who was told of a ticket, when and how, and what became of each SMS, call and mail."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

import sqlalchemy as sa

from helpdesk import outbox
from helpdesk.errors import NotFound
from helpdesk.extensions import db
from helpdesk.models import Attempt, Escalation, EscalationStep, Notification, Ticket, TimelineEvent, User
from helpdesk.models.codes import AttemptMoment, Channel, EventKind, RoleName, StepTarget
from helpdesk.phone import hide_middle, show_phone
from helpdesk.tickets.page import attempts_of
from helpdesk.tickets.timeline import recipient_of, record_attempt

KEY = re.compile(r"[0-9*#]{1,10}")
# What else belongs to the course of an alert.
TURNS = (
    EventKind.STEP_EMPTY,
    EventKind.ACKNOWLEDGED,
    EventKind.PASSED_ON,
    EventKind.PRIORITY_CHANGED,
    EventKind.RESOLVED,
    EventKind.REOPENED,
)


@dataclass(frozen=True)
class Pressed:
    """A key that answered nothing; `was_taken`: because somebody else had the ticket already."""

    at: datetime
    key: str
    was_taken: bool


@dataclass(frozen=True)
class Line:
    """One SMS, call or mail. `address` is what the reader may see of it.

    `picked_up_at`: by whom, a person or a voicemail, nobody can tell. `together_with` are the numbers of the other
    tickets that were in the same message or call.
    """

    attempt: Attempt
    name: str
    address: str
    picked_up_at: datetime | None = None
    pressed: tuple[Pressed, ...] = ()
    together_with: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        return self.attempt.due_at


Entry: TypeAlias = Line | TimelineEvent


@dataclass(frozen=True)
class Step:
    """A step of the alert and what happened until the next one. `number` counts from 1."""

    at: datetime
    number: int
    round: int
    target: StepTarget
    entries: list[Entry]


@dataclass(frozen=True)
class Proof:
    """`before` is what happened before the first step or without any, `others` what was sent beside the alert.

    `first_at` is when a provider first took an alert; None while none has.
    """

    ticket: Ticket
    before: list[TimelineEvent]
    steps: list[Step]
    alerts: list[Line]
    others: list[Line]
    taken: list[TimelineEvent]
    first_at: datetime | None


def proof_of(ticket: Ticket, reader: User) -> Proof:
    """Everything that was sent about the ticket. Only a manager reads whole numbers and addresses.

    Raises:
        NotFound: the reader is not of the staff, who see every ticket.
    """
    if not reader.is_staff:
        raise NotFound("not_found")
    lines = _lines(ticket, reader)
    alerts = [line for line in lines if line.attempt.notification.escalation_id is not None]
    turns = [event for event in ticket.events if event.kind in TURNS]
    steps = _steps(ticket, alerts)
    accepted = [line.attempt.accepted_at for line in alerts if line.attempt.accepted_at]
    return Proof(
        ticket=ticket,
        before=[event for event in turns if not steps or event.at < steps[0].at],
        steps=[_with_turns(step, turns, until) for step, until in zip(steps, _ends(steps), strict=True)],
        alerts=alerts,
        others=[line for line in lines if line not in alerts],
        taken=[event for event in turns if event.kind is EventKind.ACKNOWLEDGED],
        first_at=min(accepted, default=None),
    )


def note_picked_up(attempt: Attempt) -> None:
    """Somebody, or a voicemail, picked up an alert call; written down once on each ticket that it is about."""
    for each in [attempt, *outbox.carried_by(attempt)]:
        ticket = each.notification.ticket
        if ticket is not None and each.id not in _picked_up(ticket):
            record_attempt(each, AttemptMoment.PICKED_UP)


def note_pressed(calls: Iterable[Attempt], key: str, *, was_taken: bool = False) -> None:
    """A key that answered nothing, on the tickets of these calls, each key once: it means nothing, or it
    came when somebody else had the ticket (`was_taken`)."""
    if not KEY.fullmatch(key):
        return
    for each in calls:
        ticket = each.notification.ticket
        if ticket is not None and key not in [known.key for known in pressed_in(ticket).get(each.id, ())]:
            record_attempt(each, AttemptMoment.PRESSED, key=key, was_taken=was_taken)


def pressed_in(ticket: Ticket) -> dict[str, list[Pressed]]:
    """The keys that answered nothing, in order, by the attempt's id."""
    found: dict[str, list[Pressed]] = {}
    for event in ticket.events:
        if event.kind is EventKind.ATTEMPT and event.data.get("state") == AttemptMoment.PRESSED:
            key = Pressed(event.at, event.data["key"], event.data["was_taken"])
            found.setdefault(event.data["attempt"], []).append(key)
    return found


def shown_address(attempt: Attempt, reader: User) -> str:
    """Whole for a manager; for others enough to recognise the number or mailbox, not enough to use it."""
    address = attempt.notification.address
    if attempt.channel is not Channel.EMAIL:
        return show_phone(address) if reader.is_a(RoleName.MANAGER) else hide_middle(address)
    if reader.is_a(RoleName.MANAGER):
        return address
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def _name(attempt: Attempt, reader: User) -> str:
    """Whom it was for; of somebody without a name what the reader may see of the address."""
    name = recipient_of(attempt.notification)
    return shown_address(attempt, reader) if name == attempt.notification.address else name


def _lines(ticket: Ticket, reader: User) -> list[Line]:
    attempts = attempts_of(ticket)
    picked_up, pressed, companions = _picked_up(ticket), pressed_in(ticket), _companions(ticket, attempts)
    return [
        Line(
            attempt=attempt,
            name=_name(attempt, reader),
            address=shown_address(attempt, reader),
            picked_up_at=picked_up.get(attempt.id),
            pressed=tuple(pressed.get(attempt.id, ())),
            together_with=tuple(companions.get(attempt.id, ())),
        )
        for attempt in attempts
    ]


def _picked_up(ticket: Ticket) -> dict[str, datetime]:
    """When each call was picked up, by the attempt's id."""
    calls = [event for event in ticket.events if event.kind is EventKind.ATTEMPT]
    return {
        event.data["attempt"]: event.at for event in calls if event.data.get("state") == AttemptMoment.PICKED_UP
    }


def _companions(ticket: Ticket, attempts: Sequence[Attempt]) -> dict[str, list[str]]:
    """The numbers of the other tickets in the same message or call, each once, by the attempt's id."""
    carriers = {attempt.id: attempt.carried_by or attempt.id for attempt in attempts}
    query = (
        sa.select(sa.func.coalesce(Attempt.carried_by, Attempt.id), Ticket.number)
        .join(Attempt.notification)
        .join(Ticket, Ticket.id == Notification.ticket_id)
        .where(sa.or_(Attempt.id.in_(carriers.values()), Attempt.carried_by.in_(carriers.values())))
        .where(Ticket.id != ticket.id)
        .order_by(Ticket.id)
    )
    rows = db.session.execute(query).tuples().all() if carriers else []
    return {
        own: list(dict.fromkeys(number for carrier, number in rows if carrier == carriers[own])) for own in carriers
    }


def _steps(ticket: Ticket, alerts: Iterable[Line]) -> list[Step]:
    """In order of time: a step that is taken again in the next round is another one."""
    targets = _targets(ticket)
    ordered = sorted(alerts, key=lambda line: line.attempt.notification_id)
    groups = [(key, list(lines)) for key, lines in groupby(ordered, key=_step_of)]
    return [
        Step(lines[0].attempt.notification.created_at, position + 1, turn + 1, targets[alert, position], [*lines])
        for (alert, turn, position), lines in groups
    ]


def _step_of(line: Line) -> tuple[int, int, int]:
    """Alert, round and position, both from 0; the round stands in the key only (oncall/escalation.py)."""
    notification = line.attempt.notification
    in_round = int(notification.dedupe_key.split(":")[2])
    return notification.escalation_id or 0, in_round, notification.step_position or 0


def _targets(ticket: Ticket) -> dict[tuple[int, int], StepTarget]:
    """Whom each step meant, by the alert's id and the step's position."""
    query = (
        sa.select(EscalationStep.escalation_id, EscalationStep.position, EscalationStep.target)
        .join(Escalation)
        .where(Escalation.ticket_id == ticket.id)
    )
    return {(alert, position): target for alert, position, target in db.session.execute(query).tuples()}


def _ends(steps: Sequence[Step]) -> list[datetime | None]:
    """When the next step began, for each."""
    return [*(step.at for step in steps[1:]), None][: len(steps)]


def _with_turns(step: Step, turns: Iterable[TimelineEvent], until: datetime | None) -> Step:
    """A step with what happened while it lasted, in order of time."""
    own = [event for event in turns if step.at <= event.at and (until is None or event.at < until)]
    entries = sorted([*step.entries, *own], key=lambda entry: entry.at)
    return replace(step, entries=entries)
