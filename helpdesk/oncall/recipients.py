"""Whom a step of an alert names at an instant, and how each of them is alerted."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from helpdesk.config import settings
from helpdesk.extensions import db
from helpdesk.models import EscalationStep, NotifyRule, Schedule, User
from helpdesk.models.codes import Channel, Priority, RoleName, StepTarget
from helpdesk.oncall import personal
from helpdesk.oncall import schedule as duty
from helpdesk.oncall.people import address_of, own_phone, people_with
from helpdesk.oncall.personal import Way
from helpdesk.oncall.steps import LAST_RESORT


class Step(Protocol):
    """What a step of an alert, of a policy or of a plan says about the ways; channels as codes."""

    @property
    def target(self) -> StepTarget: ...
    @property
    def channels(self) -> Sequence[str]: ...
    @property
    def channel_gap_seconds(self) -> int: ...
    @property
    def minutes(self) -> int: ...


def recipients(step: EscalationStep, at: datetime) -> list[User]:
    """The people whom the step names at that instant and whom something reaches."""
    return list(ways_of(named(step, at), step, at))


def ways_of(users: Iterable[User], step: Step, at: datetime) -> dict[User, list[Way]]:
    """How the step alerts each of them from that instant on: by their own rules, else as the step says. Whom
    nothing reaches is left out."""
    active = [user for user in users if user.active]
    rules = urgent_rules(active)
    found = {user: ways_by_rules(user, rules.get(user.id, []), step, at) for user in active}
    return {user: ways for user, ways in found.items() if ways}


def urgent_rules(users: Sequence[User]) -> dict[int, list[NotifyRule]]:
    """What each of them wants for urgent tickets, by their ids."""
    query = sa.select(NotifyRule).where(
        NotifyRule.user_id.in_([user.id for user in users]), NotifyRule.priority == Priority.URGENT
    )
    found: dict[int, list[NotifyRule]] = {}
    for rule in db.session.scalars(query) if users else ():
        found.setdefault(rule.user_id, []).append(rule)
    return found


def ways_by_rules(user: User, rules: Sequence[NotifyRule], step: Step, at: datetime) -> list[Way]:
    """How the step alerts the person with these rules of theirs; empty: nothing reaches them."""
    gap, lasts = timedelta(seconds=step.channel_gap_seconds), timedelta(minutes=step.minutes)
    channels = [channel for channel in map(Channel, step.channels) if address_in(step, user, channel)]
    by_step = personal.of_step(channels, gap)
    wanted = personal.ways(rules, Priority.URGENT, at, settings().zone)
    own = [way for way in wanted if address_of(user, way[0])]
    if not own:
        return by_step
    # The mail of the last resort is there for the day on which no phone rings.
    kept = [way for way in by_step if way[0] is Channel.EMAIL and step.target in LAST_RESORT]
    return personal.earliest([*personal.completed(own, by_step, lasts), *kept])


def address_in(step: Step, user: User, channel: Channel) -> str | None:
    """Where the step reaches the person over the channel. A call of the last resort goes to a number that a
    provider has called dead rather than to none: providers err, and a call in vain costs nothing."""
    found = address_of(user, channel)
    is_last_call = channel is Channel.VOICE and step.target in LAST_RESORT
    return own_phone(user) if found is None and is_last_call else found


def named(step: EscalationStep, at: datetime) -> list[User]:
    """Everybody whom the step names at that instant."""
    schedule = schedule_of(step)
    match step.target:
        case StepTarget.ON_CALL:
            return duty.on_call(schedule, at) if schedule else []
        case StepTarget.NEXT_ON_CALL:
            shift = duty.next_shift(schedule, at) if schedule else None
            return [shift.user] if shift else []
        case StepTarget.USER:
            user = db.session.get(User, step.user_id) if step.user_id else None
            return [user] if user else []
        case StepTarget.PEOPLE:
            return [user for user_id in step.user_ids if (user := db.session.get(User, user_id))]
        case StepTarget.ADMINISTRATORS:
            return people_with(RoleName.ADMINISTRATOR)
        case StepTarget.MANAGERS:
            return people_with(RoleName.MANAGER)


def schedule_of(step: EscalationStep) -> Schedule | None:
    """The one that the step names, else the main one."""
    if step.schedule_id is not None:
        return db.session.get(Schedule, step.schedule_id)
    return duty.main_schedule()
